import * as tf from '@tensorflow/tfjs-core';
import type { Head } from '../../plan.ts';
import { withoutGradient } from './select.ts';

type Continuous = Exclude<Head, { kind: 'categorical' }>;
type Flow = Extract<Head, { kind: 'flow' }>;

/** Output k of every member, `[members, rows]`. */
function part(outputs: tf.Tensor, k: number): tf.Tensor {
  const [m, , rows] = outputs.shape as [number, number, number];
  return outputs.shape[1] === 1
    ? tf.reshape(outputs, [m, rows])
    : tf.reshape(tf.slice(outputs, [0, k, 0], [m, 1, rows]), [m, rows]);
}

/** Outputs from … to − 1 of every member, `[members, to − from, rows]`. */
function parts(outputs: tf.Tensor, from: number, count: number): tf.Tensor {
  const [m, , rows] = outputs.shape as [number, number, number];
  return tf.slice(outputs, [0, from, 0], [m, count, rows]);
}

/**
 * x from noise, `[members, rows]`.
 *
 * @param outputs - `[members, outputs, rows]`
 * @param logScale - `[members, 1]`, where it is learned
 */
export function fromNoise(
  head: Continuous,
  outputs: tf.Tensor,
  logScale: tf.Tensor | undefined,
  noise: tf.Tensor,
): tf.Tensor {
  const m = part(outputs, 0);
  if (head.kind === 'additive')
    return tf.add(m, logScale === undefined ? noise : tf.mul(tf.exp(logScale), noise));
  const scale = tf.exp(part(outputs, 1));
  return tf.add(m, tf.mul(scale, head.kind === 'flow' ? unbent(head, outputs, noise) : noise));
}

/** The noise behind x, and log |∂noise/∂x|, both `[members, rows]`. */
export function explain(
  head: Continuous,
  outputs: tf.Tensor,
  logScale: tf.Tensor | undefined,
  x: tf.Tensor,
): { readonly noise: tf.Tensor; readonly logSlope: tf.Tensor } {
  const off = tf.sub(x, part(outputs, 0));
  if (head.kind === 'additive') {
    const log = logScale ?? tf.zeros([x.shape[0] as number, 1]);
    return {
      noise: tf.mul(off, tf.exp(tf.neg(log))),
      logSlope: tf.add(tf.neg(log), tf.zeros(x.shape)),
    };
  }
  const log = part(outputs, 1);
  const z = tf.mul(off, tf.exp(tf.neg(log)));
  if (head.kind === 'location-scale') return { noise: z, logSlope: tf.neg(log) };
  const { u, slope } = bent(head, outputs, z);
  return { noise: u, logSlope: tf.sub(tf.log(slope), log) };
}

/** S(z) = z + Σ a·tanh(b·z + c) and S′(z). */
function bent({ components }: Flow, outputs: tf.Tensor, z: tf.Tensor): { u: tf.Tensor; slope: tf.Tensor } {
  const a = tf.exp(parts(outputs, 2, components));
  const b = tf.exp(parts(outputs, 2 + components, components));
  const c = parts(outputs, 2 + 2 * components, components);
  const t = tf.tanh(tf.add(tf.mul(b, tf.expandDims(z, 1)), c));
  return {
    u: tf.add(z, tf.sum(tf.mul(a, t), 1)),
    slope: tf.add(1, tf.sum(tf.mul(tf.mul(a, b), tf.sub(1, tf.square(t))), 1)),
  };
}

/**
 * S⁻¹(u). The root is found without gradient, by Newton's method inside a bracket that halves where Newton would leave
 * it; one more step from there, in which the root and its slope are constants, carries the implicit gradient.
 */
function unbent(head: Flow, outputs: tf.Tensor, u: tf.Tensor): tf.Tensor {
  const root = withoutGradient([outputs, u], () => tf.tidy(() => solved(head, outputs, u)));
  const slope = withoutGradient([outputs, root], () => tf.tidy(() => bent(head, outputs, root).slope));
  return tf.sub(root, tf.div(tf.sub(bent(head, outputs, root).u, u), slope));
}

function solved(head: Flow, outputs: tf.Tensor, u: tf.Tensor): tf.Tensor {
  const reach = tf.sum(tf.exp(parts(outputs, 2, head.components)), 1);
  let low = tf.sub(u, reach);
  let high = tf.add(u, reach);
  let z: tf.Tensor = u.clone();
  for (let round = 0; round < 20; round++) {
    const { u: reached, slope } = bent(head, outputs, z);
    const gap = tf.sub(reached, u);
    const above = tf.greater(gap, 0);
    high = tf.where(above, z, high);
    low = tf.where(above, low, z);
    const newton = tf.sub(z, tf.div(gap, slope));
    const inside = tf.logicalAnd(tf.greaterEqual(newton, low), tf.lessEqual(newton, high));
    z = tf.where(inside, newton, tf.mul(0.5, tf.add(low, high)));
  }
  return z;
}

/** The level with the largest logit + Gumbel noise, `[members, rows]`, as numbers. No gradient passes. */
export function chosenLevel(logits: tf.Tensor, noise: tf.Tensor): tf.Tensor {
  return withoutGradient([logits, noise], () =>
    tf.tidy(() => tf.cast(tf.argMax(tf.add(logits, noise), 1), 'float32')),
  );
}

/** One column per level, `[members * levels, rows]`. No gradient passes. */
export function oneHot(levels: number, value: tf.Tensor): tf.Tensor {
  const [m, rows] = value.shape as [number, number];
  return withoutGradient([value], () =>
    tf.tidy(() => {
      const each = tf.reshape(tf.range(0, levels), [1, levels, 1]);
      return tf.reshape(tf.cast(tf.equal(tf.expandDims(value, 1), each), 'float32'), [m * levels, rows]);
    }),
  );
}

/** log softmax of the level that was, `[members, rows]`. */
export function levelLogDensity(logits: tf.Tensor, value: tf.Tensor): tf.Tensor {
  const hot = tf.reshape(oneHot(logits.shape[1] as number, value), logits.shape);
  return tf.sub(tf.sum(tf.mul(hot, logits), 1), tf.logSumExp(logits, 1));
}

/** Gumbel noise from its posterior given the level, `[members * levels, rows]`, as the reference draws it. No gradient. */
export function posteriorGumbel(logits: tf.Tensor, value: tf.Tensor, uniforms: tf.Tensor): tf.Tensor {
  const [m, levels, rows] = logits.shape as [number, number, number];
  return withoutGradient([logits], () =>
    tf.tidy(() => {
      const logP = tf.sub(logits, tf.logSumExp(logits, 1, true));
      const hot = tf.reshape(oneHot(levels, value), logits.shape);
      const waits = tf.neg(tf.log1p(tf.neg(tf.reshape(uniforms, logits.shape))));
      const first = tf.sum(tf.mul(hot, waits), 1, true);
      const others = tf.neg(tf.log(tf.add(tf.mul(first, tf.exp(logP)), waits)));
      const winner = tf.sub(tf.neg(tf.log(first)), logP);
      return tf.reshape(tf.where(tf.cast(hot, 'bool'), winner, others), [m * levels, rows]);
    }),
  );
}
