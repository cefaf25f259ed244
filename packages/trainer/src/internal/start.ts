import { type LayerLayout, type MechanismLayout, type Plan, planLayout } from '@cfe/autograd';
import type { Rng } from '@cfe/base';
import { incident } from '@cfe/graph';
import { type AdditiveCurves, additiveCurves } from './additive-curves.ts';
import { drawCurves, type HiddenUnit, writeUnits } from './curve-units.ts';
import { type LeastSquares, leastSquares, residualOf } from './least-squares.ts';
import { drawProducts, findProducts, type Products, product, unitsOf } from './products.ts';
import type { TrainingRows } from './training-rows.ts';

/** Spreads under this, on the standardised scale, are taken for none: the variable is a function of its parents. */
const smallestSpread = 1e-6;

/** How one variable's parameters start. */
export interface VariableStart {
  /**
   * - `line`: the location is the least-squares line, which for a linear additive mechanism is the optimum
   * - `curve`: the line plus bends along single parents, by ridge regression
   * - `draw`: no direct way from the parents to the output, so a random function
   */
  readonly kind: 'line' | 'curve' | 'draw';
  /** whether the residuals still answer to products of two parents, so that a search for interactions is worth its time */
  readonly interacts: boolean;
  /** where a search had better begin, if not at the fit: how, and the variable's parameters */
  readonly search?: { readonly kind: 'line' | 'curve'; readonly parameters: Float64Array } | undefined;
}

/**
 * Parameters to start a fit from, written to `parameters`.
 *
 * Where the output reads the parents directly, the location starts as the least-squares line. With one hidden layer its
 * units are laid along the axes of the continuous parents, and their weights found by ridge regression; these bends are
 * kept where they lower the residuals by more than chance does (a likelihood ratio at the 0.1% level). A categorical
 * variable starts from the frequencies of its levels.
 */
export function startFrom(
  plan: Plan,
  data: TrainingRows,
  parameters: Float64Array,
  rng: Rng,
): VariableStart[] {
  const layout = planLayout(plan);
  return layout.mechanisms.map((mechanism, j) => {
    const { head, hidden, skip, activation } = plan.mechanisms[j] as Plan['mechanisms'][number];
    const { layers, inputs } = mechanism;
    const output = layers[layers.length - 1] as LayerLayout;
    const isDirect = skip || hidden.length === 0 || inputs === 0;
    drawHidden(plan, j, mechanism, parameters, rng.fork(plan.names[j] as string));
    if (isDirect) parameters.fill(0, output.weights, output.bias + output.outputs);
    if (head.kind === 'categorical') {
      writeFrequencies(data, j, head.levels, parameters, output.bias);
      return { kind: isDirect ? 'line' : 'draw', interacts: true };
    }
    const kept = keptRows(data, j);
    const y = columnOf(data, j, kept);
    const columns = isDirect ? inputColumns(plan, data, j, kept) : [];
    const line = leastSquares([ones(kept.length), ...columns], y);
    const direct = output.weights + output.inputs - columns.length; // the hidden units come first
    parameters[output.bias] = line.coefficients[0] as number;
    parameters.set(line.coefficients.subarray(1), direct);
    let spread = Math.sqrt(line.squares / kept.length);
    let start: VariableStart = { kind: isDirect ? 'line' : 'draw', interacts: false };
    const isCurved = isDirect && hidden.length === 1 && activation === 'tanh' && spread > smallestSpread;
    const bent = isCurved ? bentStart(plan, j, data, columns, y, line) : undefined;
    if (bent !== undefined) {
      const search = bent.plain && searchStart(mechanism, parameters, bent.plain, direct);
      writeUnits(layers[0] as LayerLayout, output, bent.units, parameters);
      parameters[output.bias] = bent.intercept;
      parameters.set(bent.slopes, direct);
      spread = bent.spread;
      start = { kind: 'curve', interacts: bent.interacts, search };
    } else if (hidden.length > 0 && spread > smallestSpread) {
      const design = [ones(kept.length), ...columns];
      const interacts = !isCurved || interactionsIn(plan, j, design, columns, y, line.coefficients);
      start = { ...start, interacts };
    }
    const logSpread = Math.log(Math.max(smallestSpread, spread));
    if (mechanism.logScale >= 0) parameters[mechanism.logScale] = logSpread;
    else if (output.outputs > 1) parameters[output.bias + 1] = logSpread;
    if (head.kind === 'flow') spreadComponents(parameters, output.bias + 2, head.components);
    return start;
  });
}

/** A location as units beside a line. */
interface Location {
  readonly units: readonly HiddenUnit[];
  /** `[inputs]` */
  readonly slopes: Float64Array;
  readonly intercept: number;
}

/** A location that bends, and what it was found from. */
interface BentStart extends Location {
  readonly spread: number;
  readonly interacts: boolean;
  /** without products, where these leave something to be searched for */
  readonly plain?: Location | undefined;
}

