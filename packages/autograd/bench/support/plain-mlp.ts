import { type MechanismLayout, planLayout } from '../../src/index.ts';
import type { Workload } from './workload.ts';

/**
 * The same multiplications without anything causal: each variable's hidden tanh layer on its inputs, forward and
 * backward, in bare loops over rows. No noise, masks, gates, heads, checks or interpreter.
 */
export function plainMlp({ plan, rows, parameters, noise, upstream }: Workload): () => void {
  const { mechanisms } = planLayout(plan);
  const [x, dx] = [noise.slice(), new Float32Array(noise.length)];
  const gradient = new Float32Array(parameters.length);
  const hidden = mechanisms.map(
    ({ layers }) => new Float32Array((layers.length > 1 ? (layers[0]?.outputs as number) : 0) * rows),
  );
  const parentsOf = (j: number): Int32Array =>
    plan.parents.items.subarray(plan.parents.offsets[j], plan.parents.offsets[j + 1]);
  return () => {
    for (const [j, { layers }] of mechanisms.entries()) {
      if (layers.length < 2) continue;
      const [first, second] = layers as [MechanismLayout['layers'][0], MechanismLayout['layers'][0]];
      const h = hidden[j] as Float32Array;
      x.fill(parameters[second.bias] as number, j * rows, (j + 1) * rows);
      for (let o = 0; o < first.outputs; o++) {
        const unit = h.subarray(o * rows, (o + 1) * rows).fill(parameters[first.bias + o] as number);
        for (const [k, i] of parentsOf(j).entries()) {
          const w = parameters[first.weights + o * first.inputs + k] as number;
          for (let r = 0; r < rows; r++) unit[r] = (unit[r] as number) + w * (x[i * rows + r] as number);
        }
        const v = parameters[second.weights + o] as number;
        for (let r = 0; r < rows; r++) {
          unit[r] = Math.tanh(unit[r] as number);
          x[j * rows + r] = (x[j * rows + r] as number) + v * (unit[r] as number);
        }
      }
    }
    dx.set(upstream);
    gradient.fill(0);
    for (let j = mechanisms.length - 1; j >= 0; j--) {
      const { layers } = mechanisms[j] as MechanismLayout;
      if (layers.length < 2) continue;
      const [first, second] = layers as [MechanismLayout['layers'][0], MechanismLayout['layers'][0]];
      for (let o = 0; o < first.outputs; o++) {
        const unit = (hidden[j] as Float32Array).subarray(o * rows, (o + 1) * rows);
        const v = parameters[second.weights + o] as number;
        let [dv, db] = [0, 0];
        for (let r = 0; r < rows; r++) {
          const t = unit[r] as number;
          const d = dx[j * rows + r] as number;
          dv += d * t;
          unit[r] = d * v * (1 - t * t);
          db += unit[r] as number;
        }
        gradient[second.weights + o] = dv;
        gradient[first.bias + o] = db;
        for (const [k, i] of parentsOf(j).entries()) {
          const at = first.weights + o * first.inputs + k;
          const w = parameters[at] as number;
          let dw = 0;
          for (let r = 0; r < rows; r++) {
            dw += (unit[r] as number) * (x[i * rows + r] as number);
            dx[i * rows + r] = (dx[i * rows + r] as number) + w * (unit[r] as number);
          }
          gradient[at] = dw;
        }
      }
    }
  };
}
