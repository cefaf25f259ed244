import { CfeError, messageOf } from '@cfe/base';
import { CommanderError } from 'commander';
import { runEval } from './commands/eval.ts';
import { commandsFor } from './commands.ts';
import { assignmentsApart, createProgram } from './program.ts';
import { ownVersion } from './versions.ts';

/** Exit codes: 0 done, 1 failed, 2 bad usage or input. */
const failed = 1;
const badInput = 2;

/**
 * Runs the command line.
 *
 * @param argv - without the node and script names
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  // a reader that has seen enough, such as `head`, is no failure
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : failed),
  );
  const stop = new AbortController();
  process.once('SIGINT', () => {
    stop.abort(new CfeError('cli/stopped', 'stopped; nothing was written'));
    // what does not look at the signal in time ends here; files are only ever renamed into place
    setTimeout(() => process.exit(failed), 2000).unref();
  });
  try {
    if (argv[0] === 'eval') return await runEval(argv.slice(1));
    let exitCode = 0;
    const program = createProgram(await commandsFor(argv[0]), {
      version: ownVersion(),
      signal: stop.signal,
      async onOutcome(outcome, { json }) {
        exitCode = outcome.exitCode ?? 0;
        await write(json && outcome.json !== undefined ? JSON.stringify(outcome.json) : outcome.text);
      },
    });
    await program.parseAsync(assignmentsApart(argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error);
  }
}

/** One line for a person; the stack only where CFE_DEBUG asks for it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : badInput;
  const expected = error instanceof CfeError;
  const line = messageOf(error).replaceAll(/\s*\n\s*/g, ' ');
  const hint = process.env.CFE_DEBUG === undefined ? ' Set CFE_DEBUG=1 for the stack.' : '';
  process.stderr.write(expected ? `cfe: ${line}\n` : `cfe: unexpected failure: ${line}.${hint}\n`);
  if (process.env.CFE_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return expected && error.code !== 'cli/stopped' && error.code !== 'cli/failed' ? badInput : failed;
}

async function write(text: string | Iterable<string>): Promise<void> {
  for (const piece of typeof text === 'string' ? [text] : text) {
    if (piece === '') continue;
    const whole = piece.endsWith('\n') ? piece : `${piece}\n`;
    await new Promise<void>((resolve, reject) =>
      process.stdout.write(whole, (error) => (error ? reject(error) : resolve())),
    );
  }
}