/**
 * Where a search for more than products begins: at the curves alone, or at the line where there are none. The few steep units
 * that draw a product are so sensitive that a search from them ends in a worse place.
 */
function searchStart(
  { from, to, layers }: MechanismLayout,
  parameters: Float64Array,
  plain: Location,
  direct: number,
): NonNullable<VariableStart['search']> {
  if (plain.units.length === 0) return { kind: 'line', parameters: parameters.slice(from, to) };
  const whole = parameters.slice();
  const output = layers[layers.length - 1] as LayerLayout;
  writeUnits(layers[0] as LayerLayout, output, plain.units, whole);
  whole[output.bias] = plain.intercept;
  whole.set(plain.slopes, direct);
  return { kind: 'curve', parameters: whole.slice(from, to) };
}

/** The bends of one variable along single parents, or none if chance alone would do as well as they. */
function bentStart(
  plan: Plan,
  j: number,
  data: TrainingRows,
  columns: readonly Float64Array[],
  y: Float64Array,
  line: LeastSquares,
): BentStart | undefined {
  const n = y.length;
  const room = plan.mechanisms[j]?.hidden[0] as number;
  const parents = inputParents(plan, j);
  const fit = additiveCurves(
    columns,
    y,
    parents.map((i) => plan.widths[i] === 1),
    parents.map((i) => (plan.widths[i] === 1 ? (data.zeros[i] as number) : 0)),
  );
  const designOf = ({ bends }: AdditiveCurves): Float64Array[] => [ones(n), ...columns, ...bends];
  const criterion = (one: AdditiveCurves): number => n * Math.log(one.squares) + Math.log(n) * one.freedom;
  const straight = [ones(n), ...columns];
  const plain = fit(room >> 1);
  let found = plain;
  let products: Products | undefined;
  // curves can stand in for a product, and a product for curves: begin with either
  for (const [design, residuals] of [
    [designOf(found), found.residuals],
    [straight, residualOf(straight, y, line.coefficients)],
  ] as const) {
    const tried = findProducts(columns, parents, design, residuals, chiSquaredQuantile);
    const left = room - (tried === undefined ? room : unitsOf(tried, columns));
    if (tried === undefined || left < 0) continue;
    const richer = fit(left >> 1, tried);
    if (criterion(richer) < criterion(found)) {
      found = richer;
      products = tried;
    }
    if (found.bends.length === 0) break;
  }
  const taken = products === undefined ? 0 : unitsOf(products, columns);
  const extra = Math.max(0.5, found.freedom - line.rank);
  const gain = n * Math.log(line.squares / Math.max(found.squares, 1e-12 * line.squares));
  if (!(gain > chiSquaredQuantile(extra))) return undefined;
  const spread = Math.sqrt(found.squares / Math.max(1, n - found.freedom));
  // what drawing a curve with few units costs is to be little beside what sampling costs
  const tolerance = 0.2 * spread * Math.sqrt(found.freedom / n);
  const draw = ({ curves, intercept }: AdditiveCurves, units: number): Location => {
    const { constant, ...drawn } = drawCurves(curves, columns, units, tolerance);
    return { ...drawn, intercept: intercept + constant };
  };
  const drawn = draw(found, room - taken);
  const more = products === undefined ? undefined : drawProducts(products, found.products, columns);
  const interacts = interactionsIn(
    plan,
    j,
    [...designOf(found), ...(products?.columns ?? [])],
    columns,
    found.residuals,
    undefined,
  );
  return {
    units: [...drawn.units, ...(more?.units ?? [])],
    slopes: more === undefined ? drawn.slopes : drawn.slopes.map((b, k) => b + (more.slopes[k] as number)),
    intercept: drawn.intercept + (more?.constant ?? 0),
    spread,
    interacts,
    plain: interacts && more !== undefined ? draw(plain, room) : undefined,
  };
}

/**
 * A score test at the 0.1% level: do the residuals of what was found answer to products of two inputs, or of polynomials of
 * their ranks (which see what happens in a narrow place too), beyond what the design can already say? Where the rows are too
 * few for those, to one's square and the other; where even for these, to products alone.
 */
