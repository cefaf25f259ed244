import { InputError, quoteName, type Variable } from '@cfe/base';
import { readCsv } from '@cfe/data/node';
import type { AnyCausalModel } from '@cfe/scm';
import type { Context } from '../command.ts';

/** A row's known values, by name; a category by its level's name. */
export type Row = Readonly<Record<string, number | string>>;

/**
 * Rows of a file for a model: its variables by name, in any order; others are left out, and so are empty cells.
 *
 * @throws {@link InputError} if none of the model's variables is there, or a cell is no value of its variable
 */
export async function readRows(
  path: string,
  model: AnyCausalModel,
  context: Context,
): Promise<readonly Row[]> {
  const known = new Map(model.variables.map((variable) => [variable.name, variable]));
  const columns = await readCsv(path, { signal: context.signal });
  const shared = columns.columns.filter(({ name }) => known.has(name)).map(({ name }) => name);
  if (shared.length === 0) {
    throw new InputError(
      'cli/rows',
      `${path}: none of its columns is a variable of the model, which has ${[...known.keys()].slice(0, 12).map(quoteName).join(', ')}.`,
      { path },
    );
  }
  const types = Object.fromEntries(shared.map((name) => [name, (known.get(name) as Variable).kind]));
  const table = await readCsv(path, { types, signal: context.signal });
  for (const name of shared) checkLevels(path, known.get(name) as Variable, table.variable(name));
  return Array.from({ length: table.rows }, (_, r) => {
    const row: Record<string, number | string> = {};
    for (const name of shared) {
      const value = table.column(name)[r] as number;
      const variable = table.variable(name);
      if (Number.isNaN(value)) continue;
      row[name] = variable.kind === 'categorical' ? (variable.levels[value] as string) : value;
    }
    return row;
  });
}

function checkLevels(path: string, own: Variable, read: Variable): void {
  if (own.kind !== 'categorical' || read.kind !== 'categorical') return;
  const stray = read.levels.find((level) => !own.levels.includes(level));
  if (stray === undefined) return;
  throw new InputError(
    'cli/level',
    `${path}: ${quoteName(own.name)} has no level ${quoteName(stray)}; the model knows ${own.levels.map(quoteName).join(', ')}.`,
    { path, variable: own.name, level: stray },
  );
}
