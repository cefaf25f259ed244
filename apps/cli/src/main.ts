import { readFileSync } from 'node:fs';
import { CfeError, messageOf, type Progress } from '@cfe/base';
import { Command as Program, CommanderError } from 'commander';
import type { Command, Context, Outcome } from './command.ts';
import { commands } from './commands.ts';

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
  let outcome: Outcome | undefined;
  const program = new Program('cfe')
    .description('Causal answers from a table: learn the graph, fit it, ask what if.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(cfe --help lists the commands)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'cfe: ')) });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new CfeError('cli/stopped', 'stopped')));
  for (const command of commands) {
    declare(program, command, async (args, options) => {
      const context = contextFrom(options, stop.signal);
      outcome = await command.run(args, options, context);
      const output = options.json === true ? `${JSON.stringify(outcome.json)}\n` : outcome.text;
      if (output !== '') process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return outcome?.exitCode ?? 0;
  } catch (error) {
    return report(error);
  }
}

function declare(
  program: Program,
  command: Command,
  act: (args: readonly string[], options: Readonly<Record<string, unknown>>) => Promise<void>,
): void {
  const sub = program.command(command.name).description(command.summary).exitOverride();
  for (const [syntax, description] of command.arguments ?? []) sub.argument(syntax, description);
  for (const [syntax, description, fallback] of command.options ?? []) sub.option(syntax, description, fallback);
  sub.option('--json', 'one JSON document on stdout, nothing else');
  sub.option('--seed <number>', 'seed of everything random', '0');
  sub.option('--quiet', 'no progress');
  if (command.examples !== undefined) sub.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  $ ${line}`).join('\n')}`);
  sub.action(async (...received: unknown[]) => {
    const options = sub.opts<Record<string, unknown>>();
    const positional = received.slice(0, -2).flat().filter((value) => value !== undefined);
    await act(positional as string[], options);
  });
}

function contextFrom(options: Readonly<Record<string, unknown>>, signal: AbortSignal): Context {
  const seed = Number(options.seed);
  if (!Number.isSafeInteger(seed)) throw new CfeError('cli/seed', `--seed takes a whole number, got ${String(options.seed)}.`);
  const silent = options.quiet === true || options.json === true;
  const live = !silent && process.stderr.isTTY;
  return {
    seed,
    signal,
    say: (line) => {
      if (!silent) process.stderr.write(`${line}\n`);
    },
    onProgress: ({ phase, done, total }: Progress) => {
      if (!live) return;
      const end = total !== undefined && done >= total;
      process.stderr.write(`\r${phase} ${done}${total === undefined ? '' : `/${total}`}${end ? '\n' : ''}`);
    },
  };
}

/** One line for a person; the stack only where CFE_DEBUG asks for it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : badInput;
  const debug = process.env.CFE_DEBUG !== undefined;
  const expected = error instanceof CfeError;
  const line = messageOf(error).replaceAll(/\s*\n\s*/g, ' ');
  process.stderr.write(expected ? `cfe: ${line}\n` : `cfe: unexpected failure: ${line}. Set CFE_DEBUG=1 for the stack.\n`);
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return expected && error.code !== 'cli/stopped' ? badInput : failed;
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
