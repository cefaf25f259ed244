import { inProcessRunner, type Runner } from '@cfe/base';

/** Work with threads where they pay, and end them whatever happens. */
export async function withRunner<Result>(
  threads: boolean,
  work: (runner: Runner) => Promise<Result>,
): Promise<Result> {
  if (!threads) return work(inProcessRunner());
  const { threadRunner } = await import('@cfe/base/threads');
  const runner = threadRunner();
  try {
    return await work(runner);
  } finally {
    await runner.dispose();
  }
}
