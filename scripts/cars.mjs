// node ../../scripts/cars.mjs, in an app's folder: writes its dist/cars.csv, the slim cars file of the quickstart and of the
// playground, from the vega-datasets package, whose exports hide it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

let folder = dirname(createRequire(join(process.cwd(), 'package.json')).resolve('vega-datasets'));
while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
const cars = JSON.parse(readFileSync(join(folder, 'data', 'cars.json'), 'utf8'));
const columns = {
  name: 'Name',
  year: 'Year',
  origin: 'Origin',
  cylinders: 'Cylinders',
  displacement: 'Displacement',
  horsepower: 'Horsepower',
  weight: 'Weight_in_lbs',
  acceleration: 'Acceleration',
  mpg: 'Miles_per_Gallon',
};
const cell = (car, column) => {
  const value = car[columns[column]];
  if (value === null) return '';
  if (column === 'year') return value.slice(0, 4);
  return typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value);
};
const names = Object.keys(columns);
const lines = [names.join(','), ...cars.map((car) => names.map((name) => cell(car, name)).join(','))];
const out = join(process.cwd(), 'dist', 'cars.csv');
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${lines.join('\n')}\n`);