function interactionsIn(
  plan: Plan,
  j: number,
  design: readonly Float64Array[],
  columns: readonly Float64Array[],
  y: Float64Array,
  coefficients: Float64Array | undefined,
): boolean {
  const parents = inputParents(plan, j);
  const pairs = columns.flatMap((a, i) =>
    columns.slice(0, i).map((b, k) => [a, b, parents[i] !== parents[k]] as const),
  );
  const apart = pairs.filter(([, , isApart]) => isApart);
  const n = y.length;
  if (apart.length === 0) return false;
  if (apart.length > n / 8) return true; // too many to test: let held-out rows decide
  const isRich = 10 * apart.length <= n / 8;
  const isFair = 3 * apart.length <= n / 8;
  const curved = isRich ? new Map(columns.map((column) => [column, rankPolynomials(column)])) : undefined;
  const products = apart.flatMap(([a, b]) => [
    product(a, b),
    ...(curved === undefined
      ? []
      : (curved.get(a) ?? []).flatMap((f) => (curved.get(b) ?? []).map((g) => product(f, g)))),
    ...(!isRich && isFair ? [product(product(a, a), b), product(product(b, b), a)] : []),
  ]);
  const residual = coefficients === undefined ? y : residualOf(design, y, coefficients);
  const before = leastSquares(design, residual);
  const after = leastSquares([...design, ...products], residual);
  const statistic = n * (1 - after.squares / before.squares);
  return statistic > chiSquaredQuantile(Math.max(1, after.rank - before.rank));
}

/** The first three Legendre polynomials of the ranks, which lie evenly between −1 and 1. */
function rankPolynomials(column: Float64Array): Float64Array[] {
  const n = column.length;
  const ranks = new Float64Array(n);
  const order = Int32Array.from(column, (_, r) => r).sort(
    (a, b) => (column[a] as number) - (column[b] as number),
  );
  for (let from = 0; from < n; ) {
    let to = from + 1;
    while (to < n && column[order[to] as number] === column[order[from] as number]) to++;
    const rank = (from + to) / n - 1; // ties share the middle of their places
    while (from < to) ranks[order[from++] as number] = rank;
  }
  return [ranks, ranks.map((t) => (3 * t * t - 1) / 2), ranks.map((t) => (5 * t * t * t - 3 * t) / 2)];
}

/** By input column: which parent it belongs to. */
function inputParents(plan: Plan, j: number): number[] {
  return Array.from(incident(plan.parents, j)).flatMap((i) =>
    new Array<number>(plan.widths[i] as number).fill(i),
  );
}

/** The 99.9% quantile of χ² with so many degrees of freedom (Wilson and Hilferty 1931). */
function chiSquaredQuantile(freedom: number): number {
  const a = 2 / (9 * freedom);
  return freedom * (1 - a + 3.0902 * Math.sqrt(a)) ** 3;
}

/** Weights of variance 1/inputs, and biases that spread the bends of the units over the standardised inputs. */
function drawHidden(
  plan: Plan,
  j: number,
  { layers }: MechanismLayout,
  parameters: Float64Array,
  rng: Rng,
): void {
  const { activation } = plan.mechanisms[j] as Plan['mechanisms'][number];
  const gain = activation === 'relu' || activation === 'elu' ? 2 : 1;
  for (const [l, { weights, bias, inputs, outputs }] of layers.entries()) {
    const isLast = l === layers.length - 1;
    const sd = Math.sqrt((isLast ? 1 : gain) / Math.max(1, inputs));
    for (let k = 0; k < inputs * outputs; k++) parameters[weights + k] = sd * rng.normal();
    for (let o = 0; o < outputs; o++) parameters[bias + o] = isLast ? 0 : rng.normal();
  }
}

function spreadComponents(parameters: Float64Array, at: number, components: number): void {
  for (let k = 0; k < components; k++) {
    parameters[at + k] = -3;
    parameters[at + 2 * components + k] = components === 1 ? 0 : 2 - (4 * k) / (components - 1);
  }
}

function keptRows({ rows, omit, counts }: TrainingRows, j: number): Int32Array {
  const kept = new Int32Array(counts[j] as number);
  let at = 0;
  for (let r = 0; r < rows; r++) if (omit[j * rows + r] === 0) kept[at++] = r;
  return kept;
}

function columnOf({ rows, values }: TrainingRows, i: number, kept: Int32Array): Float64Array {
  return Float64Array.from(kept, (r) => values[i * rows + r] as number);
}

/** The mechanism's inputs over some rows: a continuous parent's values, one column per level of a categorical one. */
function inputColumns(plan: Plan, data: TrainingRows, j: number, kept: Int32Array): Float64Array[] {
  return Array.from(incident(plan.parents, j)).flatMap((i) => {
    const column = columnOf(data, i, kept);
    const width = plan.widths[i] as number;
    if (width === 1) return [column];
    return Array.from({ length: width }, (_, level) => column.map((x) => (x === level ? 1 : 0)));
  });
}

function ones(n: number): Float64Array {
  return new Float64Array(n).fill(1);
}

/** Logits that give the levels' frequencies, each count raised by a half so that none is impossible. */
function writeFrequencies(
  data: TrainingRows,
  j: number,
  levels: number,
  parameters: Float64Array,
  at: number,
): void {
  const counts = new Float64Array(levels).fill(0.5);
  for (const level of columnOf(data, j, keptRows(data, j))) counts[level] = (counts[level] as number) + 1;
  const total = counts.reduce((sum, n) => sum + n, 0);
  for (let k = 0; k < levels; k++) parameters[at + k] = Math.log((counts[k] as number) / total);
}
