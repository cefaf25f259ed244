import { type Columns, InputError, quoteName, ShapeError, throwUnknownName, type Variable } from '@cfe/base';
import type { Regime, Regimes } from './regimes.ts';

/** One column on its way into a table: values are numbers, NaN where missing; a category is its level's index. */
export interface TableColumn {
  readonly variable: Variable;
  readonly values: Float64Array;
  /** unit of measurement, for labels */
  readonly unit?: string;
}

/**
 * A data set: columns with kinds and units, missing values, and the regimes that rows were collected under.
 *
 * Immutable. A missing value is NaN in its column; `missing(name)` counts them.
 */
export interface Table extends Columns {
  readonly variables: readonly Variable[];
  readonly regimes: Regimes | undefined;
  /** @throws {@link UnknownNameError} if there is no such column */
  variable(name: string): Variable;
  unit(name: string): string | undefined;
  /** How many values are missing in a column. */
  missing(name: string): number;
  /**
   * One row as a record: numbers, and levels by name; missing values are left out. What a question about that row
   * is asked with.
   *
   * @throws {@link InputError} if there is no such row
   */
  row(index: number): Readonly<Record<string, number | string>>;
}

/**
 * A table from its columns. Arrays are held, not copied, and not written to again.
 *
 * @throws {@link ShapeError} if columns differ in length
 * @throws {@link InputError} on two columns of one name, ±∞, an index that is no level, or a regime target that is no column
 * @example
 * import { createTable } from '@cfe/data';
 * const table = createTable([{ variable: { name: 'x', kind: 'continuous' }, values: Float64Array.of(1, NaN) }]);
 * table.missing('x'); // → 1
 */
export function createTable(
  columns: readonly TableColumn[],
  options: { readonly regimes?: Regimes | undefined } = {},
): Table {
  const byName = new Map<string, TableColumn & { readonly missing: number }>();
  const rows = columns[0]?.values.length ?? 0;
  for (const column of columns) {
    const { name } = column.variable;
    if (byName.has(name)) {
      throw new InputError(
        'data/duplicate-column',
        `createTable: two columns are named ${quoteName(name)}. Rename one.`,
        { name },
      );
    }
    if (column.values.length !== rows) {
      throw new ShapeError(
        'data/column-length',
        `createTable: column ${quoteName(name)} has ${column.values.length} rows, the first one has ${rows}.`,
        { name, length: column.values.length, expected: rows },
      );
    }
    byName.set(name, { ...column, missing: countMissing(column) });
  }
  const names = columns.map(({ variable }) => variable.name);
  const get = (name: string): TableColumn & { readonly missing: number } =>
    byName.get(name) ?? throwUnknownName('table', 'column', name, names);
  checkRegimes(options.regimes, names, rows);
  return {
    names,
    rows,
    variables: columns.map(({ variable }) => variable),
    regimes: options.regimes,
    column: (name) => get(name).values,
    variable: (name) => get(name).variable,
    unit: (name) => get(name).unit,
    missing: (name) => get(name).missing,
    row(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < rows)) {
        throw new InputError(
          'data/row',
          `table: there is no row ${index}; rows are counted from 0 to ${rows - 1}.`,
          { index, rows },
        );
      }
      return Object.fromEntries(
        columns.flatMap(({ variable, values }): [string, number | string][] => {
          const value = values[index] as number;
          if (Number.isNaN(value)) return [];
          return [
            [variable.name, variable.kind === 'categorical' ? (variable.levels[value] as string) : value],
          ];
        }),
      );
    },
  };
}

/**
 * The table of some rows, in the order given; a row may be repeated. Regimes come along.
 *
 * @param rows - row indices
 * @example
 * import { parseCsv, selectRows } from '@cfe/data';
 * selectRows(parseCsv('x\n1\n2\n3\n'), [2, 0, 0]).column('x'); // → Float64Array [3, 1, 1]
 */
export function selectRows(table: Table, rows: ArrayLike<number>): Table {
  const pick = (values: Float64Array): Float64Array => Float64Array.from(rows, (r) => values[r] as number);
  return createTable(
    table.names.map((name) => columnOf(table, name, pick(table.column(name)))),
    {
      regimes: table.regimes && {
        list: table.regimes.list,
        of: Int32Array.from(rows, (r) => (table.regimes as Regimes).of[r] as number),
      },
    },
  );
}

