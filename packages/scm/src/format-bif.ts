import type { DiscreteModel, DiscreteNode } from './discrete-model.ts';
import { isPlainWord } from './internal/scanner.ts';

/**
 * A discrete model in the Bayesian network interchange format (BIF); {@link parseBif} returns the same model, to the bit.
 *
 * Names that would not read back as one word are put in quotation marks, which not every program takes.
 *
 * @param options.name - the network's name, default `unknown`
 * @see Cozman (1998), The interchange format for Bayesian networks, version 0.15
 * @example
 * import { discreteModel, formatBif } from '@cfe/scm';
 * const coin = discreteModel({ variables: [{ name: 'coin', levels: ['head', 'tail'] }], tables: { coin: [0.5, 0.5] } });
 * formatBif(coin).split('\n').at(-3); // → '  table 0.5, 0.5;'
 */
export function formatBif(
  { nodes }: Pick<DiscreteModel, 'nodes'>,
  { name = 'unknown' }: { readonly name?: string } = {},
): string {
  const declarations = nodes.map(
    ({ name: variable, levels }) =>
      `variable ${word(variable)} {\n  type discrete [ ${levels.length} ] { ${levels.map(word).join(', ')} };\n}\n`,
  );
  return [`network ${word(name)} {\n}\n`, ...declarations, ...nodes.map((node) => block(nodes, node))].join(
    '',
  );
}

function block(nodes: readonly DiscreteNode[], { name, levels, parents, table }: DiscreteNode): string {
  const above = Array.from(parents, (k) => nodes[k] as DiscreteNode);
  const row = (at: number): string => Array.from(table.subarray(at, at + levels.length), String).join(', ');
  if (above.length === 0) return `probability ( ${word(name)} ) {\n  table ${row(0)};\n}\n`;
  const lines: string[] = [];
  for (let at = 0; at < table.length; at += levels.length) {
    let rest = at / levels.length;
    const configuration: string[] = [];
    for (const { levels: of } of [...above].reverse()) {
      configuration.unshift(word(of[rest % of.length] as string));
      rest = Math.floor(rest / of.length);
    }
    lines.push(`  (${configuration.join(', ')}) ${row(at)};\n`);
  }
  const given = above.map((parent) => word(parent.name)).join(', ');
  return `probability ( ${word(name)} | ${given} ) {\n${lines.join('')}}\n`;
}

function word(name: string): string {
  if (isPlainWord(name)) return name;
  const escapes: Readonly<Record<string, string>> = {
    '"': '\\"',
    '\\': '\\\\',
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
  };
  return `"${name.replace(/["\\\n\t\r]/g, (c) => escapes[c] as string)}"`;
}
