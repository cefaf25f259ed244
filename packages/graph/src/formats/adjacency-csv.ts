import { InputError, quoteName } from '@cfe/base';
import { toAdjacency } from '../adjacency.ts';
import type { Graph } from '../graph.ts';
import { GraphDraft } from './graph-draft.ts';
import type { GraphFile } from './graph-file.ts';
import type { Scanner } from './scanner.ts';

interface Cell {
  readonly text: string;
  readonly at: number;
}

/**
 * An adjacency matrix with the names in its first row and, if there is one more column, in its first column:
 * [i][j] = 1 is i → j, 2 at both places i — j. Without names a square of 0, 1 and 2 is over x0, x1, …
 */
export function readCsv(scanner: Scanner): GraphFile {
  const table = rows(scanner);
  const first = table[0] ?? scanner.fail('the text is empty', 0);
  const isEntry = ({ text }: Cell): boolean => /^[012]$/.test(text.trim());
  const bare = table.length === first.length && first.every(isEntry);
  const named = bare ? first.map((cell, i) => ({ ...cell, text: `x${i}` })) : first;
  const body = bare ? table : table.slice(1);
  const hasRowNames = !bare && body.length === first.length - 1;
  const header = hasRowNames ? named.slice(1) : named;
  const d = header.length;
  const draft = new GraphDraft(scanner);
  const names = header.map(({ text, at }) => draft.newNode(text, at));
  if (body.length !== d)
    scanner.fail(`the first row names ${d} nodes, and ${body.length} rows follow`, first[0]?.at ?? 0);
  const entries = body.map((row, i) => {
    const [label, ...rest] = row;
    if (hasRowNames && label?.text !== names[i]) {
      scanner.fail(
        `row ${i + 1} is named ${quoteName(label?.text ?? '')}; by the first row it is ${quoteName(names[i] as string)}`,
        label?.at,
      );
    }
    const cells = hasRowNames ? rest : row;
    if (cells.length !== d)
      scanner.fail(`row ${i + 1} has ${cells.length} entries, the matrix needs ${d}`, row[0]?.at);
    return cells.map((cell, j) => {
      if (isEntry(cell)) return Number(cell.text);
      return scanner.fail(
        `the entry of row ${quoteName(names[i] as string)} and column ${quoteName(names[j] as string)} is ${quoteName(cell.text)}; it must be 0, 1 (directed) or 2 (undirected, at both places)`,
        cell.at,
      );
    });
  });
  for (const [i, row] of entries.entries()) {
    for (const [j, value] of row.entries()) {
      const at = body[i]?.[hasRowNames ? j + 1 : j]?.at ?? 0;
      const mirror = entries[j]?.[i];
      const [from, to] = [names[i] as string, names[j] as string];
      if (value === 1 && mirror === 1 && i !== j) {
        scanner.fail(
          `${quoteName(from)} → ${quoteName(to)} and its reverse are both 1; an undirected edge is 2 at both places`,
          at,
        );
      }
      if (value === 2 && mirror !== 2)
        scanner.fail(
          `2 stands for an undirected edge and needs a 2 at the mirrored place, which has ${mirror}`,
          at,
        );
      if (value === 1) draft.edge(from, to, 'directed', at);
      if (value === 2 && i <= j) draft.edge(from, to, 'undirected', at);
    }
  }
  return draft.finish();
}

export function writeCsv(graph: Graph): string {
  if (graph.spouses.items.length > 0) {
    throw new InputError(
      'graph/format-kind',
      'formatGraph: an adjacency CSV cannot hold bidirected edges. Write JSON, DOT or dagitty.',
      { kind: graph.kind },
    );
  }
  const quote = (name: string): string =>
    /[",;\r\n\t]|^\s|\s$|^$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
  const body = toAdjacency(graph).map((row, i) => [quote(graph.nodes[i] as string), ...row].join());
  return `${[['""', ...graph.nodes.map(quote)].join(), ...body].join('\n')}\n`;
}

/** Rows of cells, separated by the one of , ; and tab that comes first; quotes as in RFC 4180. Empty lines are skipped. */
function rows(scanner: Scanner): Cell[][] {
  const separator = separatorOf(scanner.text);
  const plain = new RegExp(`[^${separator}\r\n]*`, 'y');
  const out: Cell[][] = [];
  while (!scanner.done) {
    if (scanner.match(/[ ]*(?:\r\n|\n|\r)/y) !== undefined) continue;
    const row: Cell[] = [];
    for (;;) {
      scanner.match(/ +/y);
      const at = scanner.at;
      if (scanner.take('"')) {
        let text = '';
        for (;;) {
          text += scanner.until('"') ?? scanner.fail('this text in quotes never ends', at);
          if (!scanner.take('"')) break;
          text += '"';
        }
        row.push({ text, at });
        scanner.match(/ +/y);
      } else row.push({ text: (scanner.match(plain) ?? '').trim(), at });
      if (scanner.take(separator)) continue;
      if (scanner.done || scanner.match(/\r\n|\n|\r/y) !== undefined) break;
      scanner.fail(`expected ${JSON.stringify(separator)} after a text in quotes, found ${scanner.here()}`);
    }
    out.push(row);
  }
  return out;
}

/** The first of , ; and tab that stands outside quotes. */
function separatorOf(text: string): string {
  let inQuotes = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (sign === '"') inQuotes = !inQuotes;
    else if (!inQuotes && (sign === ',' || sign === ';' || sign === '\t')) return sign;
  }
  return ',';
}
