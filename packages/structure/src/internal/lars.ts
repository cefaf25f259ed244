/**
 * Which predictors the adaptive lasso keeps: weights |least squares|, penalty by BIC along the exact path.
 *
 * @param matrix - row-major `[d · d]` covariance of standardised columns
 * @returns the predictors kept
 * @see Zou (2006), JASA 101, 1418–1429; Efron, Hastie, Johnstone and Tibshirani (2004), Annals of Statistics 32, 407–499
 */
export function adaptiveLasso(
  matrix: Float64Array,
  d: number,
  rows: number,
  target: number,
  predictors: readonly number[],
): number[] {
  const p = predictors.length;
  if (p === 0) return [];
  const gram = predictors.map((a) => Float64Array.from(predictors, (b) => matrix[a * d + b]!));
  const joint = Float64Array.from(predictors, (a) => matrix[a * d + target]!);
  const least = solve(gram, joint);
  const own = matrix[target * d + target]!;
  const noise = ((own - dot(least, joint)) * rows) / Math.max(1, rows - p - 1);
  const weighted = gram.map((row, a) => row.map((x, b) => x * Math.abs(least[a]!) * Math.abs(least[b]!)));
  const correlation = joint.map((x, a) => x * Math.abs(least[a]!));
  let kept: number[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  for (const beta of lassoPath(weighted, correlation)) {
    let quadratic = 0;
    for (let a = 0; a < p; a++) quadratic += beta[a]! * dot(weighted[a]!, beta);
    const residual = (own - 2 * dot(beta, correlation) + quadratic) * rows;
    const used = [...beta.keys()].filter((a) => Math.abs(beta[a]!) > 2.3e-16);
    const criterion = residual / noise + Math.log(rows) * used.length;
    if (criterion < lowest) {
      lowest = criterion;
      kept = used.map((a) => predictors[a]!);
    }
  }
  return kept;
}

/** The coefficients at every knot of the lasso's path, from none to least squares. */
function* lassoPath(gram: readonly Float64Array[], correlation: Float64Array): Generator<Float64Array> {
  const p = correlation.length;
  const beta = new Float64Array(p);
  const left = correlation.slice();
  const active: number[] = [];
  yield beta.slice();
  let level = Math.max(...left.map(Math.abs));
  if (!(level > 0)) return;
  active.push(left.findIndex((c) => Math.abs(c) === level));
  let dropped = -1;
  for (let step = 0; step < 20 * p && active.length > 0; step++) {
    const signs = Float64Array.from(active, (a) => Math.sign(left[a]!));
    const direction = solve(
      active.map((a) => Float64Array.from(active, (b) => gram[a]![b]!)),
      signs,
    );
    const slope = Float64Array.from({ length: p }, (_, j) =>
      active.reduce((sum, a, k) => sum + gram[j]![a]! * direction[k]!, 0),
    );
    let gamma = level;
    let enters = -1;
    let leaves = -1;
    for (let j = 0; j < p; j++) {
      if (active.includes(j) || j === dropped) continue;
      for (const candidate of [(level - left[j]!) / (1 - slope[j]!), (level + left[j]!) / (1 + slope[j]!)]) {
        if (candidate > 1e-14 * level && candidate < gamma) {
          gamma = candidate;
          enters = j;
        }
      }
    }
    for (const [k, a] of active.entries()) {
      const candidate = -beta[a]! / direction[k]!;
      if (candidate > 1e-14 * level && candidate < gamma) {
        gamma = candidate;
        leaves = a;
        enters = -1;
      }
    }
    for (const [k, a] of active.entries()) beta[a] = beta[a]! + gamma * direction[k]!;
    for (let j = 0; j < p; j++) left[j] = left[j]! - gamma * slope[j]!;
    level -= gamma;
    dropped = leaves;
    if (leaves >= 0) {
      beta[leaves] = 0;
      active.splice(active.indexOf(leaves), 1);
    }
    yield beta.slice();
    if (enters >= 0) active.push(enters);
    else if (leaves < 0) return;
  }
}

function solve(gram: readonly Float64Array[], right: Float64Array): Float64Array {
  const p = right.length;
  const factor = gram.map((row) => row.slice());
  const out = right.slice();
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = factor[i]![j]!;
      for (let k = 0; k < j; k++) sum -= factor[i]![k]! * factor[j]![k]!;
      factor[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / factor[j]![j]!;
    }
    for (let k = 0; k < i; k++) out[i] = out[i]! - factor[i]![k]! * out[k]!;
    out[i] = out[i]! / factor[i]![i]!;
  }
  for (let i = p - 1; i >= 0; i--) {
    for (let k = i + 1; k < p; k++) out[i] = out[i]! - factor[k]![i]! * out[k]!;
    out[i] = out[i]! / factor[i]![i]!;
  }
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
