import type { Rng } from '@cfe/base';
import { type Dag, incident, topologicalOrder } from '../../src/index.ts';

/**
 * A model over binary variables as the table of its joint distribution: state s has variable i at bit i. Random
 * conditional probabilities, so that every dependence that the graph allows is there.
 */
export interface BinaryModel {
  readonly joint: Float64Array;
  /** the joint after setting the variables of `mask` as in `values` */
  mutilated(mask: number, values: number): Float64Array;
}

export function binaryModel(dag: Dag, rng: Rng): BinaryModel {
  const d = dag.nodes.length;
  const tables = dag.nodes.map((_, i) =>
    Float64Array.from({ length: 2 ** incident(dag.parents, i).length }, () => 0.1 + 0.8 * rng.uniform()),
  );
  const order = topologicalOrder(dag);
  const law = (mask: number, values: number): Float64Array =>
    Float64Array.from({ length: 2 ** d }, (_, state) => {
      let p = 1;
      for (const i of order) {
        const value = (state >> i) & 1;
        if ((mask >> i) & 1) p *= value === ((values >> i) & 1) ? 1 : 0;
        else {
          let row = 0;
          incident(dag.parents, i).forEach((k, bit) => {
            row |= ((state >> k) & 1) << bit;
          });
          const one = (tables[i] as Float64Array)[row] as number;
          p *= value === 1 ? one : 1 - one;
        }
      }
      return p;
    });
  return { joint: law(0, 0), mutilated: law };
}

/** The probability that the variables of `mask` are as in `values`. */
export function probability(joint: Float64Array, mask: number, values: number): number {
  let sum = 0;
  for (const [state, p] of joint.entries()) if ((state & mask) === (values & mask)) sum += p;
  return sum;
}

/** Σ_z p(y | x, z) p(z), each argument a mask of variables; `values` says where x and y are. */
export function adjusted(joint: Float64Array, x: number, y: number, z: number, values: number): number {
  let sum = 0;
  for (let at = z; ; at = (at - 1) & z) {
    const state = (values & (x | y)) | at;
    const given = probability(joint, x | z, state);
    sum += (probability(joint, x | y | z, state) / given) * probability(joint, z, state);
    if (at === 0) return sum;
  }
}

/** Σ_m p(m | x) Σ_x′ p(y | m, x′) p(x′). */
export function throughFrontdoor(
  joint: Float64Array,
  x: number,
  y: number,
  m: number,
  values: number,
): number {
  let sum = 0;
  for (let at = m; ; at = (at - 1) & m) {
    const here = (values & (x | y)) | at;
    let inner = 0;
    for (let other = x; ; other = (other - 1) & x) {
      const state = (here & ~x) | other;
      const p = probability(joint, x | y | m, state) / probability(joint, x | m, state);
      inner += p * probability(joint, x, state);
      if (other === 0) break;
    }
    sum += (probability(joint, x | m, here) / probability(joint, x, here)) * inner;
    if (at === 0) return sum;
  }
}
