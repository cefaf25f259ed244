import { createDag } from '@cfe/graph';
import { createPlan } from './create-plan.ts';
import type { Executor } from './executor.ts';
import type { Floats } from './floats.ts';
import { checkShapes } from './internal/check-case-input.ts';
import type { Plan } from './plan.ts';
import { type LayerLayout, planLayout } from './plan-layout.ts';
import { createReferenceExecutor } from './reference-executor.ts';

type Matrix = readonly (readonly number[])[];

/**
 * A small network given in full: x_j = v_j · tanh(W_j (A[:,j] ∘ x) + b_j) + u_j, where row r sets x_j to
 * `value[r][j]` if `mask[r][j]` is 1. All arrays are nested and plain, as a line of JSON holds them.
 */
export interface CheckCase {
  /** adjacency A, `[i][j]` = 1 for i → j */
  readonly dag: Matrix;
  /** `[j][h][i]`, weight of variable i in hidden unit h of mechanism j; read where A[i][j] is 1 */
  readonly W: readonly Matrix[];
  /** `[j][h]` */
  readonly b: Matrix;
  /** `[j][h]` */
  readonly v: Matrix;
  /** `[row][j]`, and so are the next three */
  readonly U: Matrix;
  readonly mask: Matrix;
  /** read where the mask is 1; may be null elsewhere */
  readonly value: readonly (readonly (number | null)[])[];
  readonly upstream: Matrix;
}

/** Values and the gradients of Σ upstream ∘ X, each shaped as what it belongs to. */
export interface CheckAnswer {
  /** `[row][j]` */
  readonly X: number[][];
  readonly gradients: {
    readonly W: number[][][];
    readonly b: number[][];
    readonly v: number[][];
    readonly U: number[][];
    readonly value: number[][];
  };
}

/**
 * Runs a network that somebody else worked out by hand or by another program, so that the engine can be held against
 * their mathematics (`cfe check --cases`).
 *
 * @param createExecutor - what runs it; default the float64 reference
 * @throws ShapeError if an array does not have the shape that `dag` and `U` imply
 * @throws InputError if an entry is not a finite number, or `dag` and `mask` hold other values than 0 and 1
 * @throws CyclicGraphError if `dag` has a cycle
 * @example
 * import { checkCase } from '@cfe/autograd';
 * const answer = checkCase({
 *   dag: [[0, 1], [0, 0]],
 *   W: [[[0, 0]], [[1, 0]]], b: [[0], [0]], v: [[1], [2]],
 *   U: [[0.5, 0], [0.5, 0]], mask: [[0, 0], [1, 0]], value: [[0, 0], [0, 0]], upstream: [[0, 1], [0, 1]],
 * });
 * answer.X; // → [[0.5, 0.924], [0, 0]]
 * answer.gradients.U; // → [[1.573, 1], [0, 1]]
 * answer.gradients.value; // → [[0, 0], [2, 0]]
 */
export function checkCase(
  given: CheckCase,
  createExecutor: (plan: Plan) => Executor = createReferenceExecutor,
): CheckAnswer {
  checkShapes(given);
  const { dag, b, U, mask, value, upstream } = given;
  const rows = U.length;
  const names = dag.map((_, j) => `x${j}`);
  const edges = dag.flatMap((line, i) =>
    line.flatMap((on, j) => (on === 1 ? [[names[i], names[j]] as [string, string]] : [])),
  );
  const plan = createPlan({
    graph: createDag(names, edges),
    mechanism: b.map((units) => ({ hidden: [units.length], head: { kind: 'additive', scale: 'unit' } })),
  });
  const byVariable = (matrix: readonly (readonly (number | null)[])[]): Float64Array =>
    Float64Array.from({ length: names.length * rows }, (_, at) => {
      return matrix[at % rows]?.[Math.floor(at / rows)] ?? 0;
    });
  const byRow = (flat: ArrayLike<number>): number[][] =>
    U.map((_, r) => names.map((_, j) => flat[j * rows + r] as number));
  const executor = createExecutor(plan);
  try {
    const action = { cut: Uint8Array.from(byVariable(mask)), value: byVariable(value) };
    const parameters = parametersOf(plan, given);
    const X = byRow(executor.forward({ rows, parameters, noise: byVariable(U), action }).values);
    const gradient = executor.backward(byVariable(upstream));
    return {
      X,
      gradients: {
        ...weightGradients(plan, given, gradient.parameters),
        U: byRow(gradient.noise),
        value: byRow(gradient.value),
      },
    };
  } finally {
    executor.dispose();
  }
}

/** The case's numbers, where the plan wants them. Without parents a mechanism is the constant Σ v tanh(b). */
function parametersOf(plan: Plan, { W, b, v }: CheckCase): Float64Array {
  const layout = planLayout(plan);
  const parameters = new Float64Array(layout.parameters);
  eachUnit(plan, b, (j, h, bias, hidden, output) => {
    const out = v[j]?.[h] as number;
    if (hidden === undefined) {
      parameters[output.bias] = (parameters[output.bias] as number) + out * Math.tanh(bias);
      return;
    }
    parameters[hidden.bias + h] = bias;
    parameters[output.weights + h] = out;
    for (const [k, i] of parentsOf(plan, j).entries())
      parameters[hidden.weights + h * hidden.inputs + k] = W[j]?.[h]?.[i] as number;
  });
  return parameters;
}

function weightGradients(
  plan: Plan,
  { W, b, v }: CheckCase,
  gradient: Floats,
): Pick<CheckAnswer['gradients'], 'W' | 'b' | 'v'> {
  const dW = W.map((units) => units.map((weights) => weights.map(() => 0)));
  const dB = b.map((units) => units.map(() => 0));
  const dV = v.map((units) => units.map(() => 0));
  eachUnit(plan, b, (j, h, bias, hidden, output) => {
    const constant = gradient[output.bias] as number;
    const t = Math.tanh(bias);
    (dB[j] as number[])[h] =
      hidden === undefined
        ? constant * (v[j]?.[h] as number) * (1 - t * t)
        : (gradient[hidden.bias + h] as number);
    (dV[j] as number[])[h] = hidden === undefined ? constant * t : (gradient[output.weights + h] as number);
    if (hidden === undefined) return;
    for (const [k, i] of parentsOf(plan, j).entries())
      (dW[j]?.[h] as number[])[i] = gradient[hidden.weights + h * hidden.inputs + k] as number;
  });
  return { W: dW, b: dB, v: dV };
}

function eachUnit(
  plan: Plan,
  b: Matrix,
  visit: (j: number, h: number, bias: number, hidden: LayerLayout | undefined, output: LayerLayout) => void,
): void {
  for (const [j, { layers }] of planLayout(plan).mechanisms.entries()) {
    const hidden = layers.length > 1 ? layers[0] : undefined;
    const output = layers.at(-1) as LayerLayout;
    for (const [h, bias] of (b[j] as readonly number[]).entries()) visit(j, h, bias, hidden, output);
  }
}

function parentsOf({ parents }: Plan, j: number): Int32Array {
  return parents.items.subarray(parents.offsets[j], parents.offsets[j + 1]);
}
