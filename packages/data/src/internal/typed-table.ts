import { throwUnknownName } from '@cfe/base';
import type { ColumnReading, ReadTable, TypedOptions } from '../column-reading.ts';
import { createTable } from '../table.ts';
import { columnFromValues } from './column-from-values.ts';
import { own } from './csv-reader.ts';
import { refuse } from './refuse.ts';

/** A column as a typed format gives it. */
export interface TypedColumn {
  readonly name: string;
  readonly values: ArrayLike<unknown>;
  /** whether the format says that these are levels */
  readonly levels?: boolean;
  /** the rows of a column whose values are no numbers and texts; `values` then is empty */
  readonly nested?: number;
}

/** A table from typed columns, each explained. */
export function typedTable(
  columns: readonly TypedColumn[],
  source: string,
  options: TypedOptions,
): ReadTable {
  const names = columns.map(({ name }) => name);
  for (const given of [options.types, options.units]) {
    const unknown = Object.keys(given ?? {}).find((name) => !names.includes(name));
    if (unknown !== undefined) throwUnknownName(source, 'column', unknown, names);
  }
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice !== undefined) {
    refuse('duplicate-column', source, `two columns are both named ${JSON.stringify(twice)}. Rename one.`, {
      name: twice,
    });
  }
  const finished = columns.map(({ name, values, levels, nested }) =>
    nested === undefined
      ? columnFromValues(
          {
            source,
            name,
            type: own(options.types, name),
            unit: own(options.units, name),
            ...(levels === undefined ? {} : { levels }),
          },
          values,
        )
      : { reading: nestedReading(name) },
  );
  const used = finished.flatMap(({ column }) => (column === undefined ? [] : [column]));
  const readings = finished.map(({ reading }) => reading);
  if (columns.every(({ values, nested = 0 }) => values.length + nested === 0))
    refuse('no-rows', source, 'it has no rows.');
  if (used.length === 0) {
    refuse(
      'no-columns',
      source,
      `none of its ${columns.length} columns holds numbers or categories. ${readings[0]?.name}: ${readings[0]?.reason}`,
    );
  }
  const table = createTable(used);
  return { ...table, table, columns: readings };
}

function nestedReading(name: string): ColumnReading {
  return { name, kind: 'ignored', reason: 'left out: its values are nested.', missing: 0 };
}
