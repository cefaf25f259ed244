import * as tf from '@tensorflow/tfjs-core';
import type { TfjsAction } from '../tfjs-plan.ts';
import type { Group } from './groups.ts';
import { chosenLevel, explain, fromNoise, levelLogDensity } from './heads.ts';
import { type Parting, splitMarks, splitRows, type Unpacked } from './pack.ts';
import { select, withoutGradient, zeroWhere } from './select.ts';

/** An intervention on the members of a group, each part `[members, rows]`. */
export interface GroupAction {
  readonly cut: tf.Tensor;
  readonly value: tf.Tensor;
  readonly shift: tf.Tensor | undefined;
  readonly scale: tf.Tensor | undefined;
  readonly noiseFactor: tf.Tensor | undefined;
}

/** An intervention as each group's own. */
export function actionsOf(action: TfjsAction, variables: Parting): GroupAction[] {
  const parts = (part: tf.Tensor | undefined): tf.Tensor[] =>
    part === undefined ? [] : splitRows(part, variables);
  const [value, shift, scale, noiseFactor] = [
    action.value,
    action.shift,
    action.scale,
    action.noiseFactor,
  ].map(parts) as [tf.Tensor[], tf.Tensor[], tf.Tensor[], tf.Tensor[]];
  return splitMarks(action.cut, variables).map((cut, k) => ({
    cut,
    value: value[k] as tf.Tensor,
    shift: shift[k],
    scale: scale[k],
    noiseFactor: noiseFactor[k],
  }));
}

/** Values of a group, with its intervention; where it cuts, `noise` is 0 already. */
export function madeValue(
  group: Group,
  outputs: tf.Tensor,
  noise: tf.Tensor,
  parameters: Unpacked,
  action: GroupAction | undefined,
): tf.Tensor {
  const { head } = group.mechanism;
  if (head.kind === 'categorical') {
    const level = chosenLevel(outputs, tf.reshape(noise, outputs.shape));
    if (action === undefined) return level;
    const { cut, value } = action;
    return withoutGradient([level, value], () => tf.where(cut, value, level));
  }
  const u = action?.noiseFactor === undefined ? noise : tf.mul(noise, action.noiseFactor);
  let x = fromNoise(head, outputs, logScaleOf(group, parameters), u);
  if (action?.scale !== undefined) x = tf.mul(x, action.scale);
  if (action?.shift !== undefined) x = tf.add(x, action.shift);
  return action === undefined ? x : select(action.cut, action.value, x);
}

/** Log density of a group's terms; what is blocked is computed from harmless numbers and left out. */
export function termOf(
  group: Group,
  outputs: tf.Tensor,
  x: tf.Tensor,
  parameters: Unpacked,
  action: GroupAction | undefined,
  blocked: tf.Tensor | undefined,
): tf.Tensor {
  const { head } = group.mechanism;
  const leftOut = (term: tf.Tensor): tf.Tensor => (blocked === undefined ? term : zeroWhere(blocked, term));
  if (head.kind === 'categorical') return leftOut(levelLogDensity(outputs, x));
  const harmless = (part: tf.Tensor | undefined): tf.Tensor | undefined =>
    part && blocked ? tf.where(blocked, tf.onesLike(part), part) : part;
  const [scale, factor] = [harmless(action?.scale), harmless(action?.noiseFactor)];
  let own = action?.shift === undefined ? x : tf.sub(x, action.shift);
  if (scale !== undefined) own = tf.div(own, scale);
  own = leftOut(own);
  const { noise, logSlope } = explain(head, outputs, logScaleOf(group, parameters), own);
  const u = factor === undefined ? noise : tf.div(noise, factor);
  let term = tf.sub(tf.sub(logSlope, tf.mul(0.5, tf.square(u))), 0.5 * Math.log(2 * Math.PI));
  for (const stretch of [scale, factor])
    if (stretch !== undefined) term = tf.sub(term, tf.log(tf.abs(stretch)));
  return leftOut(term);
}

export function logScaleOf({ members, logScale }: Group, parameters: Unpacked): tf.Tensor | undefined {
  return logScale && tf.reshape(parameters(logScale), [members.length, 1]);
}

/** What either of two masks leaves out. */
export function blockedBy(omit: tf.Tensor | undefined, cut: tf.Tensor | undefined): tf.Tensor | undefined {
  if (omit === undefined) return cut && tf.cast(cut, 'bool');
  return cut === undefined
    ? tf.cast(omit, 'bool')
    : tf.logicalOr(tf.cast(omit, 'bool'), tf.cast(cut, 'bool'));
}
