/**
 * One number read off one parent, standardised: (raw − centre) / scale. `parent` is a position in the variable's
 * parent list; a spline feature is the `basis`-th natural cubic function on its knots.
 */
export interface Feature {
  readonly parent: number;
  readonly basis:
    | { readonly kind: 'linear' }
    | { readonly kind: 'level'; readonly level: number }
    | { readonly kind: 'spline'; readonly knots: readonly number[]; readonly index: number };
  readonly centre: number;
  readonly scale: number;
}

/** The features of all rows, `[features][rows]`. */
export function evaluateFeatures(
  features: readonly Feature[],
  parents: readonly Float64Array[],
  rows: number,
): Float64Array[] {
  return features.map((feature) => {
    const column = parents[feature.parent] as Float64Array;
    const raw = rawFunction(feature.basis);
    const out = new Float64Array(rows);
    for (let r = 0; r < rows; r++) out[r] = (raw(column[r] as number) - feature.centre) / feature.scale;
    return out;
  });
}

/** d feature / d parent at one value. */
export function featureSlope(feature: Feature, value: number): number {
  const { basis, scale } = feature;
  if (basis.kind === 'linear') return 1 / scale;
  if (basis.kind === 'level') return 0;
  const { knots, index } = basis;
  const last = knots.length - 1;
  const slope = (k: number): number =>
    (3 * (positive(value - (knots[k] as number)) ** 2 - positive(value - (knots[last] as number)) ** 2)) /
    ((knots[last] as number) - (knots[k] as number));
  return (slope(index) - slope(last - 1)) / scale;
}

/** A feature whose centre and scale are the mean and standard deviation of its values in some rows. */
export function standardisedFeature(
  parent: number,
  basis: Feature['basis'],
  column: Float64Array,
  rows: Int32Array,
): Feature {
  const raw = rawFunction(basis);
  let sum = 0;
  for (const r of rows) sum += raw(column[r] as number);
  const centre = rows.length === 0 ? 0 : sum / rows.length;
  let squares = 0;
  for (const r of rows) squares += (raw(column[r] as number) - centre) ** 2;
  const sd = Math.sqrt(squares / Math.max(1, rows.length));
  return { parent, basis, centre, scale: sd > 1e-12 * Math.abs(centre) && sd > 0 ? sd : 1 };
}

/** Distinct quantiles, `count` at most, the first and last being the 2nd and 98th percentile. */
export function knotsOf(column: Float64Array, rows: Int32Array, count: number): number[] {
  const sorted = Float64Array.from(rows, (r) => column[r] as number).sort();
  const knots: number[] = [];
  for (let k = 0; k < count; k++) {
    const at = (0.02 + (0.96 * k) / (count - 1)) * (sorted.length - 1);
    const low = sorted[Math.floor(at)] as number;
    const high = sorted[Math.ceil(at)] as number;
    const knot = low + (at - Math.floor(at)) * (high - low);
    if (knots.length === 0 || knot > (knots.at(-1) as number)) knots.push(knot);
  }
  return knots;
}

// Natural cubic splines on truncated powers: Hastie, Tibshirani & Friedman (2009), equations 5.4 and 5.5.
function rawFunction(basis: Feature['basis']): (x: number) => number {
  if (basis.kind === 'linear') return (x) => x;
  if (basis.kind === 'level') return (x) => (x === basis.level ? 1 : 0);
  const { knots, index } = basis;
  const last = knots.length - 1;
  const d = (k: number, x: number): number =>
    (positive(x - (knots[k] as number)) ** 3 - positive(x - (knots[last] as number)) ** 3) /
    ((knots[last] as number) - (knots[k] as number));
  return (x) => d(index, x) - d(last - 1, x);
}

function positive(x: number): number {
  return x > 0 ? x : 0;
}
