import type { Rng } from '@cfe/base';
import type { Graph } from '@cfe/graph';
import {
  type Activation,
  createPlan,
  createReferenceExecutor,
  type Head,
  type MechanismSpec,
  type Plan,
  planLayout,
} from '../../src/index.ts';

export interface PlanOptions {
  readonly maxVariables?: number;
  readonly cycles?: 'allowed' | 'none';
}

const activations: readonly Activation[] = ['identity', 'tanh', 'relu', 'elu', 'softplus', 'sigmoid'];

/** A plan with everything in it: any graph, heads, depths, skips and gates. */
export function randomPlan(rng: Rng, { maxVariables = 12, cycles = 'none' }: PlanOptions = {}): Plan {
  const d = 1 + rng.integer(maxVariables);
  const rank = shuffled(rng, d); // the causal order is not the order of the variables
  const density = rng.uniform();
  const parents = Array.from({ length: d }, (_, j) =>
    Array.from({ length: d }, (_, i) => i).filter(
      (i) => i !== j && (cycles === 'allowed' || rank[i]! < rank[j]!) && rng.uniform() < density,
    ),
  );
  const offsets = Int32Array.from({ length: d + 1 }, (_, j) => parents.slice(0, j).flat().length);
  const graph: Pick<Graph, 'nodes' | 'parents'> = {
    nodes: parents.map((_, j) => `v${j}`),
    parents: { offsets, items: Int32Array.from(parents.flat()) },
  };
  const mechanism = graph.nodes.map(
    (): MechanismSpec => ({
      hidden: Array.from({ length: rng.integer(3) }, () => 1 + rng.integer(3)),
      activation: activations[rng.integer(activations.length)],
      skip: rng.uniform() < 0.5 ? 'linear' : 'none',
      head: randomHead(rng),
    }),
  );
  return createPlan({ graph, mechanism, gates: rng.uniform() < 0.6 ? 'edges' : 'none' });
}

function randomHead(rng: Rng): Head {
  const heads: readonly Head[] = [
    { kind: 'additive', scale: 'learned' },
    { kind: 'additive', scale: 'unit' },
    { kind: 'location-scale' },
    { kind: 'flow', components: 1 + rng.integer(3) },
    { kind: 'categorical', levels: 2 + rng.integer(3) },
  ];
  return heads[rng.integer(heads.length)]!;
}

/** Everything that a pass over the plan may read, drawn at random: `action` holds what is set, shifted and scaled. */
export interface RandomInput {
  readonly rows: number;
  readonly parameters: Float64Array;
  readonly noise: Float64Array;
  readonly values: Float64Array;
  readonly uniforms: Float64Array;
  readonly gates: Float64Array | undefined;
  readonly action: {
    readonly cut: Uint8Array;
    readonly value: Float64Array;
    readonly shift?: Float64Array;
    readonly scale?: Float64Array;
    readonly noiseFactor?: Float64Array;
  };
  readonly omit: Uint8Array;
  readonly rowWeights: Float64Array;
  readonly upstream: Float64Array;
  readonly noiseUpstream: Float64Array;
}

/** A gated plan whose edges may form cycles, and gates that leave none: a random order in each row, or one for all. */
export function acyclicInRows(plan: Plan, input: RandomInput, rng: Rng): RandomInput {
  const { offsets, items } = plan.parents;
  const gates = input.gates!.slice();
  const each = items.length === 0 ? 0 : gates.length / items.length;
  for (let r = 0; r < each; r++) {
    const rank = shuffled(rng, plan.variables);
    for (let j = 0; j < plan.variables; j++)
      for (let e = offsets[j]!; e < offsets[j + 1]!; e++)
        if (rank[items[e]!]! > rank[j]!) gates[e * each + r] = 0;
  }
  return { ...input, gates };
}

/** Drawn again until no value leaves ±100: far out, exp of exp loses the digits before any program does. */
export function randomInput(plan: Plan, rng: Rng, maxRows = 4): RandomInput {
  for (;;) {
    const input = drawInput(plan, rng, maxRows);
    if (plan.levels.length === 0) return input;
    const { values } = createReferenceExecutor(plan).forward(input);
    if (values.every((x) => Math.abs(x) < 100)) return input;
  }
}

function drawInput(plan: Plan, rng: Rng, maxRows: number): RandomInput {
  const rows = 1 + rng.integer(maxRows);
  const { parameters, noiseColumns, edges } = planLayout(plan);
  const cells = plan.variables * rows;
  const normal = (length: number, size = 1): Float64Array =>
    Float64Array.from({ length }, () => size * rng.normal());
  const uniform = (length: number, from: number, to: number): Float64Array =>
    Float64Array.from({ length }, () => from + (to - from) * rng.uniform());
  /** Levels where a variable is categorical, `other` elsewhere. */
  const values = (other: Float64Array): Float64Array =>
    other.map((x, at) => {
      const { head } = plan.mechanisms[Math.floor(at / rows)]!;
      return head.kind === 'categorical' ? rng.integer(head.levels) : x;
    });
  const continuous = (part: Float64Array, idle: number): Float64Array =>
    part.map((x, at) => (plan.mechanisms[Math.floor(at / rows)]!.head.kind === 'categorical' ? idle : x));
  const share = rng.uniform();
  const parts = rng.integer(8);
  const gateCount = rng.uniform() < 0.5 ? edges : edges * rows;
  const hard = rng.uniform() < 0.5;
  return {
    rows,
    parameters: normal(parameters, 0.5),
    noise: normal(noiseColumns * rows),
    values: values(normal(cells)),
    uniforms: uniform(noiseColumns * rows, 0.01, 0.99),
    gates: plan.gated
      ? uniform(gateCount, 0, 1).map((g) => (hard ? Math.round(g) : g < 0.2 ? 0 : g))
      : undefined,
    action: {
      cut: Uint8Array.from({ length: cells }, () => (rng.uniform() < share ? 1 : 0)),
      value: values(normal(cells)),
      ...(parts & 1 && { shift: continuous(normal(cells), 0) }),
      ...(parts & 2 && { scale: continuous(uniform(cells, -2, 2), 1) }),
      ...(parts & 4 && { noiseFactor: continuous(uniform(cells, 0.2, 2), 1) }),
    },
    omit: Uint8Array.from({ length: cells }, () => (rng.uniform() < 0.2 ? 1 : 0)),
    rowWeights: uniform(rows, 0, 2),
    upstream: normal(cells).map((g) => (rng.uniform() < 0.5 ? 0 : g)),
    noiseUpstream: normal(noiseColumns * rows).map((g) => (rng.uniform() < 0.5 ? 0 : g)),
  };
}

function shuffled(rng: Rng, d: number): number[] {
  const rank = Array.from({ length: d }, (_, i) => i);
  for (let i = d - 1; i > 0; i--) {
    const k = rng.integer(i + 1);
    [rank[i], rank[k]] = [rank[k]!, rank[i]!];
  }
  return rank;
}
