import { cholesky, dot, solve } from './cholesky.ts';
import type { HiddenUnit } from './curve-units.ts';

/** One input that changes what others do: its products with them. */
export interface ProductBlock {
  readonly modifier: number;
  readonly others: readonly number[];
}

/** Products as columns of a regression. */
export interface Products {
  readonly blocks: readonly ProductBlock[];
  /** `[products][n]`, block by block */
  readonly columns: readonly Float64Array[];
  /** by product: those with one number share how strongly they are drawn to 0 */
  readonly strengths: readonly number[];
}

const mostBlocks = 3;
/** Of more inputs than this, only two-valued ones are tried as modifiers. */
const mostModifiers = 26;
const mostColumns = 450;
/** Blocks up to so many products choose among them; larger ones are shrunk as a whole. */
const fewProducts = 6;

/**
 * Which inputs change what others do: blocks of products that the residuals of a regression answer to beyond chance (a score
 * test at the 0.1% level), the most telling first.
 *
 * @param inputs - `[inputs][n]`; `parents` by input, since levels of one parent have no products
 * @param design - columns of the regression, `residuals` what it left
 */
export function findProducts(
  inputs: readonly Float64Array[],
  parents: readonly number[],
  design: readonly Float64Array[],
  residuals: Float64Array,
  quantile: (freedom: number) => number,
): Products | undefined {
  const n = residuals.length;
  const isFew = inputs.length <= mostModifiers;
  const modifiers = inputs.flatMap((column, k) => (isFew || twoValues(column) !== undefined ? [k] : []));
  const place = new Map<number, number>(); // of a pair among the columns
  const all = [...design];
  const pair = (i: number, k: number): number => Math.min(i, k) * inputs.length + Math.max(i, k);
  for (const i of modifiers) {
    for (let k = 0; k < inputs.length; k++) {
      if (parents[k] === parents[i] || place.has(pair(i, k)) || all.length > mostColumns) continue;
      place.set(pair(i, k), all.length);
      all.push(product(inputs[i] as Float64Array, inputs[k] as Float64Array));
    }
  }
  if (place.size === 0) return undefined;
  const gram = all.map((a, i) =>
    Float64Array.from({ length: i + 1 }, (_, k) => dot(a, all[k] as Float64Array)),
  );
  const cross = Float64Array.from(all, (a) => dot(a, residuals));
  const total = dot(residuals, residuals);
  const left = (columns: readonly number[]): { readonly squares: number; readonly rank: number } => {
    const factor = columns.map((i, a) =>
      Float64Array.from({ length: a + 1 }, (_, b) => {
        const k = columns[b] as number;
        return (i >= k ? gram[i]?.[k] : gram[k]?.[i]) as number;
      }),
    );
    const dead = cholesky(factor);
    const right = Float64Array.from(columns, (i) => cross[i] as number);
    const beta = solve(factor, dead, right);
    return { squares: total - dot(beta, right), rank: dead.reduce((sum, one) => sum + 1 - one, 0) };
  };
  const blocks: ProductBlock[] = [];
  let used = design.map((_, k) => k);
  let before = left(used);
  while (blocks.length < mostBlocks) {
    let best: { readonly block: ProductBlock; readonly own: number[]; readonly z: number } | undefined;
    for (const modifier of modifiers) {
      const others = inputs.flatMap((_, k) => {
        const at = place.get(pair(modifier, k));
        return at === undefined || used.includes(at) ? [] : [k];
      });
      if (others.length === 0 || used.length + others.length > n / 4) continue;
      const own = others.map((k) => place.get(pair(modifier, k)) as number);
      const after = left([...used, ...own]);
      const freedom = after.rank - before.rank;
      const statistic = n * (1 - after.squares / before.squares);
      if (freedom < 1 || !(statistic > quantile(freedom))) continue;
      const z = (statistic - freedom) / Math.sqrt(2 * freedom);
      if (best === undefined || z > best.z) best = { block: { modifier, others }, own, z };
    }
    if (best === undefined) break;
    blocks.push(best.block);
    used = [...used, ...best.own];
    before = left(used);
  }
  const columns = used.slice(design.length).map((at) => all[at] as Float64Array);
  if (blocks.length === 0) return undefined;
  let next = 0;
  const strengths = blocks.flatMap(({ others }) => {
    const isSmall = others.length <= fewProducts;
    const own = others.map(() => (isSmall ? next++ : next));
    if (!isSmall) next++;
    return own;
  });
  return { blocks, columns, strengths };
}

