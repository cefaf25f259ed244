import { type Columns, throwUnknownName } from '@cfe/base';
import { type Dag, incident } from '@cfe/graph';
import { inverseDiagonal } from '../internal/inverse-diagonal.ts';
import { covariances, moments } from '../moments.ts';

/** How far an order by some criterion agrees with the causal order: 0.5 is chance, 1 (or 0) gives the order away. */
export interface Sortability {
  /** by variance: falls to chance once data are standardised */
  readonly varsortability: number;
  /** by the share of a variable's variance that all others explain: does not change with scale */
  readonly r2Sortability: number;
}

/**
 * The share of directed paths along which the variance grows. Paths are counted by pairs and length; ties count half.
 *
 * @param rows - complete rows without interventions
 * @param truth - over columns of `rows`
 * @returns 0 … 1; NaN without edges
 * @throws {@link UnknownNameError} if a node of the truth is no column
 * @see Reisach, Seiler and Weichwald (2021), Beware of the simulated DAG!
 * @example
 * import { createDag } from '@cfe/graph';
 * import { parseCsv, varsortability } from '@cfe/data';
 * varsortability(parseCsv('x,y\n1,10\n2,20\n3,31\n'), createDag(['x', 'y'], [['x', 'y']])); // → 1
 */
export function varsortability(rows: Columns, truth: Dag): number {
  return sortability(rows, truth).varsortability;
}

/**
 * The share of directed paths along which the share of variance that all other variables explain (R²) grows.
 *
 * @param rows - complete rows without interventions
 * @param truth - over columns of `rows`
 * @returns 0 … 1; NaN without edges
 * @throws {@link UnknownNameError} if a node of the truth is no column
 * @see Reisach, Tami, Seiler, Chambaz and Weichwald (2023), A scale-invariant sorting criterion to find a causal order
 * in additive noise models
 * @example
 * import { createDag } from '@cfe/graph';
 * import { parseCsv, r2Sortability } from '@cfe/data';
 * // two variables explain each other equally well: chance
 * r2Sortability(parseCsv('x,y\n1,10\n2,20\n3,31\n'), createDag(['x', 'y'], [['x', 'y']])); // → 0.5
 */
export function r2Sortability(rows: Columns, truth: Dag): number {
  return sortability(rows, truth).r2Sortability;
}

/**
 * Both criteria at once.
 *
 * @example
 * import { createDag } from '@cfe/graph';
 * import { parseCsv, sortability } from '@cfe/data';
 * const rows = parseCsv('x,y\n1,10\n2,20\n3,31\n');
 * sortability(rows, createDag(['x', 'y'], [['x', 'y']])); // → { varsortability: 1, r2Sortability: 0.5 }
 */
export function sortability(rows: Columns, truth: Dag): Sortability {
  const unknown = truth.nodes.find((name) => !rows.names.includes(name));
  if (unknown !== undefined) throwUnknownName('sortability', 'column', unknown, rows.names);
  const { covariance, correlation } = covariances(moments(rows, { names: truth.nodes }));
  const variances = covariance.map((row, j) => row[j] as number);
  const inverse = inverseDiagonal(correlation);
  const r2 = Array.from(inverse, (entry) => (entry > 0 ? 1 - 1 / entry : 1));
  return { varsortability: agreement(truth, variances), r2Sortability: agreement(truth, r2) };
}

const tie = 1e-9;

function agreement(truth: Dag, score: readonly number[]): number {
  const d = truth.nodes.length;
  let paths = 0;
  let agreeing = 0;
  for (let i = 0; i < d; i++) {
    let reached = new Set([i]);
    for (let length = 1; length < d && reached.size > 0; length++) {
      const next = new Set<number>();
      for (const k of reached) for (const j of incident(truth.children, k)) next.add(j);
      for (const j of next) {
        const ratio = (score[j] as number) / (score[i] as number);
        paths++;
        if (ratio > 1 + tie) agreeing++;
        else if (ratio > 1 - tie) agreeing += 0.5;
      }
      reached = next;
    }
  }
  return agreeing / paths;
}