/**
 * Where a column's values are missing, `[rows]`: 1 there, 0 elsewhere.
 *
 * @throws {@link UnknownNameError} if there is no such column
 * @example
 * import { missingMask, parseCsv } from '@cfe/data';
 * missingMask(parseCsv('x,y\n1,2\n,3\n'), 'x'); // → Uint8Array [0, 1]
 */
export function missingMask(table: Columns, name: string): Uint8Array {
  return Uint8Array.from(table.column(name), (value) => (Number.isNaN(value) ? 1 : 0));
}

/**
 * Some of the columns, in the order given. Values are shared, not copied.
 *
 * Regime targets that are no longer columns are left out; a regime that keeps none of its targets becomes `'unknown'`,
 * since its rows are not observational.
 *
 * @throws {@link UnknownNameError} if there is no such column
 * @example
 * import { parseCsv, selectColumns } from '@cfe/data';
 * selectColumns(parseCsv('x,y,z\n1,2,3\n'), ['z', 'x']).row(0); // → { z: 3, x: 1 }
 */
export function selectColumns(table: Table, names: readonly string[]): Table {
  const kept = new Set(names);
  const { regimes } = table;
  return createTable(
    names.map((name) => columnOf(table, name, table.column(name))),
    {
      regimes: regimes && {
        of: regimes.of,
        list: regimes.list.map((regime) => withoutTargets(regime, kept)),
      },
    },
  );
}

function withoutTargets(regime: Regime, kept: ReadonlySet<string>): Regime {
  if (regime.targets === 'unknown') return regime;
  const targets = regime.targets.filter(({ variable }) => kept.has(variable));
  return { ...regime, targets: targets.length === 0 && regime.targets.length > 0 ? 'unknown' : targets };
}

/**
 * Consecutive rows, `from` included, `to` not. Values are shared, not copied.
 *
 * @example
 * import { parseCsv, sliceRows } from '@cfe/data';
 * sliceRows(parseCsv('x\n1\n2\n3\n'), 1).rows; // → 2
 */
export function sliceRows(table: Table, from: number, to: number = table.rows): Table {
  return createTable(
    table.names.map((name) => columnOf(table, name, table.column(name).subarray(from, to))),
    { regimes: table.regimes && { list: table.regimes.list, of: table.regimes.of.subarray(from, to) } },
  );
}

/** A column of a table with other values, its variable and unit kept. */
export function columnOf(table: Table, name: string, values: Float64Array): TableColumn {
  const unit = table.unit(name);
  return { variable: table.variable(name), values, ...(unit === undefined ? {} : { unit }) };
}

function countMissing({ variable, values }: TableColumn): number {
  let missing = 0;
  for (const [row, value] of values.entries()) {
    if (Number.isNaN(value)) missing++;
    else if (!Number.isFinite(value)) {
      throw new InputError(
        'data/infinite',
        `createTable: row ${row} of ${quoteName(variable.name)} is ${value}. Remove or cap it.`,
        {
          column: variable.name,
          row,
        },
      );
    } else if (variable.kind === 'categorical' && variable.levels[value] === undefined) {
      throw new InputError(
        'data/level',
        `createTable: row ${row} of ${quoteName(variable.name)} is ${value}, which is no index of its ${variable.levels.length} levels.`,
        { column: variable.name, row, value },
      );
    }
  }
  return missing;
}

function checkRegimes(regimes: Regimes | undefined, names: readonly string[], rows: number): void {
  if (regimes === undefined) return;
  if (regimes.of.length !== rows) {
    throw new ShapeError(
      'data/regime-length',
      `createTable: ${regimes.of.length} regime labels for ${rows} rows.`,
      {
        labels: regimes.of.length,
        rows,
      },
    );
  }
  for (const regime of regimes.list) {
    if (regime.targets === 'unknown') continue;
    for (const { variable } of regime.targets) {
      if (!names.includes(variable))
        throwUnknownName(`regime ${quoteName(regime.name)}`, 'column', variable, names);
    }
  }
  for (const [row, index] of regimes.of.entries()) {
    const regime: Regime | undefined = regimes.list[index];
    if (regime === undefined) {
      throw new InputError(
        'data/regime-index',
        `createTable: row ${row} is in regime ${index}, but there are ${regimes.list.length}.`,
        { row },
      );
    }
  }
}
