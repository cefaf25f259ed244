import { existsSync } from 'node:fs';
import { InputError } from '@cfe/base';
import type { ColumnReading, Table } from '@cfe/data';
import { datasets, loadDataset, readTable } from '@cfe/data/node';
import type { Context } from '../command.ts';

/** A file's table (CSV, Parquet or Arrow), or a data set's by its name; a file of that name comes first. */
export async function readNamedTable(
  nameOrPath: string,
  { signal, onProgress }: Context,
): Promise<Table & { readonly columns?: readonly ColumnReading[] }> {
  if (existsSync(nameOrPath) || !datasets.some(({ name }) => name === nameOrPath)) {
    return readTable(nameOrPath, { signal, onProgress });
  }
  const { table } = await loadDataset(nameOrPath, { signal, onProgress });
  if (table !== undefined) return table;
  throw new InputError('cli/no-table', `${nameOrPath} is a network, not a table.`, { name: nameOrPath });
}
