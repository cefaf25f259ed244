import type { Head, MechanismPlan, Plan } from '../../plan.ts';
import {
  activated,
  add,
  type Complex,
  complex,
  divide,
  exp,
  log,
  multiply,
  subtract,
  tanh,
} from './complex.ts';

/** What both passes read; arrays are laid out as an executor's, gates one per edge or one per edge and row. */
interface Common {
  readonly rows: number;
  readonly parameters: readonly Complex[];
  readonly gates?: readonly Complex[] | undefined;
  readonly action?: ComplexAction | undefined;
}

export interface ComplexAction {
  readonly cut: ArrayLike<number>;
  readonly value: readonly Complex[];
  readonly shift?: readonly Complex[] | undefined;
  readonly scale?: readonly Complex[] | undefined;
  readonly noiseFactor?: readonly Complex[] | undefined;
}

const zero = complex(0);
const one = complex(1);

/**
 * The plan once more, as the definition reads: one row and one variable at a time, a parent's value by recursion, in
 * complex numbers. Slow and plain on purpose, it shares no code with any executor.
 */
export function complexForward(
  plan: Plan,
  input: Common & { readonly noise: readonly Complex[] },
): Complex[] {
  const { rows, noise, action } = input;
  const values: (Complex | undefined)[] = new Array(plan.variables * rows).fill(undefined);
  let closed: readonly Complex[] | undefined;
  // Through a gate of 0 nothing comes. A step on such a gate, which may complete a cycle, lets in what the parent is while
  // it is closed: the way round once more would be of second order in the step.
  const through = (gate: Complex, i: number, row: number): Complex => {
    if (gate.re !== 0) return valueAt(i, row);
    if (gate.im === 0) return zero;
    closed ??= complexForward(plan, { ...input, gates: input.gates?.map((g) => (g.re === 0 ? zero : g)) });
    return closed[i * rows + row] as Complex;
  };
  const valueAt = (j: number, row: number): Complex => {
    const at = j * rows + row;
    const known = values[at];
    if (known !== undefined) return known;
    const value =
      action?.cut[at] === 1
        ? (action.value[at] as Complex)
        : followed(
            plan,
            j,
            outputsOf(plan, j, row, input, (i, gate) => through(gate, i, row)),
            input.parameters,
            noiseOf(plan, j, row, rows, noise).map((u) => multiply(u, action?.noiseFactor?.[at] ?? one)),
            action?.scale?.[at] ?? one,
            action?.shift?.[at] ?? zero,
          );
    values[at] = value;
    return value;
  };
  for (let j = 0; j < plan.variables; j++) for (let row = 0; row < rows; row++) valueAt(j, row);
  return values as Complex[];
}

/** Log density of each term of complete rows, `[d * rows]`; 0 where it is left out. */
export function complexDensity(
  plan: Plan,
  input: Common & { readonly values: readonly Complex[]; readonly omit?: ArrayLike<number> | undefined },
): Complex[] {
  const { rows, values, action, omit, parameters } = input;
  return Array.from({ length: plan.variables * rows }, (_, at) => {
    const j = Math.floor(at / rows);
    const row = at % rows;
    if (action?.cut[at] === 1 || omit?.[at] === 1) return zero;
    const outputs = outputsOf(plan, j, row, input, (i) => values[i * rows + row] as Complex);
    const { head } = plan.mechanisms[j] as MechanismPlan;
    const x = values[at] as Complex;
    if (head.kind === 'categorical') {
      const total = outputs.map(exp).reduce(add);
      return subtract(outputs[x.re] as Complex, log(total));
    }
    const scale = action?.scale?.[at] ?? one;
    const factor = action?.noiseFactor?.[at] ?? one;
    const own = divide(subtract(x, action?.shift?.[at] ?? zero), scale);
    const [u, slope] = explained(plan, j, outputs, parameters, own);
    // p(x) = φ(u / factor) / |factor| · |∂u/∂own| · |∂own/∂x|
    const normal = multiply(complex(-0.5), multiply(divide(u, factor), divide(u, factor)));
    const stretch = [log(slope), log(positive(scale)), log(positive(factor))] as const;
    const [a, b, c] = stretch;
    return subtract(subtract(subtract(add(normal, a), b), c), complex(0.5 * Math.log(2 * Math.PI)));
  });
}

