import { createRng } from '@cfe/base';
import { createPlan, type Plan, type PlanAction, planLayout } from '../../src/index.ts';

/** A network and a batch for it, float32. */
export interface Workload {
  readonly plan: Plan;
  readonly rows: number;
  readonly parameters: Float32Array;
  readonly noise: Float32Array;
  readonly upstream: Float32Array;
}

/** d variables, each with up to so many parents among those before it, one hidden tanh layer, additive noise. */
export function workload(
  d: number,
  rows: number,
  {
    parents = 4,
    hidden = 16,
    seed = 1,
  }: { readonly parents?: number; readonly hidden?: number; readonly seed?: number } = {},
): Workload {
  const rng = createRng(seed).fork(`workload ${d}`);
  const chosen = Array.from({ length: d }, (_, j) => {
    const before = Array.from({ length: j }, (_, i) => i);
    while (before.length > parents) before.splice(rng.integer(before.length), 1);
    return before;
  });
  const offsets = Int32Array.from({ length: d + 1 }, (_, j) => chosen.slice(0, j).flat().length);
  const plan = createPlan({
    graph: {
      nodes: chosen.map((_, j) => `v${j}`),
      parents: { offsets, items: Int32Array.from(chosen.flat()) },
    },
    mechanism: { hidden: [hidden], head: { kind: 'additive', scale: 'unit' } },
  });
  const normal = (length: number, size: number): Float32Array =>
    Float32Array.from({ length }, () => size * rng.normal());
  return {
    plan,
    rows,
    parameters: normal(planLayout(plan).parameters, 0.4),
    noise: normal(d * rows, 1),
    upstream: normal(d * rows, 1),
  };
}

/** Each variable is set in so large a share of the rows, drawn row by row. */
export function setAtRandom({ plan, rows }: Workload, share: number): PlanAction {
  const rng = createRng(2).fork('cut');
  return {
    cut: Uint8Array.from({ length: plan.variables * rows }, () => (rng.uniform() < share ? 1 : 0)),
    value: Float32Array.from({ length: plan.variables * rows }, () => rng.normal()),
  };
}
