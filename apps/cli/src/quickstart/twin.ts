import type { Seed } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { additive, type Distribution, type StructuralModel, structuralModel } from '@cfe/scm';

type Column = Float64Array;
const normal = (sd: number): Distribution => ({ kind: 'normal', mean: 0, sd });
const within = (half: number): Distribution => ({ kind: 'uniform', low: -half, high: half });

/** The twin's equations as a reader sees them; what {@link twinModel} computes. e stands for noise with the sd given. */
export const twinEquations: readonly string[] = [
  'year: uniform from 1970 to 1982; origin: Europe 18%, Japan 20%, USA 62%',
  'cylinders = 4.2 + 2 [USA] − 0.12 (year − 1976) + e (uniform within ±2)',
  'displacement = 40 + 3.9 cylinders² + 30 [USA] + e (uniform within ±45)',
  'weight = 30 + 220 √displacement + e (sd 290)',
  'horsepower = 15 + 0.25 displacement + 0.015 weight − 1.1 (year − 1976) + e (sd 15)',
  'acceleration = 30 − 380 horsepower / weight + e (sd 1.2)',
  'mpg = 2.3 + 58,000 / weight + 0.8 (year − 1976) + e (sd 2.7)',
];

/**
 * A world like that of the cars, whose equations are known: products, ratios, roots and squares that no mechanism of the
 * engine has built in.
 */
export function twinModel(): StructuralModel {
  const levels = ['Europe', 'Japan', 'USA'];
  return structuralModel({
    variables: [
      { name: 'year', mechanism: additive(), noise: { kind: 'uniform', low: 1970, high: 1982 } },
      {
        name: 'origin',
        levels,
        mechanism: additive(),
        noise: { kind: 'categorical', probabilities: [0.18, 0.2, 0.62] },
      },
      {
        name: 'cylinders',
        parents: ['year', 'origin'],
        mechanism: rowwise((year, origin) => 4.2 + 2 * usa(origin) - 0.12 * (year - 1976)),
        noise: within(2),
      },
      {
        name: 'displacement',
        parents: ['origin', 'cylinders'],
        mechanism: rowwise((origin, c) => 40 + 3.9 * c * c + 30 * usa(origin)),
        noise: within(45),
      },
      {
        name: 'weight',
        parents: ['displacement'],
        mechanism: rowwise((displacement) => 30 + 220 * Math.sqrt(displacement)),
        noise: normal(290),
      },
      {
        name: 'horsepower',
        parents: ['year', 'displacement', 'weight'],
        mechanism: rowwise((year, d, w) => 15 + 0.25 * d + 0.015 * w - 1.1 * (year - 1976)),
        noise: normal(15),
      },
      {
        name: 'acceleration',
        parents: ['horsepower', 'weight'],
        mechanism: rowwise((h, w) => 30 - (380 * h) / atLeast(w)),
        noise: normal(1.2),
      },
      {
        name: 'mpg',
        parents: ['year', 'weight'],
        mechanism: rowwise((year, w) => 2.3 + 58_000 / atLeast(w) + 0.8 * (year - 1976)),
        noise: normal(2.7),
      },
    ],
  });
}

/** Rows of the twin as a table, its columns in an order that tells nothing. */
export function twinRows(model: StructuralModel, rows: number, seed: Seed): Table {
  const drawn = model.sample(rows, { seed });
  const order = [
    'mpg',
    'cylinders',
    'acceleration',
    'year',
    'weight',
    'origin',
    'horsepower',
    'displacement',
  ];
  return createTable(
    order.map((name) => ({
      variable: model.variables[model.graph.nodes.indexOf(name)] as StructuralModel['variables'][number],
      values: drawn.column(name),
    })),
  );
}

/** A function of one row's parents as a mechanism with additive noise. */
function rowwise(f: (...parents: number[]) => number): ReturnType<typeof additive> {
  return additive((parents: readonly Column[]) =>
    Float64Array.from(parents[0] as Column, (_, r) => f(...parents.map((column) => column[r] as number))),
  );
}

function usa(origin: number): number {
  return origin === 2 ? 1 : 0;
}

/** Keeps a ratio from exploding for a car lighter than any; the stated equations hold from 800 lb on. */
function atLeast(weight: number): number {
  return Math.max(800, weight);
}
