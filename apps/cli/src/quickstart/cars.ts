import { fileURLToPath } from 'node:url';
import { type ColumnReading, dropMissing, type Table } from '@cfe/data';
import { readCsv } from '@cfe/data/node';
import type { Knowledge } from '@cfe/structure';

/** The data of the main job, and what was decided about them. */
export interface Cars {
  /** complete rows */
  readonly table: Table;
  readonly columns: readonly ColumnReading[];
  readonly rowsInFile: number;
  readonly dropped: string;
  /** the car that is asked about, and what it is called */
  readonly name: string;
  readonly car: Readonly<Record<string, number | string>>;
}

/**
 * What is known before learning: years and makers come first, an engine is designed from its cylinders up, a body around
 * its engine, and how a car drives comes last.
 */
export const knowledge: Knowledge = {
  tiers: [
    ['year', 'origin'],
    ['cylinders'],
    ['displacement'],
    ['horsepower', 'weight'],
    ['acceleration', 'mpg'],
  ],
};

export const units: Readonly<Record<string, string>> = {
  displacement: 'cu in',
  horsepower: 'hp',
  weight: 'lb',
  acceleration: 's to 60 mph',
  mpg: 'miles per gallon',
};

/** The Auto MPG cars (406 cars of 1970 to 1982), from the file that the build wrote out of `vega-datasets`. */
export async function readCars(signal: AbortSignal): Promise<Cars> {
  const path = fileURLToPath(new URL('../cars.csv', import.meta.url));
  const read = await readCsv(path, { units, signal, source: 'cars.csv' });
  const names = await readCsv(path, { types: { name: 'categorical' }, signal, source: 'cars.csv' });
  const { table, message } = dropMissing(read.table);
  const { name, ...car } = names.row(0);
  return {
    table,
    columns: read.columns,
    rowsInFile: read.rows,
    dropped: message,
    name: titled(String(name)),
    car: car as Record<string, number | string>,
  };
}

function titled(name: string): string {
  return name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
