import { InputError, quoteName } from '@cfe/base';
import { type ColumnReading, dropMissing, regimesFrom, selectColumns, type Table } from '@cfe/data';
import { readCsv } from '@cfe/data/node';
import type { Context, Typed } from '../command.ts';
import { readJson } from './files.ts';
import { textOf } from './options.ts';

/** A file's table, ready to learn from. */
export interface ReadyTable {
  /** complete rows; no column constant or repeated */
  readonly table: Table;
  /** what the file's columns were taken for */
  readonly columns: readonly ColumnReading[];
  /** what was left out and why, each a sentence */
  readonly notes: readonly string[];
}

/** The options of every command that learns from a file. */
export const tableOptions = [
  ['--regime <column>', 'the column that says which regime a row is from'],
  ['--targets <file>', 'JSON: regime label → list of the variables intervened on'],
] as const;

/**
 * Reads a CSV file and leaves out what cannot be learned from: columns that are no variables, rows with missing values,
 * columns that never change or repeat another one. Everything left out is told.
 *
 * @throws {@link InputError} if nothing remains, and what the reader refuses
 */
export async function readTable(path: string, options: Typed, context: Context): Promise<ReadyTable> {
  const { signal, onProgress } = context;
  const read = await readCsv(path, { signal, onProgress });
  const notes = read.columns
    .filter(({ kind }) => kind === 'ignored')
    .map(({ name, reason }) => `${quoteName(name)} was ${reason}`);
  const complete = dropMissing(await withRegimes(read.table, options));
  if (complete.dropped.length > 0) notes.push(complete.message);
  const unusable = unusableColumns(complete.table);
  notes.push(...unusable.values());
  const kept = complete.table.names.filter((name) => !unusable.has(name));
  if (kept.length < 2) {
    throw new InputError(
      'cli/too-few-columns',
      `${path}: ${kept.length === 0 ? 'no column is' : `only ${quoteName(kept[0] as string)} is`} left to learn from. ${notes.join(' ')}`,
      { path, notes },
    );
  }
  const table = unusable.size === 0 ? complete.table : selectColumns(complete.table, kept);
  for (const note of notes) context.say(note);
  return { table, columns: read.columns, notes };
}

async function withRegimes(table: Table, options: Typed): Promise<Table> {
  const column = textOf(options, 'regime');
  const file = textOf(options, 'targets');
  if (column === undefined && file === undefined) return table;
  if (column === undefined || file === undefined) {
    throw new InputError('cli/regime', '--regime COLUMN and --targets FILE go together; one is missing.');
  }
  const targets = await readJson(file);
  return regimesFrom(table, { column, targets: targets as Parameters<typeof regimesFrom>[1]['targets'] });
}

/** Columns to leave out, with the sentence that says why. */
function unusableColumns(table: Table): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const [j, name] of table.names.entries()) {
    const values = table.column(name);
    if (values.every((value) => value === values[0])) {
      // one row tells nothing about change; that is refused later, by its number of rows
      if (table.rows > 1) out.set(name, `${quoteName(name)} was left out: it never changes.`);
      continue;
    }
    const twin = table.names
      .slice(0, j)
      .find((other) => !out.has(other) && values.every((value, r) => value === table.column(other)[r]));
    if (twin !== undefined)
      out.set(name, `${quoteName(name)} was left out: it repeats ${quoteName(twin)} in every row.`);
  }
  return out;
}
