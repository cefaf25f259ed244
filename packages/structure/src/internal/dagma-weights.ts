import { acyclicity } from '@cfe/autograd';
import type { ParentRules } from './parent-scorer.ts';

export interface DagmaRun extends ParentRules {
  readonly sparsity: number;
  readonly breathe: () => Promise<void> | undefined;
  readonly expired: () => boolean;
  readonly onStep: (step: number, objective: number) => void;
}

const stages = [
  { mu: 1, s: 1, steps: 30_000 },
  { mu: 0.1, s: 0.9, steps: 30_000 },
  { mu: 0.01, s: 0.8, steps: 30_000 },
  { mu: 0.001, s: 0.7, steps: 30_000 },
  { mu: 0.0001, s: 0.6, steps: 60_000 },
];
const [beta1, beta2] = [0.99, 0.999];
const checkEvery = 1000;

/**
 * Minimises μ (½ tr((I−W)ᵀ C (I−W)) + λ‖W‖₁) + h(W) for falling μ by Adam, h the log-determinant of the M-matrices.
 * Forbidden entries stay 0, required ones are free of the sparsity term.
 *
 * @param covariance - row-major `[d · d]`
 * @see Bello, Aragam and Ravikumar (2022), algorithm 1
 */
export async function dagmaWeights(
  covariance: Float64Array,
  d: number,
  { allowed, required, sparsity, breathe, expired, onStep }: DagmaRun,
): Promise<{ readonly weights: Float64Array; readonly steps: number; readonly expired: boolean }> {
  const size = d * d;
  const l1 = new Float64Array(size).fill(sparsity);
  const free = new Uint8Array(size).fill(1);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      if (required?.[j * d + i] === 1) l1[i * d + j] = 0;
      if (i === j || allowed?.[j * d + i] === 0) free[i * d + j] = 0;
    }
  }
  let weights = new Float64Array(size);
  const smooth = new Float64Array(size); // −C (I − W), the gradient of the least squares
  const objective = (mu: number, h: number): number => {
    let value = 0;
    for (let k = 0; k < size; k++) {
      const identity = Math.floor(k / d) === k % d ? 1 : 0;
      value += -0.5 * (identity - weights[k]!) * smooth[k]! + l1[k]! * Math.abs(weights[k]!);
    }
    return mu * value + h;
  };
  let steps = 0;
  for (const stage of stages) {
    const before = weights.slice();
    let { s } = stage;
    let rate = 3e-4;
    for (let attempt = 0; attempt < 10; attempt++) {
      weights = before.slice();
      const outcome = await minimise(stage.mu, s, stage.steps, rate);
      if (outcome === 'expired') return { weights, steps, expired: true };
      if (outcome === 'done') break;
      // out of the domain: more room and smaller steps
      rate /= 2;
      s += 0.1;
    }
  }
  return { weights, steps, expired: false };

  async function minimise(
    mu: number,
    s: number,
    limit: number,
    startRate: number,
  ): Promise<'done' | 'outside' | 'expired'> {
    const measure = acyclicity('log-det', { s });
    const first = new Float64Array(size);
    const second = new Float64Array(size);
    const move = new Float64Array(size);
    let rate = startRate;
    let last = 1e16;
    for (let t = 1; t <= limit; t++) {
      let h = measure.evaluate(weights);
      while (h.value === Number.POSITIVE_INFINITY) {
        if (t === 1 || s <= 0.9) return 'outside';
        for (let k = 0; k < size; k++) weights[k] = weights[k]! + 0.5 * rate * move[k]!;
        rate /= 2;
        if (rate < 1e-16) return 'done';
        h = measure.evaluate(weights);
      }
      residual();
      const [correct1, correct2] = [1 - beta1 ** t, 1 - beta2 ** t];
      for (let k = 0; k < size; k++) {
        const g = mu * (smooth[k]! + l1[k]! * Math.sign(weights[k]!)) + h.gradient[k]!;
        first[k] = beta1 * first[k]! + (1 - beta1) * g;
        second[k] = beta2 * second[k]! + (1 - beta2) * g * g;
        move[k] = free[k]! * (first[k]! / correct1 / (Math.sqrt(second[k]! / correct2) + 1e-8));
      }
      for (let k = 0; k < size; k++) weights[k] = weights[k]! - rate * move[k]!;
      steps++;
      if (t % checkEvery === 0 || t === limit) {
        residual();
        const now = objective(mu, measure.evaluate(weights).value);
        onStep(steps, now);
        if (Math.abs((last - now) / last) <= 1e-6) return 'done';
        last = now;
      }
      const wait = breathe();
      if (wait !== undefined) await wait;
      if (expired()) return 'expired';
    }
    return 'done';
  }

  function residual(): void {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) smooth[i * d + j] = -covariance[i * d + j]!;
      for (let k = 0; k < d; k++) {
        const c = covariance[i * d + k]!;
        for (let j = 0; j < d; j++) smooth[i * d + j] = smooth[i * d + j]! + c * weights[k * d + j]!;
      }
    }
  }
}
