import { type Columns, permutation, rngFrom, type Seed } from '@cfe/base';
import { type Do, interventionsOf } from '@cfe/scm';
import type { CausalNetwork } from '../causal-network.ts';
import type { NoiseLaw } from '../network-state.ts';
import { columnsOf } from './columns.ts';
import { noiseUnits } from './noise-columns.ts';

/** Points of an output's noise that an average takes where one does not do. */
const points = 128;

/**
 * The mean of each output over its own noise, given the noise of the inputs, `[outputs][rows]`.
 *
 * Where an output is linear in its noise (additive, location–scale) and causes no other, that is its value at the noise's
 * mean. Otherwise it is the average over quantiles of the noise, those of several outputs paired at random.
 */
export function outputMeans(
  model: CausalNetwork,
  outputs: readonly string[],
  noise: Columns,
  action: Do,
  seed: Seed | undefined,
): Float64Array[] {
  const index = outputs.map((name) => model.graph.nodes.indexOf(name));
  const isLinear = index.every((j) => {
    const kind = model.plan.mechanisms[j]?.head.kind;
    const { offsets } = model.graph.children;
    return (kind === 'additive' || kind === 'location-scale') && offsets[j] === offsets[j + 1];
  });
  const isKept = interventionsOf(action).every(
    ({ kind, target }) => !outputs.includes(target) || ['hard', 'shift', 'scale', 'noise'].includes(kind),
  );
  const units = noiseUnits(model.plan, model.state);
  const grids = index.map((j) =>
    gridOf(model.state.noise[j] as NoiseLaw).map((u) => u * (units[j] as number)),
  );
  const withOutputs = (values: (k: number) => number): Columns => {
    const replaced = new Map(outputs.map((name, k) => [name, new Float64Array(noise.rows).fill(values(k))]));
    return columnsOf(
      noise.names,
      noise.names.map((name) => replaced.get(name) ?? noise.column(name)),
      noise.rows,
    );
  };
  if (isLinear && isKept) {
    const at = withOutputs((k) => meanOf(grids[k] as Float64Array));
    const found = model.predict(at, { do: action, seed });
    return outputs.map((name) => found.column(name).slice());
  }
  const rng = rngFrom(seed).fork('output noise');
  const orders = outputs.map((name) => permutation(rng.fork(name), points));
  const sums = outputs.map(() => new Float64Array(noise.rows));
  for (let p = 0; p < points; p++) {
    const at = withOutputs((k) => (grids[k] as Float64Array)[orders[k]?.[p] as number] as number);
    const found = model.predict(at, { do: action, seed });
    for (const [k, name] of outputs.entries()) {
      const column = found.column(name);
      const sum = sums[k] as Float64Array;
      for (let r = 0; r < sum.length; r++) sum[r] = (sum[r] as number) + (column[r] as number) / points;
    }
  }
  return sums;
}

/** Midpoints of equally likely slices of a noise law. */
function gridOf(law: NoiseLaw): Float64Array {
  if (law.kind === 'standard')
    return Float64Array.from({ length: points }, (_, p) => normalQuantile((p + 0.5) / points));
  const { values } = law;
  const n = values.length;
  // the mean of each slice, so that the grid's mean is the law's
  return Float64Array.from({ length: points }, (_, p) => {
    const [from, to] = [(p * n) / points, ((p + 1) * n) / points];
    let sum = 0;
    for (let i = Math.floor(from); i < Math.ceil(to); i++) {
      sum += (Math.min(i + 1, to) - Math.max(i, from)) * (values[i] as number);
    }
    return sum / (to - from);
  });
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/**
 * The standard normal quantile, relative error below 1.15e-9.
 *
 * @see Acklam (2003), An algorithm for computing the inverse normal cumulative distribution function
 */
function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const [a, b, c, d] = acklam;
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(c, q) / (horner(d, q) * q + 1);
  }
  const q = p - 0.5;
  const r = q * q;
  return (horner(a, r) * q) / (horner(b, r) * r + 1);
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((value, c) => value * x + c, 0);
}

const acklam: readonly [readonly number[], readonly number[], readonly number[], readonly number[]] = [
  [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ],
  [
    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
    -1.328068155288572e1,
  ],
  [
    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416],
];
