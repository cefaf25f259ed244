import type { Executor, Floats } from '@cfe/autograd';
import type { LossInput } from '../loss.ts';

/** A pass in which one variable is computed from the real values of its parents, at noise 0. */
export interface Prediction {
  /** `[rows]`; means little in rows that are left out */
  readonly predicted: Float64Array;
  /** `[rows]`, 1 in rows whose term counts */
  readonly counts: Uint8Array;
  /** The gradient of Σ upstream ∘ predicted. Only the last prediction can be gone back through. */
  backward(upstream: Float64Array): { readonly parameters: Floats; readonly gates?: Floats | undefined };
}

/** What the mechanism of `target` makes of the parents' values: all other variables are set, this one follows. */
export function predict({ executor, parameters, gates, batch }: LossInput, target: number): Prediction {
  const { rows, values, omit, action } = batch;
  const { variables } = executor.plan;
  const cut = new Uint8Array(variables * rows).fill(1);
  const counts = new Uint8Array(rows);
  const base = target * rows;
  for (let r = 0; r < rows; r++) {
    counts[r] = omit?.[base + r] === 1 || action?.cut[base + r] === 1 ? 0 : 1;
    cut[base + r] = counts[r] === 1 ? 0 : 1;
  }
  const noise = new Float64Array(noiseColumns(executor) * rows);
  const pass = executor.forward({ rows, parameters, noise, gates, action: { cut, value: values } });
  return {
    predicted: Float64Array.from(pass.values.subarray(base, base + rows)),
    counts,
    backward(upstream) {
      const all = new Float64Array(variables * rows);
      for (let r = 0; r < rows; r++) if (counts[r] === 1) all[base + r] = upstream[r] as number;
      return executor.backward(all);
    },
  };
}

function noiseColumns({ plan }: Executor): number {
  return plan.mechanisms.reduce((sum, { head }) => sum + (head.kind === 'categorical' ? head.levels : 1), 0);
}
