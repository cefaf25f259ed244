import type { Table } from './table.ts';

/** One intervened variable of a regime. */
export interface RegimeTarget {
  readonly variable: string;
  /** `hard`: incoming edges cut; `soft`: the mechanism was changed but still reads its parents */
  readonly kind: 'hard' | 'soft';
  /** the value that was set, where known and the same for all rows */
  readonly value?: number;
}

/** The conditions under which some of the rows were collected. */
export interface Regime {
  readonly name: string;
  /** empty: observational; `'unknown'`: something was changed, nobody knows what */
  readonly targets: readonly RegimeTarget[] | 'unknown';
}

/** Which rows were collected under which interventions. */
export interface Regimes {
  readonly list: readonly Regime[];
  /** `[rows]`, an index into `list` for every row */
  readonly of: Int32Array;
}

/**
 * Where a variable was intervened on, `[rows]`: 1 in the rows whose regime targets it. All 0 without regimes.
 *
 * @param kind - only targets of this kind; default both
 * @example
 * import { parseCsv, regimesFrom, targetMask } from '@cfe/data';
 * const table = regimesFrom(parseCsv('x,y,lab\n1,2,0\n5,9,1\n'), { column: 'lab', targets: { 0: [], 1: ['x'] } });
 * targetMask(table, 'x'); // → Uint8Array [0, 1]
 */
export function targetMask(table: Table, variable: string, kind?: RegimeTarget['kind']): Uint8Array {
  const mask = new Uint8Array(table.rows);
  const { regimes } = table;
  if (regimes === undefined) return mask;
  const hit = regimes.list.map(
    ({ targets }) =>
      targets !== 'unknown' &&
      targets.some((target) => target.variable === variable && (kind === undefined || target.kind === kind)),
  );
  for (let r = 0; r < mask.length; r++) if (hit[regimes.of[r] as number] === true) mask[r] = 1;
  return mask;
}
