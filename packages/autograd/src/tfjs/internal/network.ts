import * as tf from '@tensorflow/tfjs-core';
import type { Group } from './groups.ts';
import { layer } from './layer.ts';
import type { Piece, Unpacked } from './pack.ts';
import { type Picking, pickRows } from './pick.ts';

/** What every pass reads. */
export interface PassInput {
  /** `[planLayout(plan).parameters]`; a `tf.Variable` to train */
  readonly parameters: tf.Tensor1D;
  /** for a gated plan `[edges]`, or `[edges, rows]` */
  readonly gates?: tf.Tensor | undefined;
}

/**
 * Outputs of the networks of a group, `[members, outputs, rows]`.
 *
 * @param reads - `'constants'` if the columns pass no gradient on
 */
export function networkOf(
  group: Group,
  columns: tf.Tensor,
  inputs: Picking,
  parameters: Unpacked,
  gates: tf.Tensor | undefined,
  rows: number,
  cut: tf.Tensor | undefined,
  reads: 'constants' | 'values' = 'values',
): tf.Tensor {
  const m = group.members.length;
  const p = group.columns.length;
  const { activation } = group.mechanism;
  const weight = (piece: Piece, outputs: number, width: number): tf.Tensor =>
    tf.reshape(parameters(piece), [m, outputs, width]);
  const biasOf = (piece: Piece, outputs: number): tf.Tensor => tf.reshape(parameters(piece), [m, outputs, 1]);
  if (p === 0) {
    const [{ bias, outputs }] = group.layers as [Group['layers'][number]];
    return tf.add(biasOf(bias, outputs), tf.zeros([1, 1, rows]));
  }
  const gate = gates === undefined ? undefined : gateOf(group, gates);
  const perRow = gates?.rank === 2;
  const read = pickRows(columns, inputs);
  const x = gate !== undefined && perRow ? tf.mul(gate, tf.expandDims(read, 0)) : read;
  /** Weights of the inputs, with the gates that all rows share. */
  const gated = (w: tf.Tensor): tf.Tensor =>
    gate === undefined || perRow ? w : tf.mul(w, tf.reshape(gate, [m, 1, p]));
  const bottom = {
    dyWhereCut: 'zero',
    inputs: reads === 'constants' && !(gate !== undefined && perRow) ? 'constant' : 'differentiable',
  } as const;

  let below = x;
  for (const [l, { outputs, inputs: width, weights, bias, skip }] of group.layers.entries()) {
    const last = l === group.layers.length - 1;
    const w = weight(weights, outputs, width);
    const b = biasOf(bias, outputs);
    const kind = last ? 'identity' : activation;
    // A row that is cut computes nothing from its inputs, so that nothing can overflow.
    let out = l === 0 ? layer(below, gated(w), b, kind, cut, bottom) : layer(below, w, b, kind);
    if (skip !== undefined) {
      const direct = layer(
        x,
        gated(weight(skip, outputs, p)),
        tf.zeros([m, outputs, 1]),
        'identity',
        cut,
        bottom,
      );
      out = tf.add(out, direct);
    }
    below = out;
  }
  return below;
}

/** Gates of a group's input columns, `[members, columns, 1]` or `[members, columns, rows]`. */
function gateOf({ members, gates: found }: Group, gates: tf.Tensor): tf.Tensor {
  const { pick, variables, spread } = found as NonNullable<Group['gates']>;
  const rows = gates.rank === 2 ? (gates.shape[1] as number) : 1;
  const each = tf.reshape(pickRows(gates, pick), [members.length, variables, rows]);
  return spread === undefined ? each : tf.matMul(spread, each);
}
