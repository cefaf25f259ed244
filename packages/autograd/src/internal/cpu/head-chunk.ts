import type { Floats } from '../../floats.ts';
import type { PlanAction } from '../../plan-action.ts';
import { levelNll, levelNllBackward } from '../categorical-pass.ts';
import { type HeadPass, headPass } from '../head-pass.ts';
import { chunkStride } from './kernels.ts';
import type { MechanismProgram } from './program.ts';

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** The live rows of a chunk, and where they lie in the arrays by variable. */
export interface LiveRows {
  readonly rows: Int32Array;
  readonly live: number;
  /** position of the chunk's first row of this variable in an array by variable */
  readonly at: number;
}

/** One variable's part of a likelihood over a chunk. */
export interface NllTask extends LiveRows {
  readonly values: Floats;
  readonly logScale: number;
  readonly action: PlanAction | undefined;
  /** weights of the rows, from the chunk's first on, or undefined for all alike */
  readonly weights: Floats | undefined;
  readonly weightsAt: number;
  readonly eachWeight: number;
}

/**
 * A mechanism's head over the live rows of a chunk, in float64 on the network's float32 outputs. `o` and `dO` begin at
 * the chunk's first row; outputs are `chunkStride` apart.
 */
export interface HeadChunk {
  /** Σ weight · nll; with `dO` its derivatives, and ∂/∂log σ in `result[1]` */
  nll(task: NllTask, o: Floats, dO: Floats | undefined, result: Float64Array): void;
  /** log density of each live row, to `density` by variable */
  logDensity(task: NllTask, o: Floats, density: Floats): void;
}

/** The head of a mechanism, ready to run. */
export function headChunk({ head }: MechanismProgram): HeadChunk {
  switch (head.kind) {
    case 'additive':
      return gaussian(-1);
    case 'location-scale':
      return gaussian(chunkStride);
    case 'categorical':
      return categorical(head.levels);
    case 'flow':
      return general(headPass(head));
  }
}

/** Additive (`logScaleAt` < 0: one log σ for all rows) and location-scale heads. */
function gaussian(logScaleAt: number): HeadChunk {
  const slow = general(
    headPass(logScaleAt < 0 ? { kind: 'additive', scale: 'learned' } : { kind: 'location-scale' }),
  );
  return {
    nll(task, o, dO, result) {
      const { rows, live, at, values, logScale, action, weights, weightsAt, eachWeight } = task;
      let sum = 0;
      let dLogScale = 0;
      let precision = Math.exp(-logScale);
      if (action === undefined && weights === undefined && logScaleAt < 0 && dO !== undefined) {
        const constant = logScale + halfLogTwoPi; // the common case, without a branch per row
        let squares = 0;
        for (let m = 0; m < live; m++) {
          const k = rows[m] as number;
          const u = ((values[at + k] as number) - (o[k] as number)) * precision;
          squares += u * u;
          dO[k] = -eachWeight * u * precision;
        }
        result[0] = eachWeight * (0.5 * squares + live * constant);
        result[1] = eachWeight * (live - squares);
        return;
      }
      let s = logScale;
      for (let m = 0; m < live; m++) {
        const k = rows[m] as number;
        if (logScaleAt >= 0) {
          s = o[logScaleAt + k] as number;
          precision = Math.exp(-s);
        }
        const weight = weights === undefined ? eachWeight : (weights[weightsAt + k] as number) * eachWeight;
        let x = values[at + k] as number;
        let scaled = precision;
        let extra = halfLogTwoPi;
        if (action !== undefined) {
          const scale = action.scale === undefined ? 1 : (action.scale[at + k] as number);
          const factor = action.noiseFactor === undefined ? 1 : (action.noiseFactor[at + k] as number);
          if (scale === 0 || factor === 0) throw new SingularRow(k);
          if (action.shift !== undefined) x -= action.shift[at + k] as number;
          if (scale !== 1) {
            x /= scale;
            extra += Math.log(Math.abs(scale));
          }
          if (factor !== 1) {
            scaled /= factor;
            extra += Math.log(factor);
          }
        }
        const u = (x - (o[k] as number)) * scaled;
        sum += weight * (0.5 * u * u + s + extra);
        if (dO === undefined) continue;
        dO[k] = -weight * u * scaled;
        const d = weight * (1 - u * u);
        if (logScaleAt >= 0) dO[logScaleAt + k] = d;
        else dLogScale += d;
      }
      result[0] = sum;
      result[1] = dLogScale;
    },
    logDensity: slow.logDensity,
  };
}

function categorical(levels: number): HeadChunk {
  return {
    nll({ rows, live, at, values, weights, weightsAt, eachWeight }, o, dO, result) {
      let sum = 0;
      for (let m = 0; m < live; m++) {
        const k = rows[m] as number;
        const weight = weights === undefined ? eachWeight : (weights[weightsAt + k] as number) * eachWeight;
        const level = values[at + k] as number;
        sum += weight * levelNll(o, chunkStride, k, levels, level);
        if (dO !== undefined) levelNllBackward(o, chunkStride, k, levels, level, weight, dO);
      }
      result[0] = sum;
      result[1] = 0;
    },
    logDensity({ rows, live, at, values }, o, density) {
      for (let m = 0; m < live; m++) {
        const k = rows[m] as number;
        density[at + k] = -levelNll(o, chunkStride, k, levels, values[at + k] as number);
      }
    },
  };
}

/** Any head, through its arithmetic row by row. */
function general(pass: HeadPass): HeadChunk {
  return {
    nll(task, o, dO, result) {
      const { rows, live, at, logScale, weights, weightsAt, eachWeight } = task;
      let sum = 0;
      let dLogScale = 0;
      for (let m = 0; m < live; m++) {
        const k = rows[m] as number;
        const weight = weights === undefined ? eachWeight : (weights[weightsAt + k] as number) * eachWeight;
        sum += weight * rowNll(pass, task, o, k);
        if (dO === undefined) continue;
        const factor = task.action?.noiseFactor?.[at + k] ?? 1;
        dLogScale += pass.nllBackward(o, chunkStride, k, logScale, ownValue(task, k), factor, weight, dO);
      }
      result[0] = sum;
      result[1] = dLogScale;
    },
    logDensity(task, o, density) {
      for (let m = 0; m < task.live; m++) {
        const k = task.rows[m] as number;
        density[task.at + k] = -rowNll(pass, task, o, k);
      }
    },
  };
}

function rowNll(pass: HeadPass, task: NllTask, o: Floats, k: number): number {
  const scale = Math.abs(task.action?.scale?.[task.at + k] ?? 1);
  const factor = task.action?.noiseFactor?.[task.at + k] ?? 1;
  if (scale === 0 || factor === 0) throw new SingularRow(k);
  return pass.nll(o, chunkStride, k, task.logScale, ownValue(task, k), factor) + Math.log(scale);
}

/** What the mechanism itself made, before the action's shift and scale. */
function ownValue({ values, at, action }: NllTask, k: number): number {
  return ((values[at + k] as number) - (action?.shift?.[at + k] ?? 0)) / (action?.scale?.[at + k] ?? 1);
}

/** Row `k` of a chunk has no density. */
export class SingularRow extends Error {
  readonly k: number;
  constructor(k: number) {
    super('no density');
    this.k = k;
  }
}