/** The noise behind complete rows, `[noiseColumns * rows]`. */
export function complexAbduct(
  plan: Plan,
  input: Common & { readonly values: readonly Complex[]; readonly uniforms?: ArrayLike<number> | undefined },
): Complex[] {
  const { rows, values, parameters, uniforms } = input;
  const noise: Complex[] = new Array(firstNoise(plan, plan.variables) * rows).fill(zero);
  for (let j = 0; j < plan.variables; j++) {
    for (let row = 0; row < rows; row++) {
      const outputs = outputsOf(plan, j, row, input, (i) => values[i * rows + row] as Complex);
      const { head } = plan.mechanisms[j] as MechanismPlan;
      const x = values[j * rows + row] as Complex;
      const from = firstNoise(plan, j);
      if (head.kind !== 'categorical') {
        noise[from * rows + row] = explained(plan, j, outputs, parameters, x)[0];
        continue;
      }
      // Exponential races: every level's clock, given that the chosen one rang first.
      const total = outputs.reduce((sum, o) => sum + Math.exp(o.re), 0);
      const waits = outputs.map((_, q) => -Math.log1p(-(uniforms?.[(from + q) * rows + row] as number)));
      for (const [q, o] of outputs.entries()) {
        const p = Math.exp(o.re) / total;
        const winner = waits[x.re] as number;
        const time = q === x.re ? winner : winner + (waits[q] as number) / p;
        noise[(from + q) * rows + row] = complex(-Math.log(time) - Math.log(p));
      }
    }
  }
  return noise;
}

/** x from noise, then the action's scale and shift. */
function followed(
  plan: Plan,
  j: number,
  outputs: readonly Complex[],
  parameters: readonly Complex[],
  noise: readonly Complex[],
  scale: Complex,
  shift: Complex,
): Complex {
  const { head } = plan.mechanisms[j] as MechanismPlan;
  const [m, s] = outputs as readonly [Complex, Complex];
  const [u] = noise as readonly [Complex];
  if (head.kind === 'categorical') {
    const scores = outputs.map((o, q) => o.re + (noise[q] as Complex).re);
    return complex(scores.indexOf(Math.max(...scores)));
  }
  const own =
    head.kind === 'additive'
      ? add(m, multiply(exp(logScaleOf(plan, j, parameters)), u))
      : add(m, multiply(exp(s), head.kind === 'flow' ? unbent(head, outputs, u) : u));
  return add(multiply(own, scale), shift);
}

/** [u, ∂u/∂x] from x. */
function explained(
  plan: Plan,
  j: number,
  outputs: readonly Complex[],
  parameters: readonly Complex[],
  x: Complex,
): readonly [Complex, Complex] {
  const { head } = plan.mechanisms[j] as MechanismPlan;
  const [m, s] = outputs as readonly [Complex, Complex];
  const precision = exp(subtract(zero, head.kind === 'additive' ? logScaleOf(plan, j, parameters) : s));
  const z = multiply(subtract(x, m), precision);
  if (head.kind !== 'flow') return [z, precision];
  const [u, slope] = bent(head, outputs, z);
  return [u, multiply(slope, precision)];
}

type Flow = Extract<Head, { kind: 'flow' }>;

/** S(z) = z + Σ aₖ tanh(bₖ z + cₖ) and S′(z). */
function bent({ components }: Flow, outputs: readonly Complex[], z: Complex): [Complex, Complex] {
  let value = z;
  let slope = one;
  for (let k = 0; k < components; k++) {
    const a = exp(outputs[2 + k] as Complex);
    const b = exp(outputs[2 + components + k] as Complex);
    const t = tanh(add(multiply(b, z), outputs[2 + 2 * components + k] as Complex));
    value = add(value, multiply(a, t));
    slope = add(slope, multiply(multiply(a, b), subtract(one, multiply(t, t))));
  }
  return [value, slope];
}

/** S⁻¹(u): bisection on the real line, where S is increasing, then Newton steps in the complex plane. */
function unbent(head: Flow, outputs: readonly Complex[], u: Complex): Complex {
  const shape = (part: number): number[] =>
    outputs.slice(2 + part * head.components, 2 + (part + 1) * head.components).map(({ re }) => re);
  const a = shape(0).map(Math.exp);
  const b = shape(1).map(Math.exp);
  const c = shape(2);
  const reach = a.reduce((sum, x) => sum + x, 0);
  let [low, high] = [u.re - reach, u.re + reach];
  for (let round = 0; round < 30; round++) {
    const z = 0.5 * (low + high);
    const value = a.reduce((sum, x, k) => sum + x * Math.tanh((b[k] as number) * z + (c[k] as number)), z);
    if (value < u.re) low = z;
    else high = z;
  }
  let z = complex(0.5 * (low + high));
  for (let round = 0; round < 4; round++) {
    const [value, slope] = bent(head, outputs, z);
    z = subtract(z, divide(subtract(value, u), slope));
  }
  return z;
}

