import type { PlanAction } from '@cfe/autograd';
import type { Action, Branch } from '@cfe/scm';
import type { Scale } from '../network-state.ts';

/** x = cut ? value : weight · f(parents, factor · u) + shift, in the variable's own unit; arrays are `[rows]`. */
export interface SimpleAction {
  readonly cut: Uint8Array;
  readonly value: Float64Array;
  /** `undefined`: cut and nothing else */
  readonly own?:
    | { readonly weight: Float64Array; readonly factor: Float64Array; readonly shift: Float64Array }
    | undefined;
}

/**
 * An action in the form that an executor takes, or `undefined` if it reads another mechanism or adds up one
 * mechanism under two noises.
 */
export function simpleAction(action: Action): SimpleAction | undefined {
  const { cut, value, shift, branches } = action;
  if (action.cutOnly) return { cut, value };
  const rows = cut.length;
  const weight = new Float64Array(rows);
  const factor = new Float64Array(rows).fill(1);
  const seen = new Uint8Array(rows);
  for (const branch of branches) {
    for (let r = 0; r < rows; r++) {
      const w = branch.weight[r] as number;
      if (w === 0 || cut[r] === 1) continue;
      if (branch.replacement !== undefined) return undefined;
      const f = branch.noiseFactor[r] as number;
      if (seen[r] === 1 && f !== factor[r]) return undefined;
      seen[r] = 1;
      factor[r] = f;
      weight[r] = (weight[r] as number) + w;
    }
  }
  return { cut, value, own: { weight, factor, shift } };
}

/** A variable under an action, by its index. */
export type Acted = readonly [variable: number, action: SimpleAction];

/**
 * Actions of several worlds, one after the other in the rows of a plan's arrays, on its standardised scale; `undefined`
 * where nothing is done in any.
 *
 * @param rows - of each world
 */
export function planAction(
  worlds: readonly (readonly Acted[])[],
  scales: readonly Scale[],
  rows: number,
): PlanAction | undefined {
  if (worlds.every((acted) => acted.length === 0)) return undefined;
  const total = worlds.length * rows;
  const size = scales.length * total;
  const cut = new Uint8Array(size);
  const value = new Float64Array(size);
  const isSoft = worlds.some((acted) => acted.some(([, { own }]) => own !== undefined));
  const soft = isSoft
    ? {
        shift: new Float64Array(size),
        scale: new Float64Array(size).fill(1),
        noiseFactor: new Float64Array(size).fill(1),
      }
    : undefined;
  for (const [w, acted] of worlds.entries()) {
    for (const [j, action] of acted) {
      const { centre, scale } = scales[j] as Scale;
      const base = j * total + w * rows;
      cut.set(action.cut, base);
      for (let r = 0; r < rows; r++) {
        if (action.cut[r] === 1) value[base + r] = ((action.value[r] as number) - centre) / scale;
        else if (action.own !== undefined && soft !== undefined) {
          const k = action.own.weight[r] as number;
          soft.scale[base + r] = k;
          soft.noiseFactor[base + r] = action.own.factor[r] as number;
          soft.shift[base + r] = ((k - 1) * centre + (action.own.shift[r] as number)) / scale;
        }
      }
    }
  }
  return { cut, value, ...soft };
}

/** The action that sets a variable to values of every row. */
export function setTo(value: Float64Array): SimpleAction {
  return { cut: new Uint8Array(value.length).fill(1), value };
}

/** The own mechanism under a branch's noise, without its weight and shift. */
export function ownUnder({ noiseFactor }: Branch): SimpleAction {
  const rows = noiseFactor.length;
  return {
    cut: new Uint8Array(rows),
    value: new Float64Array(rows),
    own: { weight: new Float64Array(rows).fill(1), factor: noiseFactor, shift: new Float64Array(rows) },
  };
}
