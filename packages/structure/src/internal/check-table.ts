import { InputError, quoteName } from '@cfe/base';
import type { Table } from '@cfe/data';

/** What every method refuses: too little data, missing values, columns that say nothing. */
export function checkTable(table: Table): void {
  const { names, rows } = table;
  if (names.length === 0) {
    throw new InputError('structure/no-variables', 'learnStructure: the table has no columns.');
  }
  if (rows < 10) {
    throw new InputError(
      'structure/too-few-rows',
      `learnStructure: ${rows} rows are too few to learn from. At least 10 are needed, and a hundred or more are wise.`,
      { rows },
    );
  }
  for (const name of names) {
    const values = table.column(name);
    const bad = values.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) {
      throw new InputError(
        'structure/missing-values',
        `learnStructure: ${quoteName(name)} has no finite value in row ${bad} (${table.missing(name)} values are missing). Drop or impute such rows first.`,
        { variable: name, row: bad, missing: table.missing(name) },
      );
    }
    if (isConstant(values)) {
      const what = table.variable(name).kind === 'categorical' ? 'has one level only' : 'is constant';
      throw new InputError(
        'structure/constant',
        `learnStructure: ${quoteName(name)} ${what}, so nothing can depend on it. Leave the column out.`,
        { variable: name },
      );
    }
  }
}

function isConstant(values: Float64Array): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const x of values) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high));
}
