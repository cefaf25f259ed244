import { type Columns, InputError, quoteName, type Variable } from '@cfe/base';

/**
 * The model's columns of rows that must be complete, in the variables' order.
 *
 * @throws {@link InputError} at the first value that is missing, not finite, or no level
 * @throws {@link UnknownNameError} if a variable has no column
 */
export function completeColumns(
  where: string,
  variables: readonly Variable[],
  rows: Columns,
): Float64Array[] {
  return variables.map((variable) => {
    const column = rows.column(variable.name);
    const bad =
      variable.kind === 'continuous'
        ? column.findIndex((x) => !Number.isFinite(x))
        : column.findIndex((x) => !(Number.isInteger(x) && x >= 0 && x < variable.levels.length));
    if (bad < 0) return column;
    const needed =
      variable.kind === 'continuous'
        ? 'a finite number'
        : `a level's index, 0 to ${variable.levels.length - 1}`;
    throw new InputError(
      'scm/incomplete-row',
      `${where}: row ${bad} has ${column[bad]} for ${quoteName(variable.name)}; it must be ${needed}. Rows must be complete: drop or impute first.`,
      { variable: variable.name, row: bad, value: column[bad] },
    );
  });
}
