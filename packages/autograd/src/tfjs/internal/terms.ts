import * as tf from '@tensorflow/tfjs-core';
import type { TfjsAction } from '../tfjs-plan.ts';
import type { Group } from './groups.ts';
import { chosenLevel, explain, fromNoise, levelLogDensity } from './heads.ts';
import { pickRows } from './pick.ts';
import { select, withoutGradient } from './select.ts';

/** Values of a group, with its intervention. */
export function madeValue(
  group: Group,
  outputs: tf.Tensor,
  noise: tf.Tensor,
  parameters: tf.Tensor1D,
  action: TfjsAction | undefined,
  cut: tf.Tensor | undefined,
): tf.Tensor {
  const { head } = group.mechanism;
  if (head.kind === 'categorical') {
    const level = chosenLevel(outputs, tf.reshape(noise, outputs.shape));
    if (action === undefined || cut === undefined) return level;
    const set = pickRows(action.value, group.own);
    return withoutGradient([level, set], () => tf.where(cut, set, level));
  }
  const zeros = tf.zerosLike(noise);
  let u = cut === undefined ? noise : select(cut, zeros, noise);
  if (action?.noiseFactor !== undefined) u = tf.mul(u, pickRows(action.noiseFactor, group.own));
  let x = fromNoise(head, outputs, logScaleOf(group, parameters), u);
  if (action?.scale !== undefined) x = tf.mul(x, pickRows(action.scale, group.own));
  if (action?.shift !== undefined) x = tf.add(x, pickRows(action.shift, group.own));
  return action === undefined || cut === undefined ? x : select(cut, pickRows(action.value, group.own), x);
}

/** Log density of a group's terms; what is blocked is computed from harmless numbers and left out. */
export function termOf(
  group: Group,
  outputs: tf.Tensor,
  x: tf.Tensor,
  parameters: tf.Tensor1D,
  action: TfjsAction | undefined,
  blocked: tf.Tensor | undefined,
): tf.Tensor {
  const { head } = group.mechanism;
  const zeros = tf.zerosLike(x);
  const leftOut = (term: tf.Tensor): tf.Tensor =>
    blocked === undefined ? term : select(blocked, zeros, term);
  if (head.kind === 'categorical') return leftOut(levelLogDensity(outputs, x));
  const harmless = (part: tf.Tensor2D | undefined): tf.Tensor | undefined => {
    const own = part && pickRows(part, group.own);
    return own && blocked ? tf.where(blocked, tf.onesLike(own), own) : own;
  };
  const [scale, factor] = [harmless(action?.scale), harmless(action?.noiseFactor)];
  let own = action?.shift === undefined ? x : tf.sub(x, pickRows(action.shift, group.own));
  if (scale !== undefined) own = tf.div(own, scale);
  if (blocked !== undefined) own = select(blocked, zeros, own);
  const { noise, logSlope } = explain(head, outputs, logScaleOf(group, parameters), own);
  const u = factor === undefined ? noise : tf.div(noise, factor);
  let term = tf.sub(tf.sub(logSlope, tf.mul(0.5, tf.square(u))), 0.5 * Math.log(2 * Math.PI));
  for (const stretch of [scale, factor])
    if (stretch !== undefined) term = tf.sub(term, tf.log(tf.abs(stretch)));
  return leftOut(term);
}

export function logScaleOf({ members, logScale }: Group, parameters: tf.Tensor1D): tf.Tensor | undefined {
  return logScale && tf.reshape(pickRows(parameters, logScale), [members.length, 1]);
}

/** What either of two masks leaves out. */
export function blockedBy(omit: tf.Tensor | undefined, cut: tf.Tensor | undefined): tf.Tensor | undefined {
  if (omit === undefined) return cut && tf.cast(cut, 'bool');
  return cut === undefined
    ? tf.cast(omit, 'bool')
    : tf.logicalOr(tf.cast(omit, 'bool'), tf.cast(cut, 'bool'));
}