/** Outputs of j's network in one row: parents in order, a category as a one-hot block, each times its gate. */
function outputsOf(
  plan: Plan,
  j: number,
  row: number,
  { rows, parameters, gates }: Common,
  parent: (i: number, gate: Complex) => Complex,
): Complex[] {
  const edges = plan.parents.items.length;
  const inputs: Complex[] = [];
  for (let e = plan.parents.offsets[j] as number; e < (plan.parents.offsets[j + 1] as number); e++) {
    const i = plan.parents.items[e] as number;
    const gate = gates === undefined ? one : (gates[gates.length === edges ? e : e * rows + row] as Complex);
    const width = plan.widths[i] as number;
    if (width === 1) inputs.push(multiply(gate, parent(i, gate)));
    else for (let level = 0; level < width; level++) inputs.push(parent(i, gate).re === level ? gate : zero);
  }
  const { activation, skip } = plan.mechanisms[j] as MechanismPlan;
  const widths = layerWidths(plan, j);
  let at = firstParameter(plan, j);
  let below = inputs;
  for (const [l, width] of widths.entries()) {
    const last = l === widths.length - 1;
    const read = last && l > 0 && skip ? [...below, ...inputs] : below;
    const bias = at + width * read.length;
    const sums = Array.from({ length: width }, (_, o) =>
      read.reduce(
        (sum, x, i) => add(sum, multiply(parameters[at + o * read.length + i] as Complex, x)),
        parameters[bias + o] as Complex,
      ),
    );
    below = last ? sums : sums.map((z) => activated(activation, z));
    at = bias + width;
  }
  return below;
}

function noiseOf(plan: Plan, j: number, row: number, rows: number, noise: readonly Complex[]): Complex[] {
  const columns = firstNoise(plan, j + 1) - firstNoise(plan, j);
  return Array.from({ length: columns }, (_, q) => noise[(firstNoise(plan, j) + q) * rows + row] as Complex);
}

function logScaleOf(plan: Plan, j: number, parameters: readonly Complex[]): Complex {
  const { head } = plan.mechanisms[j] as MechanismPlan;
  const learned = head.kind === 'additive' && head.scale === 'learned';
  return learned ? (parameters[firstParameter(plan, j + 1) - 1] as Complex) : zero;
}

/** Hidden widths, which a mechanism without parents has none of, then what the head reads. */
function layerWidths(plan: Plan, j: number): number[] {
  const { hidden, head } = plan.mechanisms[j] as MechanismPlan;
  const outputs = {
    additive: () => 1,
    'location-scale': () => 2,
    flow: () => 2 + 3 * (head as Flow).components,
    categorical: () => plan.widths[j] as number,
  }[head.kind]();
  return plan.parents.offsets[j] === plan.parents.offsets[j + 1] ? [outputs] : [...hidden, outputs];
}

const starts = new WeakMap<Plan, number[]>();

/** Parameters lie mechanism after mechanism: layers of weights and bias, then log σ where it is learned. */
function firstParameter(plan: Plan, j: number): number {
  let at = starts.get(plan);
  if (at === undefined) {
    at = [0];
    for (let k = 0; k < plan.variables; k++) at.push((at[k] as number) + parametersOf(plan, k));
    starts.set(plan, at);
  }
  return at[j] as number;
}

function parametersOf(plan: Plan, j: number): number {
  const { skip, head } = plan.mechanisms[j] as MechanismPlan;
  const parents = plan.parents.items.subarray(plan.parents.offsets[j], plan.parents.offsets[j + 1]);
  const inputs = parents.reduce((sum, i) => sum + (plan.widths[i] as number), 0);
  const widths = layerWidths(plan, j);
  let below = inputs;
  let count = 0;
  for (const [l, width] of widths.entries()) {
    const skipped = skip && l > 0 && l === widths.length - 1 ? inputs : 0;
    count += (below + skipped + 1) * width;
    below = width;
  }
  return head.kind === 'additive' && head.scale === 'learned' ? count + 1 : count;
}

function firstNoise(plan: Plan, variable: number): number {
  let at = 0;
  for (let j = 0; j < variable; j++) at += plan.widths[j] as number;
  return at;
}

const positive = (z: Complex): Complex => (z.re < 0 ? subtract(zero, z) : z);
