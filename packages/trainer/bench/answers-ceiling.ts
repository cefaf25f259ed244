/**
 * The ceiling of answers.bench.ts: every mechanism of a literature model fitted by least squares in its true form, all its
 * numbers free, on the same rows. Counterfactuals add the change of what was fitted, as for any additive noise.
 */
import type { Columns } from '@cfe/base';
import { type Dag, parentsOf, topologicalOrder } from '@cfe/graph';

type Form = (b: readonly number[], parents: readonly number[]) => number;
type Equation = readonly [form: Form, truth: readonly number[]];

const logistic = (t: number): number => 1 / (1 + Math.exp(-t));
const softplus = (t: number): number => Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
const bend: Form = ([a, b, c, d], [x]) => a! + b! * softplus(c! * x! + d!);

/** By model and variable; a variable that is not named is a straight line. */
const equations: Readonly<Record<string, Readonly<Record<string, Equation>>>> = {
  'chain-3-nonlinear': {
    x2: [([a, b, c], [x]) => a! + b! * Math.exp(c! * x!), [0, 1, 0.5]],
    x3: [([a, b, c], [x]) => a! + b! * (x! - c!) ** 3, [0, 1 / 15, 5]],
  },
  'fork-nonlinear': {
    x3: [
      ([a, b, c, d, e, f], [x, z]) => a! + b! * logistic(c! * x! + d! * z! + e!) + f! * z! ** 2,
      [0, 4, 1, 1, 0, -1],
    ],
    x4: [([a, b, c, d, e], [x]) => a! + b! * logistic(c! + d! * x! + e! * x! * x!), [0, 20, 0, 1, -0.5]],
  },
  'triangle-nonlinear': {
    x2: [([a, b, c], [x]) => a! + b! * x! + c! * x! ** 2, [0, 0, 2]],
    x3: [([a, b, c, d, e], [x, z]) => a! + b! * logistic(c! + d! * x! + e! * z! ** 2), [0, 20, 0, -1, 1]],
  },
  'diamond-nonlinear': {
    x2: [([a, b, c], [x]) => a! + b! * x! + c! * x! ** 2, [0, 0, 1]],
    x3: [([a, b, c, d, e], [x, z]) => a! + b! * z! ** 2 + c! * logistic(d! * x! + e!), [0, 1, -2, 1, 0]],
    x4: [([a, b, c, d], [x, z]) => a! + (b! * z!) / (Math.abs(x! + c!) + z! + d!), [0, 1, 2, 0.5]],
  },
  'simpson-nonlinear': {
    x2: [bend, [0, 1, -1, 1]],
    x3: [([a, b, c, d], [x, z]) => a! + b! * Math.tanh(c! * z!) + d! * x!, [-1, 1, 2, 1.5]],
  },
  'simpson-symprod': {
    x2: [([a, b, c], [x]) => a! + b! * Math.tanh(c! * x!), [0, 2, 2]],
    x3: [([a, b], [x, z]) => a! + b! * x! * z!, [0, 0.5]],
    x4: [([a, b, c], [x]) => a! + b! * Math.tanh(c! * x!), [0, 1, 1.5]],
  },
  'large-backdoor': {
    ...Object.fromEntries(
      ['x2', 'x3', 'x4', 'x5', 'x6', 'x7', 'x8'].map((name) => [name, [bend, [0, 1, 1, 1]]]),
    ),
    x9: [([a, b, c, d, e], [x, z]) => a! + b! * softplus(c! * x! + d! * z! + e!), [2, -1, 1.3 / 3, 1 / 3, 1]],
  },
};

/** y − form by Gauss and Newton with a damping that is raised where a step fails, from the true numbers. */
function fitted([form, truth]: Equation, parents: readonly Float64Array[], y: Float64Array): number[] {
  const rows = Array.from(y, (_, r) => parents.map((column) => column[r]!));
  const squares = (b: readonly number[]): number =>
    rows.reduce((sum, row, r) => sum + (y[r]! - form(b, row)) ** 2, 0);
  let best = [...truth];
  let least = squares(best);
  let damping = 1e-3;
  for (let step = 0; step < 200 && damping < 1e9; step++) {
    const p = best.length;
    const gram = Array.from({ length: p }, () => new Float64Array(p + 1));
    for (const [r, row] of rows.entries()) {
      const slope = best.map((v, k) => {
        const h = 1e-5 * Math.max(1, Math.abs(v));
        const at = (side: number): number =>
          form(
            best.map((w, i) => (i === k ? w + side * h : w)),
            row,
          );
        return (at(1) - at(-1)) / (2 * h);
      });
      const left = y[r]! - form(best, row);
      for (let i = 0; i < p; i++) {
        for (let k = 0; k < p; k++) gram[i]![k]! += slope[i]! * slope[k]!;
        gram[i]![p]! += slope[i]! * left;
      }
    }
    for (let i = 0; i < p; i++) gram[i]![i]! *= 1 + damping;
    const move = eliminate(gram);
    const next = best.map((v, k) => v + move[k]!);
    const found = squares(next);
    if (found < least) {
      const isDone = least - found < 1e-10 * least;
      [best, least, damping] = [next, found, damping / 4];
      if (isDone) break;
    } else damping *= 5;
  }
  return best;
}

/** The solution of a system written as [matrix | right-hand side]. */
function eliminate(rows: readonly Float64Array[]): number[] {
  const p = rows.length;
  for (let k = 0; k < p; k++) {
    for (let i = 0; i < p; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let c = k; c <= p; c++) rows[i]![c]! -= factor * rows[k]![c]!;
    }
  }
  return Array.from({ length: p }, (_, k) => rows[k]![p]! / rows[k]![k]!);
}

/** What somebody answers who knows every form: values of all variables under do(target = value), or `undefined` for other models. */
export function knownFormAnswers(
  name: string,
  graph: Dag,
  train: Columns,
): ((factual: Columns, target: string, value: number) => Readonly<Record<string, Float64Array>>) | undefined {
  const own = equations[name];
  if (own === undefined) return undefined;
  const mechanisms = new Map(
    graph.nodes.map((node) => {
      const parents = parentsOf(graph, node);
      const straight: Equation = [
        (b, x) => x.reduce((sum, v, k) => sum + b[k + 1]! * v, b[0]!),
        new Array<number>(parents.length + 1).fill(0),
      ];
      const equation = own[node] ?? straight;
      const columns = parents.map((parent) => train.column(parent));
      const numbers = parents.length === 0 ? [0] : fitted(equation, columns, train.column(node));
      return [node, { parents, at: (x: readonly number[]) => equation[0](numbers, x) }];
    }),
  );
  return (factual, target, value) => {
    const after: Record<string, Float64Array> = {};
    for (const j of topologicalOrder(graph)) {
      const node = graph.nodes[j]!;
      const { parents, at } = mechanisms.get(node)!;
      after[node] = factual
        .column(node)
        .map((y, r) =>
          node === target
            ? value
            : y + at(parents.map((p) => after[p]![r]!)) - at(parents.map((p) => factual.column(p)[r]!)),
        );
    }
    return after;
  };
}
