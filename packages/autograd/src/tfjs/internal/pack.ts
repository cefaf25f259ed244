import * as tf from '@tensorflow/tfjs-core';
import type { Group } from './groups.ts';
import { type Picking, picking, pickRows } from './pick.ts';

/** Rows in the order of the groups, and how many belong to each. The caller disposes of the picking's tensors. */
export interface Parting {
  readonly picking: Picking;
  readonly sizes: readonly number[];
}

/** @param parts - for each part its rows of the source; −1 stands for a row of zeros */
export function parting(parts: readonly (readonly number[])[], sourceRows: number): Parting {
  return { picking: picking(parts.flat(), sourceRows), sizes: parts.map(({ length }) => length) };
}

/**
 * All parts of a tensor. A single gather takes them and a single one brings their gradients back, however many there are; a
 * gather for each would bring back a gradient of the whole source each time.
 */
export function splitRows(x: tf.Tensor, { picking: all, sizes }: Parting): tf.Tensor[] {
  return split(pickRows(x, all), sizes);
}

/** As {@link splitRows}, of marks that pass no gradient on. */
export function splitMarks(marks: tf.Tensor, { picking: { take }, sizes }: Parting): tf.Tensor[] {
  return split(tf.cast(tf.gather(marks, take), 'bool'), sizes);
}

/** TensorFlow.js has no gradient of a split into one part. */
function split(x: tf.Tensor, sizes: readonly number[]): tf.Tensor[] {
  return sizes.length > 1 ? tf.split(x, [...sizes]) : sizes.length === 1 ? [x] : [];
}

/** Parameters that an operation reads together; −1 stands for 0. */
export interface Piece {
  readonly indices: readonly number[];
}

/** All pieces of some groups, one after another. */
export interface Packing {
  readonly pieces: readonly Piece[];
  readonly parting: Parting;
}

export function packingOf(groups: readonly Group[], parameters: number): Packing {
  const pieces = groups
    .flatMap(({ layers, logScale }) => [
      ...layers.flatMap(({ weights, bias, skip }) => [weights, bias, skip]),
      logScale,
    ])
    .filter((piece): piece is Piece => piece !== undefined && piece.indices.length > 0);
  const parts = parting(
    pieces.map(({ indices }) => indices),
    parameters,
  );
  return { pieces, parting: parts };
}

/** Finds the parameters of a piece. */
export type Unpacked = (piece: Piece) => tf.Tensor1D;

export function unpack(parameters: tf.Tensor1D, { pieces, parting: parts }: Packing): Unpacked {
  const each = splitRows(parameters, parts) as tf.Tensor1D[];
  const found = new Map(pieces.map((piece, k) => [piece, each[k] as tf.Tensor1D]));
  return (piece) => found.get(piece) as tf.Tensor1D;
}
