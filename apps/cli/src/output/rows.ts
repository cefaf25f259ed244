import type { Columns } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import type { CausalModel } from '@cfe/scm';

/** Columns of a model's variables as a table, which knows the names of levels. */
export function tableOf(model: Pick<CausalModel, 'variables'>, rows: Columns): Table {
  return createTable(model.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
}

/** Rows as records; a category by its level's name. */
export function recordsOf(table: Table): Record<string, number | string>[] {
  return Array.from({ length: table.rows }, (_, r) =>
    Object.fromEntries(
      table.variables.map((variable) => {
        const value = table.column(variable.name)[r] as number;
        return [variable.name, variable.kind === 'categorical' ? (variable.levels[value] ?? '') : value];
      }),
    ),
  );
}
