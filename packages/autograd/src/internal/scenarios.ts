import { createRng, type Rng } from '@cfe/base';
import { createDag } from '@cfe/graph';
import { createPlan } from '../create-plan.ts';
import type { Head, Plan } from '../plan.ts';
import type { PlanAction } from '../plan-action.ts';
import { planLayout } from '../plan-layout.ts';

interface Network {
  readonly plan: Plan;
  readonly rows: number;
  readonly parameters: Float64Array;
  readonly noise: Float64Array;
}

type Cut = Pick<PlanAction, 'cut' | 'value'>;

/** Values follow from noise. */
export interface AncestralScenario extends Network {
  readonly kind: 'ancestral';
  readonly name: string;
  readonly action: Cut;
  readonly upstream: Float64Array;
  readonly gates?: Float64Array | undefined;
}

/** Complete rows under soft gates, whose edges may form cycles. */
export interface TeacherScenario extends Omit<Network, 'noise'> {
  readonly kind: 'teacher';
  readonly name: string;
  readonly values: Float64Array;
  readonly gates: Float64Array;
  readonly action: Cut;
}

/** The variable `source` of one network sets the variable `target` of the inner one. */
export interface NestedScenario extends Network {
  readonly kind: 'nested';
  readonly name: string;
  readonly action: Cut;
  readonly inner: Network & { readonly upstream: Float64Array };
  readonly source: number;
  readonly target: number;
}

type Edges = readonly (readonly [string, string])[];
/** Which variables are set, row by row; a row without any is factual. */
type Targets = readonly (readonly string[])[];

const shapes = {
  chain: edges('a>b b>c c>d'),
  fork: edges('a>b a>c a>d'),
  collider: edges('a>d b>d c>d'),
  diamond: edges('a>b a>c b>d c>d a>d'),
  layers: edges('a>d a>e a>f b>d b>e b>f c>d c>e c>f d>g e>g f>g d>h e>h f>h'),
};

/** Four factual or intervened rows each; the last variable carries the loss, so what a cut hides must be exactly 0. */
const ancestral: readonly (readonly [name: string, shape: keyof typeof shapes, targets: Targets])[] = [
  ['chain, nothing set', 'chain', [[], [], [], []]],
  ['chain, one variable in every row', 'chain', [['b'], ['b'], ['b'], ['b']]],
  ['chain, one variable in one row of the batch', 'chain', [[], ['b'], [], []]],
  ['chain, several variables', 'chain', [['b', 'c'], [], ['b', 'c'], []]],
  ['chain, the variable that carries the loss', 'chain', [['d'], [], ['d'], []]],
  ['fork, the common cause', 'fork', [['a'], [], ['a'], []]],
  ['fork, one branch', 'fork', [['c'], ['d'], [], ['d']]],
  ['collider, one cause', 'collider', [['a'], [], ['b'], []]],
  ['collider, the common effect', 'collider', [['d'], [], [], ['d']]],
  ['diamond, one of three paths', 'diamond', [['b'], ['b'], ['b'], []]],
  ['diamond, two of three paths', 'diamond', [['b', 'c'], [], ['b', 'c'], ['c']]],
  ['diamond, overlapping sets', 'diamond', [['a', 'b'], ['b', 'c'], ['a', 'b', 'c'], []]],
  ['diamond, all variables', 'diamond', [['a', 'b', 'c', 'd'], [], ['a', 'b', 'c', 'd'], []]],
  ['diamond, another set in each row', 'diamond', [['a'], ['b'], ['c'], ['d']]],
  ['layers, a whole layer', 'layers', [['d', 'e', 'f'], [], ['d', 'e', 'f'], []]],
  ['layers, part of each layer', 'layers', [['a', 'e'], ['b', 'f', 'g'], [], ['c', 'd', 'h']]],
];

/** Every scenario, the same numbers each time. */
export function scenarios(): readonly (AncestralScenario | TeacherScenario | NestedScenario)[] {
  return [
    ...ancestral.map(([name, shape, targets]) => ancestralScenario(name, shapes[shape], targets, 'none')),
    ancestralScenario(
      'diamond, hard gates: a graph of its own in each row',
      shapes.diamond,
      [[], ['b'], [], ['c']],
      'hard',
    ),
    teacherScenario('soft gates under a teacher, edges both ways', [['a'], [], ['b', 'c'], []]),
    nestedScenario('nested, one network sets a variable of another'),
  ];
}

