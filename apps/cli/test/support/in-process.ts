import { main } from '../../src/main.ts';
import type { Run } from './cfe.ts';

/**
 * Runs `cfe` from its sources within this process: for the many small cases where starting one each would take minutes.
 * One at a time, since it listens to the process's own output.
 */
export async function cfeInside(args: readonly string[], cwd: string): Promise<Run> {
  const [out, err] = [heard(process.stdout), heard(process.stderr)];
  const before = process.cwd();
  const quiet = new Set(process.listeners('SIGINT'));
  const known = new Set(process.stdout.listeners('error'));
  process.chdir(cwd);
  try {
    const code = await main(args);
    return { code, stdout: out.text(), stderr: err.text() };
  } finally {
    process.chdir(before);
    out.stop();
    err.stop();
    for (const listener of process.listeners('SIGINT')) {
      if (!quiet.has(listener)) process.off('SIGINT', listener);
    }
    for (const listener of process.stdout.listeners('error') as (() => void)[]) {
      if (!known.has(listener)) process.stdout.off('error', listener);
    }
  }
}

function heard(stream: NodeJS.WriteStream): { text(): string; stop(): void } {
  const write = stream.write;
  let text = '';
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
    const done = rest.find((part) => typeof part === 'function') as (() => void) | undefined;
    done?.();
    return true;
  }) as typeof stream.write;
  return {
    text: () => text,
    stop: () => {
      stream.write = write;
    },
  };
}
