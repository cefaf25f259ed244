import { CfeError } from '@cfe/base';
import type { Dtype, Floats } from '../../floats.ts';
import type { Plan } from '../../plan.ts';
import { planLayout } from '../../plan-layout.ts';

/** A stretch of an array that is judged by its own size. */
export type Blocks = readonly (readonly [from: number, to: number, name: string])[];

/**
 * How far an executor may be from the float64 reference, relative to the largest entry of a block.
 *
 * u · 4 · (work along the longest path): each layer sums its fan-in and applies a function good to a few units
 * in the last place, and an ancestral pass runs through one mechanism after another; reductions over rows add their logarithm
 * for pairwise or vector sums, and at most their number for plain ones, which in practice is its square root.
 */
export function relativeBound(plan: Plan, rows: number, dtype: Dtype): number {
  const unit = dtype === 'float32' ? 2 ** -24 : 2 ** -53;
  let work = 0;
  for (const { layers } of planLayout(plan).mechanisms) {
    let own = 8; // the head
    for (const { inputs } of layers) own += 4 + inputs;
    work = Math.max(work, own);
  }
  return 4 * unit * (work * Math.max(1, plan.levels.length) + Math.sqrt(rows));
}

/** One block per variable of an array by variable. */
export function byVariable(plan: Plan, rows: number): Blocks {
  return plan.names.map((name, j) => [j * rows, (j + 1) * rows, name]);
}

/** One block per mechanism of a parameter array. */
export function byMechanism(plan: Plan): Blocks {
  return planLayout(plan).mechanisms.map(({ from, to }, j) => [from, to, `mechanism of ${plan.names[j]}`]);
}

/** One block per variable of a noise array. */
export function byNoise(plan: Plan, rows: number): Blocks {
  return planLayout(plan).mechanisms.map(({ noise, noiseWidth }, j) => [
    noise * rows,
    (noise + noiseWidth) * rows,
    `noise of ${plan.names[j]}`,
  ]);
}

/**
 * Refuses arrays that differ by more than `bound` relative to the largest entry of the block (or a thousandth of
 * the whole array's largest, where a block is nearly 0). NaN equals NaN only where the reference has it.
 */
export function expectAgreement(
  what: string,
  actual: Floats | undefined,
  expected: Floats | undefined,
  bound: number,
  blocks?: Blocks,
): void {
  if (expected === undefined && actual === undefined) return;
  if (expected === undefined || actual === undefined) {
    throw new ConformanceError(
      `${what} is ${actual === undefined ? 'missing' : 'there'}, against the reference.`,
    );
  }
  if (actual.length !== expected.length)
    throw new ConformanceError(`${what} has ${actual.length} entries, the reference ${expected.length}.`);
  const whole = largest(expected, 0, expected.length);
  for (const [from, to, name] of blocks ?? [[0, expected.length, '']]) {
    const size = Math.max(largest(expected, from, to), 1e-3 * whole);
    for (let i = from; i < to; i++) {
      const a = actual[i] as number;
      const e = expected[i] as number;
      if (Object.is(a, e) || Math.abs(a - e) <= bound * size) continue;
      throw new ConformanceError(
        `${what}: entry ${i}${name === '' ? '' : ` (${name}, ${i - from})`} is ${a}, the reference says ${e}; allowed are ${(bound * size).toExponential(1)}.`,
        { entry: i, actual: a, expected: e, allowed: bound * size },
      );
    }
  }
}

/** Refuses arrays that are not the same to the bit. */
export function expectSameBits(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  if (actual.length !== expected.length)
    throw new ConformanceError(`${what}: ${actual.length} entries became ${expected.length}.`);
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    throw new ConformanceError(`${what}: entry ${i} is ${actual[i]}, and was ${expected[i]}.`);
  }
}

/** An executor broke its contract. */
export class ConformanceError extends CfeError {
  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super('autograd/conformance', message, details);
  }
}

function largest(values: Floats, from: number, to: number): number {
  let most = 0;
  for (let i = from; i < to; i++) {
    const size = Math.abs(values[i] as number);
    if (size > most) most = size;
  }
  return most;
}
