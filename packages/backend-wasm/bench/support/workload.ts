import {
  createOptimizer,
  createPlan,
  type Executor,
  initialParameters,
  type Plan,
  planLayout,
} from '@cfe/autograd';
import { createRng } from '@cfe/base';

/** One size at which train steps are compared; `name` is also the peer's name for it. */
export interface Workload {
  readonly name: string;
  readonly plan: Plan;
  readonly rows: number;
}

/** The sizes of the comparison: see `peers/train_step.py`, which computes the same. */
export function workloads(): readonly Workload[] {
  return [
    { name: 'classic-32', plan: classicPlan(), rows: 32 },
    ...[
      [20, 16, 256],
      [50, 16, 256],
      [100, 64, 1024],
    ].flatMap(([d, h, rows]) =>
      (['dag', 'gated'] as const).map((kind) => ({
        name: `${kind}-${d}-${h}-${rows}`,
        plan: widePlan(d as number, h as number, kind),
        rows: rows as number,
      })),
    ),
  ];
}

/** 3 inputs, hidden 16–16, 1 output. */
function classicPlan(): Plan {
  const parents = { offsets: Int32Array.of(0, 0, 0, 0, 3), items: Int32Array.of(0, 1, 2) };
  return createPlan({ graph: { nodes: ['x1', 'x2', 'x3', 'y'], parents }, mechanism: { hidden: [16, 16] } });
}

/** All earlier variables as parents, or all others with a gate on each edge, as while a structure is learned. */
function widePlan(d: number, hidden: number, kind: 'dag' | 'gated'): Plan {
  const nodes = Array.from({ length: d }, (_, j) => `v${j}`);
  const offsets = new Int32Array(d + 1);
  const items: number[] = [];
  for (let j = 0; j < d; j++) {
    for (let i = 0; i < d; i++) if (kind === 'gated' ? i !== j : i < j) items.push(i);
    offsets[j + 1] = items.length;
  }
  const graph = { nodes, parents: { offsets, items: Int32Array.from(items) } };
  return createPlan({ graph, mechanism: { hidden: [hidden] }, gates: kind === 'gated' ? 'edges' : 'none' });
}

/** A train step (likelihood, gradient, Adam) on an executor; 0.3 interventions a row are left out of the likelihood. */
export function trainStep(
  executor: Executor,
  rows: number,
  mask: 'interventions' | 'empty' | 'none',
): () => number {
  const { plan, dtype } = executor;
  const layout = planLayout(plan);
  const rng = createRng(1);
  const size = plan.variables * rows;
  const parameters = executor.allocate(layout.parameters);
  parameters.set(initialParameters(plan, { seed: 1 }));
  const values = executor.allocate(size);
  for (let i = 0; i < size; i++) values[i] = rng.normal();
  const share = mask === 'interventions' ? 0.3 / plan.variables : 0;
  const omit =
    mask === 'none' ? undefined : Uint8Array.from({ length: size }, () => (rng.uniform() < share ? 1 : 0));
  const gates = plan.gated ? new Float32Array(layout.edges).fill(0.5) : undefined;
  const optimizer = createOptimizer({ kind: 'adam' }, layout.parameters, {
    dtype,
    allocate: (length) => executor.allocate(length),
  });
  return () => executor.step({ rows, parameters, values, gates, omit, optimizer }).loss;
}
