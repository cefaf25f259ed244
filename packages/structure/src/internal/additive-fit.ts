import { regressOut } from './regress-out.ts';
import { splineBasis } from './splines.ts';

/** More rows than this tell no more about whether curves are worth having. */
const mostRows = 4000;

/**
 * By how much curves fit better than lines: the gain in log-likelihood less half ln n for every further function, in nats
 * per row and variable that has parents. A gain in bits that a code for the data would save, so it does not grow with the rows.
 */
export async function curveGain(
  columns: readonly Float64Array[],
  parents: readonly (readonly number[])[],
  breathe: () => Promise<void> | undefined,
): Promise<number> {
  const some = thinned(columns);
  const curves = some.map((column) => splineBasis(column, 4));
  let gain = 0;
  let count = 0;
  for (const [v, list] of parents.entries()) {
    if (list.length === 0) continue;
    const wait = breathe();
    if (wait !== undefined) await wait;
    const n = some[v]!.length;
    const lines = regressOut(
      list.map((w) => some[w]!),
      some[v]!,
    );
    const bent = regressOut(
      list.flatMap((w) => curves[w]!),
      some[v]!,
    );
    const better = n * Math.log(lines.left / bent.left) - Math.log(n) * (bent.used - lines.used);
    gain += Math.max(0, better) / (2 * n);
    count++;
  }
  return count === 0 ? 0 : gain / count;
}

/**
 * How much the size of the noise depends on the causes that an additive model gives: the share of the variance of the absolute
 * residual that a curve of one parent explains, beyond chance, on average over all parents. Near 0 where noise is added.
 */
export async function noiseDependence(
  columns: readonly Float64Array[],
  parents: readonly (readonly number[])[],
  breathe: () => Promise<void> | undefined,
): Promise<number> {
  const some = thinned(columns);
  const n = some[0]!.length;
  const coarse = some.map((column) => splineBasis(column, 4));
  const fine = n >= 200 ? some.map((column) => splineBasis(column, 8)) : coarse;
  let share = 0;
  let count = 0;
  for (const [v, list] of parents.entries()) {
    if (list.length === 0) continue;
    const wait = breathe();
    if (wait !== undefined) await wait;
    const curves = 8 * list.length > n / 4 ? coarse : fine;
    const { values } = regressOut(
      list.flatMap((w) => curves[w]!),
      some[v]!,
    );
    const size = values.map(Math.abs);
    const whole = regressOut([], size).left;
    for (const w of list) {
      const { left, used } = regressOut(coarse[w]!, size);
      share += 1 - (left / whole) * ((n - 1) / (n - 1 - used));
      count++;
    }
  }
  return count === 0 ? 0 : share / count;
}

/** Evenly spaced rows, at most so many. */
function thinned(columns: readonly Float64Array[]): readonly Float64Array[] {
  const n = columns[0]!.length;
  if (n <= mostRows) return columns;
  return columns.map((column) =>
    Float64Array.from({ length: mostRows }, (_, k) => column[Math.floor((k * n) / mostRows)]!),
  );
}
