import { InputError, quoteName } from '@cfe/base';
import type { Table } from '@cfe/data';

/** Refuses categories, for methods that need numbers. */
export function onlyNumbers(table: Table, method: string): void {
  const category = table.variables.find(({ kind }) => kind === 'categorical');
  if (category === undefined) return;
  throw new InputError(
    'structure/categories',
    `${method}: ${quoteName(category.name)} is categorical, and this method learns from numbers only. Leave the column out, or use 'flop', 'pc' or 'ges'.`,
    { variable: category.name },
  );
}
