import type { Table } from '@cfe/data';
import { targetMask } from '@cfe/data';
import { scalesOf } from './training-rows.ts';

/** Features of one variable: itself, then its bends. */
export const featuresPerVariable = 7;
const bends = featuresPerVariable - 1;

/** Inner products of features over the rows in which one variable follows its own mechanism. */
export interface FeatureMoments {
  /** rows of each variable */
  readonly counts: Int32Array;
  /** of a child: `[F * F]` with F = 1 + d · featuresPerVariable; feature 0 is the constant */
  of(child: number): Float64Array;
  readonly features: number;
}

/**
 * Features are a constant and, for every variable, its standardised values and tanh bends spread over its range. Their inner
 * products are taken once per regime and added up, so that a score of any parents of any child needs no rows any more.
 */
export function featureMoments(table: Table): FeatureMoments {
  const { names, rows, variables } = table;
  const features = 1 + names.length * featuresPerVariable;
  const scales = scalesOf(variables, table);
  const columns: Float64Array[] = [new Float64Array(rows).fill(1)];
  for (const [j, name] of names.entries()) {
    const { centre, scale } = scales[j] as (typeof scales)[number];
    const z = table.column(name).map((x) => (x - centre) / scale);
    const sorted = z.slice().sort();
    const low = sorted[Math.round(0.02 * (rows - 1))] as number;
    const range = Math.max(1e-9, (sorted[Math.round(0.98 * (rows - 1))] as number) - low);
    columns.push(z);
    for (let k = 0; k < bends; k++) {
      const at = low + ((k + 0.5) / bends) * range;
      columns.push(z.map((v) => Math.tanh((6 / range) * (v - at))));
    }
  }
  const masks = names.map((name) => targetMask(table, name));
  const groups = new Map<string, number[]>();
  for (let r = 0; r < rows; r++) {
    const key = masks.map((mask) => mask[r]).join('');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [r]);
    else group.push(r);
  }
  const parts = [...groups.values()].map((group) => ({ group, gram: gramOf(columns, group) }));
  const cache = new Map<number, Float64Array>();
  return {
    features,
    counts: Int32Array.from(masks, (mask) => rows - mask.reduce((sum, one) => sum + one, 0)),
    of(child) {
      const known = cache.get(child);
      if (known !== undefined) return known;
      const total = new Float64Array(features * features);
      for (const { group, gram } of parts) {
        if (masks[child]?.[group[0] as number] === 1) continue;
        for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (gram[i] as number);
      }
      cache.set(child, total);
      return total;
    },
  };
}

function gramOf(columns: readonly Float64Array[], rows: readonly number[]): Float64Array {
  const f = columns.length;
  const picked = columns.map((column) => Float64Array.from(rows, (r) => column[r] as number));
  const gram = new Float64Array(f * f);
  for (let a = 0; a < f; a++) {
    const x = picked[a] as Float64Array;
    for (let b = 0; b <= a; b++) {
      const y = picked[b] as Float64Array;
      let sum = 0;
      for (let r = 0; r < x.length; r++) sum += (x[r] as number) * (y[r] as number);
      gram[a * f + b] = sum;
      gram[b * f + a] = sum;
    }
  }
  return gram;
}
