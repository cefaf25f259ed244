import type { Head, Plan } from '../../plan.ts';
import { type MechanismLayout, planLayout } from '../../plan-layout.ts';
import { activationCodes, chunkRows, chunkStride, kernelScratch } from './kernels.ts';

/** Rows whose values are in memory together. */
export const blockRows = 1024;

/** One mechanism, compiled. Positions of parameters count from the first one. */
export interface MechanismProgram {
  readonly head: Head;
  readonly layout: MechanismLayout;
  readonly activation: number;
  readonly skip: boolean;
  /** for each input column: its parent, the edge, and the level that it stands for (−1: the value itself) */
  readonly columnParent: Int32Array;
  readonly columnEdge: Int32Array;
  readonly columnLevel: Int32Array;
  /** outputs of each layer but the last */
  readonly hidden: readonly number[];
}

/** Where everything lies in an executor's memory, in floats. */
export interface FusedProgram {
  readonly mechanisms: readonly MechanismProgram[];
  readonly parameters: number;
  readonly edges: number;
  /** staged parameters, optimiser memory and added gradient */
  readonly atParameters: number;
  readonly atFirst: number;
  readonly atSecond: number;
  readonly atExtra: number;
  /** one gradient per method, so that each result lasts */
  readonly atGradient: {
    readonly likelihood: number;
    readonly step: number;
    readonly ancestral: number;
    readonly abduction: number;
  };
  /** values of a block, chunk after chunk; in each `[d]` rows of numbers, `chunkStride` apart, so that they lie together */
  readonly atValues: number;
  /** derivatives of a block's values, laid out like them */
  readonly atLambda: number;
  /** distance between chunks of the block */
  readonly chunkDistance: number;
  /** gated weights of the first layer and of a last one with skip, and their gradients */
  readonly atGated: readonly [first: number, last: number];
  readonly atGatedGradient: readonly [first: number, last: number];
  /** by column of the mechanism at work: its gate, the gate's gradient; and the columns whose gate is not 0 */
  readonly atGates: number;
  readonly atGateGradient: number;
  readonly tableColumns: number;
  /** copied inputs, the layers' outputs, derivatives: rows of numbers, `chunkStride` apart */
  readonly atInputs: number;
  readonly atLayer: readonly number[];
  readonly atOutputs: number;
  readonly atOutputGradient: number;
  readonly atHiddenGradient: readonly [number, number];
  readonly atInputGradient: number;
  readonly atSkipGradient: number;
  /** pointer tables: the layers' units (then the inputs, for a skip); derivatives; all inputs, live inputs */
  readonly tableLayer: readonly number[];
  readonly tableOutputGradient: number;
  readonly tableHiddenGradient: readonly [number, number];
  readonly tableInputs: number;
  readonly tableLast: number;
  readonly tableLastLive: number;
  readonly tableLive: number;
  /** for handing derivatives on: where to, and where from */
  readonly tableTargets: number;
  readonly tableSources: number;
  /** what `allocate` may hand out: from here to the end */
  readonly atFree: number;
  readonly length: number;
}

/** Lays out memory for a plan: a size that no later call makes larger. */
export function compilePlan(plan: Plan): FusedProgram {
  const layout = planLayout(plan);
  const mechanisms = layout.mechanisms.map((mechanism, j) => compileMechanism(plan, mechanism, j));
  const most = (of: (mechanism: MechanismProgram) => number): number => Math.max(1, ...mechanisms.map(of));
  const depth = Math.max(0, ...mechanisms.map(({ hidden }) => hidden.length));
  const inputs = most(({ layout: { inputs: n } }) => n);
  const outputs = most(({ layout: { outputs: n } }) => n);
  const width = most(({ hidden }) => Math.max(0, ...hidden));

  const layers = mechanisms.flatMap((mechanism) => mechanism.layout.layers);
  const packed = layers.map((layer) => (layer.inputs + 8) * (layer.outputs + 8)); // either factor, backwards too
  let at = kernelScratch + 16 * Math.ceil((Math.max(0, ...packed) + 64) / 16);
  const take = (length: number): number => {
    const start = at;
    at += Math.ceil((length + 4) / 16) * 16; // vectors may read to the end of their last four
    return start;
  };
  const p = layout.parameters;
  const tensor = (rows: number): number => take(rows * chunkStride);
  const widthOf = (l: number): number => most(({ hidden }) => hidden[l] ?? 0);
  const gatedSize = (which: 'first' | 'last'): number =>
    plan.gated
      ? most((mechanism) => {
          const layer = mechanism.layout.layers.at(which === 'first' ? 0 : -1);
          return which === 'last' && !mechanism.skip ? 0 : (layer?.inputs ?? 0) * (layer?.outputs ?? 0);
        })
      : 0;
  const program = {
    mechanisms,
    parameters: p,
    edges: layout.edges,
    atParameters: take(p),
    atFirst: take(p),
    atSecond: take(p),
    atExtra: take(p),
    atGradient: { likelihood: take(p), step: take(p), ancestral: take(p), abduction: take(p) },
    atValues: take((blockRows / chunkRows) * plan.variables * chunkStride),
    atLambda: take((blockRows / chunkRows) * plan.variables * chunkStride),
    chunkDistance: plan.variables * chunkStride,
    atGated: [take(gatedSize('first')), take(gatedSize('last'))] as const,
    atGatedGradient: [take(gatedSize('first')), take(gatedSize('last'))] as const,
    atGates: take(inputs),
    atGateGradient: take(inputs),
    tableColumns: take(inputs),
    atInputs: tensor(inputs),
    atLayer: Array.from({ length: depth }, (_, l) => tensor(widthOf(l))),
    atOutputs: tensor(outputs),
    atOutputGradient: tensor(outputs),
    atHiddenGradient: [tensor(width), tensor(width)] as const,
    atInputGradient: tensor(inputs),
    atSkipGradient: tensor(inputs),
    tableLayer: Array.from({ length: depth }, (_, l) => take(widthOf(l))),
    tableOutputGradient: take(outputs),
    tableHiddenGradient: [take(width), take(width)] as const,
    tableInputs: take(inputs),
    tableLast: take(width + inputs),
    tableLastLive: take(width + inputs),
    tableLive: take(inputs),
    tableTargets: take(inputs),
    tableSources: take(inputs),
  };
  const reserve = 8 * p + 32 * plan.variables * blockRows + 65536;
  return { ...program, atFree: at, length: at + reserve };
}

function compileMechanism(plan: Plan, layout: MechanismLayout, j: number): MechanismProgram {
  const { head, activation, skip } = plan.mechanisms[j] as Plan['mechanisms'][number];
  const parent: number[] = [];
  const edge: number[] = [];
  const level: number[] = [];
  for (let e = plan.parents.offsets[j] as number; e < (plan.parents.offsets[j + 1] as number); e++) {
    const i = plan.parents.items[e] as number;
    const width = plan.widths[i] as number;
    for (let c = 0; c < width; c++) {
      parent.push(i);
      edge.push(e);
      level.push(width === 1 ? -1 : c);
    }
  }
  return {
    head,
    layout,
    activation: activationCodes[activation],
    skip: skip && layout.layers.length > 1,
    columnParent: Int32Array.from(parent),
    columnEdge: Int32Array.from(edge),
    columnLevel: Int32Array.from(level),
    hidden: layout.layers.slice(0, -1).map(({ outputs }) => outputs),
  };
}