/** How large the inward weights of units are that draw a product: their relative error at s is (small · s)² / 3. */
const small = 0.05;
/** Where tanh is bent most. */
const bend = Math.atanh(Math.sqrt(1 / 3));
const bentSlope = -4 / (3 * Math.sqrt(3));

/** Units that draw products, and slopes and a constant beside them. */
export function drawProducts(
  { blocks }: Products,
  coefficients: Float64Array,
  inputs: readonly Float64Array[],
): { readonly units: readonly HiddenUnit[]; readonly slopes: Float64Array; readonly constant: number } {
  const width = inputs.length;
  const slopes = new Float64Array(width);
  const units: HiddenUnit[] = [];
  let constant = 0;
  let at = 0;
  for (const { modifier, others } of blocks) {
    const weights = new Float64Array(width); // of v, which the modifier multiplies
    for (const k of others) weights[k] = coefficients[at++] as number;
    const column = inputs[modifier] as Float64Array;
    const spreadOfV = rootMeanSquare(combine(inputs, weights));
    if (!(spreadOfV > 0)) continue;
    const [low, high] = twoValues(column) ?? [];
    if (low !== undefined && high !== undefined) {
      // m·v = high·v − (high − low)·v·[m = low]: where m is high the unit is full, where it is low it is straight
      const scale = small / spreadOfV;
      const steep = 20 / (high - low);
      const inward = weights.map((w) => w * scale);
      inward[modifier] = (inward[modifier] as number) + steep;
      units.push({ inward, bias: -steep * low, weight: -(high - low) / scale });
      for (let k = 0; k < width; k++) slopes[k] = (slopes[k] as number) + high * (weights[k] as number);
      // the full unit adds weight · 1 where m is high
      slopes[modifier] = (slopes[modifier] as number) + 1 / scale;
      constant -= low / scale;
      continue;
    }
    // m·v = ¼ sm·sv [(m/sm + v/sv)² − (m/sm − v/sv)²], each square from two units around the bend of tanh
    const spreadOfM = rootMeanSquare(column);
    for (const sign of [1, -1]) {
      const sum = weights.map((w) => (sign * w) / spreadOfV);
      sum[modifier] = (sum[modifier] as number) + 1 / spreadOfM;
      const weight = (sign * spreadOfM * spreadOfV) / (4 * small * small * bentSlope);
      for (const side of [1, -1])
        units.push({ inward: sum.map((w) => side * small * w), bias: bend, weight });
      constant -= 2 * weight * Math.tanh(bend);
    }
  }
  return { units, slopes, constant };
}

/** Units that {@link drawProducts} takes. */
export function unitsOf({ blocks }: Products, inputs: readonly Float64Array[]): number {
  return blocks.reduce(
    (sum, { modifier }) => sum + (twoValues(inputs[modifier] as Float64Array) === undefined ? 4 : 1),
    0,
  );
}

/** a · b, row by row. */
export function product(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let r = 0; r < out.length; r++) out[r] = (a[r] as number) * (b[r] as number);
  return out;
}

function combine(inputs: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(inputs[0]?.length ?? 0);
  for (const [k, column] of inputs.entries()) {
    const w = weights[k] as number;
    if (w === 0) continue;
    for (let r = 0; r < out.length; r++) out[r] = (out[r] as number) + w * (column[r] as number);
  }
  return out;
}

function rootMeanSquare(column: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < column.length; r++) sum += (column[r] as number) ** 2;
  return Math.sqrt(sum / column.length);
}

/** The two values of a column that has no more, ascending. */
function twoValues(column: Float64Array): readonly [number, number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let r = 0; r < column.length; r++) {
    low = Math.min(low, column[r] as number);
    high = Math.max(high, column[r] as number);
  }
  if (!(high > low)) return undefined;
  for (let r = 0; r < column.length; r++) if (column[r] !== low && column[r] !== high) return undefined;
  return [low, high];
}
