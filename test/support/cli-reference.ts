import { commandsFor } from '../../apps/cli/src/commands.ts';
import { createProgram } from '../../apps/cli/src/program.ts';

/** The parts of commander's commands that a page shows. */
type Program = ReturnType<typeof createProgram>;

/** The page about the `cfe` command, made from the same definitions that the command line parses by. */
export async function cliReference(): Promise<string> {
  const defined = await commandsFor(undefined);
  const program = createProgram(defined, {
    version: '0',
    signal: new AbortController().signal,
    onOutcome: async () => {},
  });
  const examples = new Map(
    defined.flatMap((command) =>
      'commands' in command
        ? command.commands.map((member) => [`${command.name} ${member.name}`, member.examples ?? []] as const)
        : [[command.name, command.examples ?? []] as const],
    ),
  );
  const shared = sharedOptions(program);
  const parts = program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [section('##', command, command.name(), examples, shared)]
      : [
          `## cfe ${command.name()}\n\n${sentence(command.description())}\n`,
          ...command.commands.map((member) =>
            section('###', member, `${command.name()} ${member.name()}`, examples, shared),
          ),
        ],
  );
  return `${[
    '# The cfe command',
    '<!-- Made from the command definitions in apps/cli: npm run generate. Do not edit. -->',
    `${program.description()} Installed by \`npm install -g @cfe/cli\`, or run as \`npx @cfe/cli\`; in a clone, \`node apps/cli/bin/cfe.js\`.`,
    overview(program),
    '## Options of every command',
    table(
      ['option', '', 'default'],
      shared.map((option) => row(option)),
    ),
    'Exit code 0: done, 1: failed, 2: bad usage or input, with one line on stderr that says what and where. Interventions are written `x=1.5` (set), `x+=0.5` (shift), `x*=2` (scale) and `x~normal(0,1)` (draw). The files that are read and written: [formats](formats.md).',
    ...parts,
  ].join('\n\n')}`.replaceAll(/\n{3,}/g, '\n\n');
}

type Options = Program['options'];
type Option = Options[number];

function sharedOptions(program: Program): Options {
  const [first] = program.commands.filter(({ options }) => options.length > 0);
  const names = new Set(['--json', '--seed', '--level', '--quiet']);
  return (first?.options ?? []).filter(({ long }) => names.has(long ?? ''));
}

function overview(program: Program): string {
  const anchor = (name: string): string => `cfe-${name}`;
  return table(
    ['command', ''],
    program.commands.map((command) => [
      `[\`cfe ${command.name()}\`](#${anchor(command.name())})`,
      cell(command.description()),
    ]),
  );
}

function section(
  level: string,
  command: Program,
  name: string,
  examples: ReadonlyMap<string, readonly string[]>,
  shared: Options,
): string {
  const sharedNames = new Set(shared.map(({ flags }) => flags));
  const own = command.options.filter(({ flags }) => !sharedNames.has(flags));
  const usage = ['cfe', name, ...command.registeredArguments.map(written), own.length > 0 ? '[options]' : ''];
  const lines = examples.get(name) ?? [];
  return [
    `${level} cfe ${name}`,
    sentence(command.description()),
    `\`\`\`sh\n${[usage.filter(Boolean).join(' '), ...lines.map((line) => line)].join('\n')}\n\`\`\``,
    command.registeredArguments.length > 0 &&
      table(
        ['argument', ''],
        command.registeredArguments.map((argument) => [
          `\`${written(argument)}\``,
          cell(argument.description),
        ]),
      ),
    own.length > 0 &&
      table(
        ['option', '', 'default'],
        own.map((option) => row(option)),
      ),
  ]
    .filter((part) => part !== false)
    .join('\n\n');
}

function written(argument: Program['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function row({ flags, description, defaultValue }: Option): string[] {
  const text = typeof defaultValue === 'string' ? `\`${defaultValue}\`` : '';
  return [`\`${flags}\``, cell(description), text];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text that Markdown takes as it stands, inside a table too. */
function cell(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('|', '\\|').replaceAll('*', '\\*');
}

function sentence(text: string): string {
  const plain = cell(text);
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}.`;
}
