import { CfeError } from '@cfe/base';
import { Option, Command as Program } from 'commander';
import type { Command, CommandGroup, Context, Outcome, Typed } from './command.ts';
import { terminal } from './output/terminal.ts';

interface ProgramOptions {
  readonly version: string;
  readonly signal: AbortSignal;
  onOutcome(outcome: Outcome, options: { readonly json: boolean }): Promise<void>;
}

/** The command line's grammar; parsing it runs the command. */
export function createProgram(
  commands: readonly (Command | CommandGroup)[],
  options: ProgramOptions,
): Program {
  const program = new Program('cfe')
    .description('Causal answers from a table: learn the graph, fit it, ask what if.')
    .version(options.version);
  for (const command of commands) {
    if ('commands' in command) {
      const group = program.command(command.name).description(command.summary);
      for (const member of command.commands) declare(group, member, options);
    } else {
      declare(program, command, options);
    }
  }
  program.command('eval').description('run the evaluation suite (in the repository)');
  for (const part of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)])
    plain(part);
  return program;
}

/**
 * `--do a=1 b=2` as `--do a=1 --do b=2`: each option takes one assignment, so that a file name after them stays an
 * argument.
 */
export function assignmentsApart(argv: readonly string[]): string[] {
  const out: string[] = [];
  let open: string | undefined;
  for (const [at, token] of argv.entries()) {
    if (token.startsWith('--')) {
      open = assignmentOptions.has(token) ? token : undefined;
      out.push(token);
    } else if (open !== undefined && argv[at - 1] !== open) {
      if (/[=~]/.test(token)) out.push(open, token);
      else {
        open = undefined;
        out.push(token);
      }
    } else {
      out.push(token);
    }
  }
  return out;
}

const assignmentOptions = new Set([
  '--do',
  '--given',
  '--factual',
  '--treatment',
  '--control',
  '--hold',
  '--among',
]);

function declare(parent: Program, command: Command, { signal, onOutcome }: ProgramOptions): void {
  const sub = parent.command(command.name).description(command.summary);
  for (const [syntax, description] of command.arguments ?? []) sub.argument(syntax, description);
  for (const [syntax, description, fallback] of command.options ?? []) {
    const option = new Option(syntax, description);
    if (fallback !== undefined) option.default(fallback);
    if (description.endsWith('(repeatable)')) {
      option.default([], 'none').argParser((value: string, before: string[]) => [...before, value]);
    }
    sub.addOption(option);
  }
  sub
    .option('--json', 'one JSON document on stdout, nothing else')
    .option('--seed <number>', 'seed of everything random', '0')
    .option('--level <share>', 'of intervals', '0.9')
    .option('--quiet', 'no progress and no remarks');
  if (command.examples !== undefined) {
    sub.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  $ ${line}`).join('\n')}`);
  }
  sub.action(async () => {
    const typed = sub.opts<Typed>();
    const context = contextFrom(typed, signal);
    const outcome = await command.run(sub.args, typed, context);
    signal.throwIfAborted();
    await onOutcome(outcome, { json: typed.json === true });
  });
}

/** Mistakes end in an exception and one line on stderr. */
function plain(part: Program): void {
  part
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({
      outputError: (text, write) => {
        const line = text
          .trim()
          .replace(/^error: /, '')
          .replaceAll(/\s*\n\s*/g, ' ');
        const name = [part.parent?.name(), part.name()].filter(
          (word) => word !== undefined && word !== 'cfe',
        );
        write(`cfe: ${line} (${['cfe', ...name, '--help'].join(' ')} explains)\n`);
      },
    });
}

function contextFrom(options: Typed, signal: AbortSignal): Context {
  const seed = Number(options.seed);
  if (!Number.isSafeInteger(seed)) {
    throw new CfeError('cli/seed', `--seed takes a whole number, got ${String(options.seed)}.`);
  }
  const level = Number(options.level);
  if (!(level > 0 && level < 1)) {
    throw new CfeError('cli/level', `--level takes a number between 0 and 1, got ${String(options.level)}.`);
  }
  return { seed, level, signal, ...terminal({ silent: options.quiet === true || options.json === true }) };
}