function ancestralScenario(
  name: string,
  shape: Edges,
  targets: Targets,
  gates: 'none' | 'hard',
): AncestralScenario {
  const rng = createRng(1).fork(name);
  const plan = planOf(shape, gates === 'none' ? 'none' : 'edges');
  const network = networkOf(plan, targets.length, rng);
  const { rows } = network;
  const upstream = new Float64Array(plan.variables * rows);
  upstream.set(normal(rng, rows), (plan.variables - 1) * rows);
  return {
    kind: 'ancestral',
    name,
    ...network,
    action: cutOf(plan, targets, rng),
    upstream,
    gates:
      gates === 'none'
        ? undefined
        : Float64Array.from({ length: planLayout(plan).edges * rows }, () => rng.integer(2)),
  };
}

function teacherScenario(name: string, targets: Targets): TeacherScenario {
  const rng = createRng(1).fork(name);
  const nodes = ['a', 'b', 'c'];
  const everyOther = (j: number): number[] => nodes.map((_, i) => i).filter((i) => i !== j);
  const parents = {
    offsets: Int32Array.of(0, 2, 4, 6),
    items: Int32Array.from(nodes.flatMap((_, j) => everyOther(j))),
  };
  const plan = createPlan({
    graph: { nodes, parents },
    gates: 'edges',
    mechanism: nodes.map((_, j) => mechanismOf(j)),
  });
  const { rows, parameters } = networkOf(plan, targets.length, rng);
  const gates = Float64Array.from({ length: parents.items.length }, () => rng.uniform());
  const values = normal(rng, plan.variables * rows);
  return { kind: 'teacher', name, plan, rows, parameters, values, gates, action: cutOf(plan, targets, rng) };
}

function nestedScenario(name: string): NestedScenario {
  const rng = createRng(1).fork(name);
  const plan = planOf(shapes.diamond, 'none');
  const inside = planOf(shapes.chain, 'none');
  const inner = networkOf(inside, 4, rng);
  const upstream = new Float64Array(inside.variables * inner.rows);
  upstream.set(normal(rng, inner.rows), (inside.variables - 1) * inner.rows);
  return {
    kind: 'nested',
    name,
    ...networkOf(plan, 4, rng),
    action: cutOf(plan, [['b'], [], ['c'], []], rng),
    inner: { ...inner, upstream },
    source: 3,
    target: 1,
  };
}

/** Variables in alphabetical order, heads and depths in turn. */
function planOf(shape: Edges, gates: 'none' | 'edges'): Plan {
  const nodes = [...new Set(shape.flat())].sort();
  return createPlan({
    graph: createDag(nodes, shape),
    gates,
    mechanism: nodes.map((_, j) => mechanismOf(j)),
  });
}

function mechanismOf(j: number): { hidden: number[]; head: Head; skip: 'none' | 'linear' } {
  const heads: readonly Head[] = [
    { kind: 'additive', scale: 'learned' },
    { kind: 'location-scale' },
    { kind: 'flow', components: 2 },
    { kind: 'additive', scale: 'unit' },
  ];
  const depths = [[3], [2, 2], [], [4]];
  return {
    hidden: depths[j % depths.length] as number[],
    head: heads[j % heads.length] as Head,
    skip: j % 2 === 0 ? 'linear' : 'none',
  };
}

function networkOf(plan: Plan, rows: number, rng: Rng): Network {
  const { parameters, noiseColumns } = planLayout(plan);
  return {
    plan,
    rows,
    parameters: normal(rng, parameters).map((w) => 0.5 * w),
    noise: normal(rng, noiseColumns * rows),
  };
}

function cutOf({ names, variables }: Plan, targets: Targets, rng: Rng): Cut {
  const rows = targets.length;
  const cut = new Uint8Array(variables * rows);
  for (const [r, names_] of targets.entries())
    for (const name of names_) cut[names.indexOf(name) * rows + r] = 1;
  return { cut, value: normal(rng, variables * rows) };
}

function normal(rng: Rng, length: number): Float64Array {
  return Float64Array.from({ length }, () => rng.normal());
}

function edges(text: string): Edges {
  return text.split(' ').map((edge) => edge.split('>') as [string, string]);
}
