import type { ParentRules } from './parent-scorer.ts';

interface OrderRun {
  readonly breathe: () => Promise<void> | undefined;
  readonly expired: () => boolean;
  readonly onStep: (step: number, dependence: number) => void;
}

/**
 * DirectLiNGAM's causal order. The dependence of a candidate on the residuals of another is the difference of mutual
 * informations under Hyvärinen's entropy approximation; only those in disfavour of the candidate count, squared.
 *
 * @param columns - standardised, not written to
 */
export async function lingamOrder(
  columns: readonly Float64Array[],
  rules: ParentRules,
  { breathe, expired, onStep }: OrderRun,
): Promise<{ readonly order: number[]; readonly expired: boolean }> {
  const d = columns.length;
  const n = columns[0]!.length;
  let left = columns.map((x) => x.slice());
  const entropies = new Float64Array(d);
  const scratch = new Float64Array(n);
  const open = new Set(Array.from({ length: d }, (_, v) => v));
  const order: number[] = [];
  let over = false;
  while (open.size > 0) {
    const candidates = candidatesAmong([...open], d, rules);
    let next = candidates[0]!;
    let lowest = 0;
    if (candidates.length > 1 && !over) {
      lowest = Number.POSITIVE_INFINITY;
      for (const v of open) {
        rescale(left[v]!);
        entropies[v] = entropy(left[v]!);
      }
      const dependence = new Float64Array(d);
      const list = [...open];
      // the difference of a pair is antisymmetric, so that one look serves both
      for (const [a, i] of list.entries()) {
        for (const j of list.slice(a + 1)) {
          const wait = breathe();
          if (wait !== undefined) await wait;
          const r = correlation(left[i]!, left[j]!);
          const difference =
            entropies[j]! +
            residualEntropy(left[i]!, left[j]!, r, scratch) -
            entropies[i]! -
            residualEntropy(left[j]!, left[i]!, r, scratch);
          if (difference < 0) dependence[i] = dependence[i]! + difference ** 2;
          else dependence[j] = dependence[j]! + difference ** 2;
        }
        over ||= expired();
        if (over) break;
      }
      if (!over) {
        for (const v of candidates) {
          if (dependence[v]! < lowest) {
            lowest = dependence[v]!;
            next = v;
          }
        }
      }
    }
    open.delete(next);
    order.push(next);
    onStep(order.length - 1, lowest);
    const cause = left[next]!;
    if (!over) {
      left = left.map((x, v) => {
        if (!open.has(v)) return x;
        const slope = covariance(x, cause) / covariance(cause, cause);
        return x.map((value, row) => value - slope * cause[row]!);
      });
    }
  }
  return { order, expired: over };
}

/** Those that may come next: all their required parents have come, and nothing that can only come before them is open. */
function candidatesAmong(
  open: readonly number[],
  d: number,
  { allowed, required }: ParentRules,
): readonly number[] {
  const ready = open.filter((v) => open.every((w) => required?.[v * d + w] !== 1));
  const first = ready.filter((v) =>
    open.every(
      (w) => w === v || allowed === undefined || allowed[v * d + w] === 0 || allowed[w * d + v] === 1,
    ),
  );
  return first.length > 0 ? first : ready;
}

function rescale(x: Float64Array): void {
  const n = x.length;
  let mean = 0;
  for (let r = 0; r < n; r++) mean += x[r]!;
  mean /= n;
  let squares = 0;
  for (let r = 0; r < n; r++) squares += (x[r]! - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / n);
  for (let r = 0; r < n; r++) x[r] = (x[r]! - mean) * scale;
}

function correlation(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < x.length; r++) sum += x[r]! * y[r]!;
  return sum / x.length;
}

function covariance(x: Float64Array, y: Float64Array): number {
  const n = x.length;
  let [a, b, c] = [0, 0, 0];
  for (let r = 0; r < n; r++) {
    a += x[r]!;
    b += y[r]!;
  }
  a /= n;
  b /= n;
  for (let r = 0; r < n; r++) c += (x[r]! - a) * (y[r]! - b);
  return c / n;
}

/** Entropy of the standardised residual of x on y, both standardised with correlation r. */
function residualEntropy(x: Float64Array, y: Float64Array, r: number, scratch: Float64Array): number {
  const scale = 1 / Math.sqrt(Math.max(1 - r * r, 1e-12));
  for (let row = 0; row < x.length; row++) scratch[row] = (x[row]! - r * y[row]!) * scale;
  return entropy(scratch);
}

/** Hyvärinen (1998), New approximations of differential entropy, for a standardised variable. */
function entropy(u: Float64Array): number {
  let logCosh = 0;
  let odd = 0;
  for (let r = 0; r < u.length; r++) {
    const x = u[r]!;
    const size = Math.abs(x);
    logCosh += size + Math.log1p(Math.exp(-2 * size)) - Math.LN2;
    odd += x * Math.exp((-x * x) / 2);
  }
  const n = u.length;
  return (1 + Math.log(2 * Math.PI)) / 2 - 79.047 * (logCosh / n - 0.37457) ** 2 - 7.4129 * (odd / n) ** 2;
}
