import type { Columns } from '@cfe/base';
import type { Table } from './table.ts';

/**
 * CSV text of a table (levels by name, missing values empty) or of any columns. Numbers are written so that reading
 * them returns the same bits; a text with a delimiter, quote, line end or outer blank is quoted.
 *
 * @param options.delimiter - default `,`
 * @param options.regimeColumn - writes each row's regime under this name, in a last column
 * @returns rows end in a line feed
 * @example
 * import { parseCsv, toCsv } from '@cfe/data';
 * toCsv(parseCsv('x,who\n0.1,"a,b"\n,c\n')); // → 'x,who\n0.1,"a,b"\n,c\n'
 */
export function toCsv(
  table: Table | Columns,
  options: { readonly delimiter?: string; readonly regimeColumn?: string } = {},
): string {
  let text = '';
  for (const piece of toCsvPieces(table, options)) text += piece;
  return text;
}

/**
 * The same in pieces of about a thousand rows, for tables that are written to a file.
 *
 * @example
 * import { parseCsv, toCsvPieces } from '@cfe/data';
 * [...toCsvPieces(parseCsv('x\n1\n2\n'))].join(''); // → 'x\n1\n2\n'
 */
export function* toCsvPieces(
  table: Table | Columns,
  options: { readonly delimiter?: string; readonly regimeColumn?: string } = {},
): Generator<string> {
  const { delimiter = ',', regimeColumn } = options;
  const quote = quoter(delimiter);
  const regimes = 'regimes' in table ? table.regimes : undefined;
  const cells = table.names.map((name) => {
    const values = table.column(name);
    const variable = 'variables' in table ? table.variable(name) : undefined;
    if (variable?.kind !== 'categorical') return (r: number): string => numeral(values[r] as number);
    const levels = variable.levels.map(quote);
    return (r: number): string => levels[values[r] as number] ?? '';
  });
  const header = table.names.map(quote);
  if (regimeColumn !== undefined) {
    const labels = regimes?.list.map(({ name }) => quote(name)) ?? [];
    header.push(quote(regimeColumn));
    cells.push((r) => labels[regimes?.of[r] ?? -1] ?? '');
  }
  let text = `${header.join(delimiter)}\n`;
  for (let r = 0; r < table.rows; r++) {
    for (let j = 0; j < cells.length; j++) {
      if (j > 0) text += delimiter;
      text += (cells[j] as (r: number) => string)(r);
    }
    text += '\n';
    if (r % 1000 === 999) {
      yield text;
      text = '';
    }
  }
  yield text;
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return '';
  return Object.is(value, -0) ? '-0' : String(value);
}

function quoter(delimiter: string): (text: string) => string {
  return (text) =>
    /["\r\n]/.test(text) || text.includes(delimiter) || text.trim() !== text || text === ''
      ? `"${text.replaceAll('"', '""')}"`
      : text;
}
