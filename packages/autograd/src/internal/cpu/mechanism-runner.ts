import type { Floats } from '../../floats.ts';
import type { LayerLayout } from '../../plan-layout.ts';
import { chunkRows, chunkStride, type KernelInstance } from './kernels.ts';
import type { FusedProgram, MechanismProgram } from './program.ts';

/** With more rows of a chunk that do not count, inputs are copied rather than patched. */
const mostPatches = 24;

/** Gates as an executor was given them. */
export interface FusedGates {
  readonly values: Floats;
  readonly perRow: boolean;
}

/**
 * Runs one mechanism over one chunk of rows at a time: `open`, then for each chunk `markLive`, `gather`, `forward`,
 * perhaps `backward` and `scatter`, and `release`; then `close`.
 *
 * Rows that are cut or left out are computed from inputs of 0 and get derivatives of exactly 0, so that nothing that
 * lies there reaches a sum over rows. Gates that all rows share are folded into the weights, and an input
 * whose gate is 0 is not read forwards.
 */
export class MechanismRunner {
  /** numbers in the chunk of the rows that count, of which the first `live` are valid */
  readonly rows: Int32Array = new Int32Array(chunkRows);
  live = 0;
  /** rows of the chunk, and the same rounded up to a multiple of 4 */
  size = 0;
  padded = 0;

  private readonly mask = new Uint8Array(chunkRows);
  /** numbers in the chunk of the rows that do not count */
  private readonly dead = new Int32Array(chunkRows);
  /** what lay in them, input by input */
  private readonly patched: Float32Array;
  private patches = 0;
  private offset = 0;
  private readonly kernels: KernelInstance;
  private readonly program: FusedProgram;
  private readonly heap: Float32Array;
  private readonly tables: Int32Array;
  private mechanism: MechanismProgram;
  private parameters = 0;
  private gradient = -1;
  private gates: FusedGates | undefined;
  private shared = false;
  /** columns whose gate is not 0 */
  private readonly column: Int32Array;
  private columns = 0;

  constructor(program: FusedProgram, kernels: KernelInstance) {
    this.program = program;
    this.kernels = kernels;
    this.heap = kernels.heap;
    this.tables = kernels.tables;
    this.mechanism = program.mechanisms[0] as MechanismProgram;
    this.column = new Int32Array(Math.max(0, ...program.mechanisms.map(({ layout }) => layout.inputs)));
    this.patched = new Float32Array(mostPatches * this.column.length);
    const rowsFrom = (table: number, at: number, count: number): void => {
      for (let i = 0; i < count; i++) this.tables[table + i] = at + i * chunkStride;
    };
    const most = (of: (mechanism: MechanismProgram) => number): number =>
      Math.max(0, ...program.mechanisms.map(of));
    for (const [l, at] of program.atLayer.entries()) {
      rowsFrom(
        program.tableLayer[l] as number,
        at,
        most(({ hidden }) => hidden[l] ?? 0),
      );
    }
    const width = most(({ hidden }) => Math.max(0, ...hidden));
    rowsFrom(program.tableHiddenGradient[0], program.atHiddenGradient[0], width);
    rowsFrom(program.tableHiddenGradient[1], program.atHiddenGradient[1], width);
    rowsFrom(
      program.tableOutputGradient,
      program.atOutputGradient,
      most(({ layout }) => layout.outputs),
    );
  }

  /**
   * Turns to a mechanism. `parameters` and `gradient` are where the plan's arrays begin; a gradient of −1 is not
   * wanted. It is not zeroed here.
   */
  open(j: number, parameters: number, gradient: number, gates: FusedGates | undefined): void {
    const mechanism = this.program.mechanisms[j] as MechanismProgram;
    this.mechanism = mechanism;
    this.parameters = parameters;
    this.gradient = gradient;
    this.gates = gates;
    this.shared = gates !== undefined && !gates.perRow;
    const { inputs } = mechanism.layout;
    this.columns = 0;
    const { heap, tables, program } = this;
    for (let a = 0; a < inputs; a++) {
      if (this.shared) {
        const gate = (gates as FusedGates).values[mechanism.columnEdge[a] as number] as number;
        heap[program.atGates + a] = gate;
        if (heap[program.atGates + a] === 0) continue;
      }
      tables[program.tableColumns + this.columns] = a;
      this.column[this.columns++] = a;
    }
    if (this.shared) {
      this.foldGates(0, 0);
      if (mechanism.skip) this.foldGates(1, mechanism.layout.layers.length - 1);
    }
  }

  /** Which rows of a chunk count: those where neither array (by variable) has a 1. Returns how many. */
  markLive(
    from: number,
    size: number,
    blockedA: Uint8Array | undefined,
    blockedB: Uint8Array | undefined,
  ): number {
    this.size = size;
    this.padded = (size + 3) & ~3;
    const { rows, mask } = this;
    if (blockedA === undefined && blockedB === undefined) {
      for (let k = 0; k < size; k++) rows[k] = k;
      this.live = size;
      return size;
    }
    let live = 0;
    let dead = 0;
    for (let k = 0; k < size; k++) {
      const blocked =
        (blockedA !== undefined && blockedA[from + k] === 1) ||
        (blockedB !== undefined && blockedB[from + k] === 1);
      mask[k] = blocked ? 0 : 1;
      if (blocked) this.dead[dead++] = k;
      else rows[live++] = k;
    }
    this.live = live;
    return live;
  }

  /**
   * Points at the inputs of the chunk that begins in row `offset` of the block (row `first` of the whole). Values are
   * read where they lie; in the few rows that do not count they are set aside for the time being, until `release`.
   */
  gather(offset: number, first: number, rows: number): void {
    const { heap, tables, program, mechanism, size, padded, live, mask, gates, patched } = this;
    const { columnParent, columnEdge, columnLevel } = mechanism;
    const whole = live === size;
    const perRow = gates?.perRow === true;
    const chunk = this.chunkAt(offset);
    let patches = 0;
    for (let a = 0; a < columnParent.length; a++) {
      const source = chunk + (columnParent[a] as number) * chunkStride;
      const level = columnLevel[a] as number;
      if (level < 0 && !perRow && size - live <= mostPatches) {
        tables[program.tableInputs + a] = source;
        for (let m = 0; m < size - live; m++) {
          const k = this.dead[m] as number;
          patched[patches++] = heap[source + k] as number;
          heap[source + k] = 0;
        }
        continue;
      }
      const target = program.atInputs + a * chunkStride;
      tables[program.tableInputs + a] = target;
      if (level < 0) {
        if (whole) for (let k = 0; k < size; k++) heap[target + k] = heap[source + k] as number;
        else
          for (let k = 0; k < size; k++) heap[target + k] = mask[k] === 1 ? (heap[source + k] as number) : 0;
      } else {
        for (let k = 0; k < size; k++)
          heap[target + k] = (whole || mask[k] === 1) && heap[source + k] === level ? 1 : 0;
      }
      if (perRow) {
        const gate = (columnEdge[a] as number) * rows + first;
        for (let k = 0; k < size; k++) {
          const g = (gates as FusedGates).values[gate + k] as number;
          heap[target + k] = g === 0 ? 0 : g * (heap[target + k] as number);
        }
      }
      for (let k = size; k < padded; k++) heap[target + k] = 0;
    }
    this.patches = patches;
    this.offset = offset;
    for (let i = 0; i < this.columns; i++)
      tables[program.tableLive + i] = tables[program.tableInputs + (this.column[i] as number)] as number;
    if (!mechanism.skip) return;
    const width = mechanism.hidden.at(-1) as number;
    const units = program.tableLayer[mechanism.hidden.length - 1] as number;
    for (let i = 0; i < width; i++) {
      tables[program.tableLast + i] = tables[units + i] as number;
      tables[program.tableLastLive + i] = tables[units + i] as number;
    }
    for (let a = 0; a < columnParent.length; a++)
      tables[program.tableLast + width + a] = tables[program.tableInputs + a] as number;
    for (let i = 0; i < this.columns; i++)
      tables[program.tableLastLive + width + i] = tables[program.tableLive + i] as number;
  }

  /** Puts back what `gather` set aside. Call it when the chunk is done, before another mechanism reads the values. */
  release(): void {
    if (this.patches === 0) return;
    const { heap, mechanism, size, live, patched } = this;
    const chunk = this.chunkAt(this.offset);
    let at = this.patches;
    this.patches = 0;
    for (let a = mechanism.columnParent.length - 1; a >= 0; a--) {
      if ((mechanism.columnLevel[a] as number) >= 0) continue;
      const source = chunk + (mechanism.columnParent[a] as number) * chunkStride;
      for (let m = size - live - 1; m >= 0; m--)
        heap[source + (this.dead[m] as number)] = patched[--at] as number;
    }
  }

  /** The network's outputs for the chunk, at `program.atOutputs`. */
  forward(): void {
    const { kernels, program, mechanism, parameters, padded } = this;
    const { layers } = mechanism.layout;
    const last = layers.length - 1;
    for (let l = 0; l <= last; l++) {
      const { inputs, outputs, weights, bias } = layers[l] as LayerLayout;
      const reads = l === 0 || (l === last && mechanism.skip);
      const gated = this.shared && reads;
      const hidden = l === 0 ? 0 : (mechanism.hidden[l - 1] as number);
      const count = reads ? hidden + this.columns : inputs;
      const table =
        l === 0
          ? program.tableLive
          : l === last && mechanism.skip
            ? program.tableLastLive
            : (program.tableLayer[l - 1] as number);
      kernels.layer(
        l === last ? program.atOutputs : (program.atLayer[l] as number),
        gated ? program.atGated[l === 0 ? 0 : 1] : parameters + weights,
        gated ? count : inputs,
        1,
        parameters + bias,
        table,
        outputs,
        count,
        padded,
        l === last ? 0 : mechanism.activation,
      );
    }
  }

  /** Zeroes `program.atOutputGradient`, before a head writes the derivatives of the live rows there. */
  clearOutputGradient(): void {
    const { heap, program, mechanism, live, size, padded } = this;
    if (live === size && size === padded) return;
    for (let o = 0; o < mechanism.layout.outputs; o++) {
      const at = program.atOutputGradient + o * chunkStride;
      heap.fill(0, at, at + padded);
    }
  }

  /**
   * The reverse sweep from `program.atOutputGradient`: adds to the parameters' gradient; with `inputs: 'wanted'`,
   * leaves the derivative of the live columns' gated inputs (for shared gates: of the inputs themselves) at
   * `program.atInputGradient`.
   */
  backward(inputs: 'wanted' | 'unwanted'): void {
    const { kernels, program, mechanism, parameters, gradient, padded } = this;
    const { layers } = mechanism.layout;
    const last = layers.length - 1;
    let dy = program.atOutputGradient;
    let dyTable = program.tableOutputGradient;
    for (let l = last; l >= 0; l--) {
      const layer = layers[l] as LayerLayout;
      const skips = l === last && mechanism.skip;
      const gated = this.shared && (l === 0 || skips);
      if (gradient >= 0) {
        kernels.layerGradient(
          gated ? program.atGatedGradient[l === 0 ? 0 : 1] : gradient + layer.weights,
          layer.inputs,
          gradient + layer.bias,
          dy,
          l === 0 ? program.tableInputs : skips ? program.tableLast : (program.tableLayer[l - 1] as number),
          layer.outputs,
          layer.inputs,
          padded,
        );
      }
      const hidden = l === 0 ? 0 : (mechanism.hidden[l - 1] as number);
      const weights = gated ? program.atGated[l === 0 ? 0 : 1] : parameters + layer.weights;
      const width = gated ? hidden + this.columns : layer.inputs;
      if (inputs === 'wanted' && (l === 0 || skips)) {
        const target = l === 0 ? program.atInputGradient : program.atSkipGradient;
        kernels.layer(
          target,
          weights + hidden,
          1,
          width,
          -1,
          dyTable,
          this.columns,
          layer.outputs,
          padded,
          0,
        );
      }
      if (l === 0) break;
      const side = l & 1;
      const below = program.atHiddenGradient[side as 0 | 1];
      kernels.layer(below, weights, 1, width, -1, dyTable, hidden, layer.outputs, padded, 0);
      kernels.activationBackward(
        mechanism.activation,
        program.atLayer[l - 1] as number,
        below,
        hidden,
        padded,
      );
      dy = below;
      dyTable = program.tableHiddenGradient[side as 0 | 1];
    }
    if (inputs === 'wanted' && mechanism.skip) this.addSkipGradient();
  }

  /**
   * Hands `program.atInputGradient` on: with `values: 'wanted'` to the derivatives of the parents' values in the block at
   * `program.atLambda`, and for gates per row to `dGates`, `[edges * rows]`.
   */
  scatter(
    offset: number,
    first: number,
    rows: number,
    values: 'wanted' | 'unwanted',
    dGates: Floats | undefined,
  ): void {
    if (this.gates?.perRow === true) {
      this.scatterPerRow(this.gates, offset, first, rows, values, dGates);
      return;
    }
    if (values === 'unwanted') return;
    const { program, mechanism, tables } = this;
    const lambda = program.atLambda + this.chunkAt(offset) - program.atValues;
    let count = 0;
    for (let i = 0; i < this.columns; i++) {
      const a = this.column[i] as number;
      if ((mechanism.columnLevel[a] as number) >= 0) continue; // a category passes no derivative on
      tables[program.tableTargets + count] = lambda + (mechanism.columnParent[a] as number) * chunkStride;
      tables[program.tableSources + count] = program.atInputGradient + i * chunkStride;
      count++;
    }
    this.kernels.accumulateRows(program.tableTargets, program.tableSources, count, this.padded);
  }

  private scatterPerRow(
    gates: FusedGates,
    offset: number,
    first: number,
    rows: number,
    values: 'wanted' | 'unwanted',
    dGates: Floats | undefined,
  ): void {
    const { heap, program, mechanism, live, rows: liveRows } = this;
    const chunk = this.chunkAt(offset);
    const lambda = program.atLambda + chunk - program.atValues;
    for (let a = 0; a < mechanism.columnParent.length; a++) {
      const parent = (mechanism.columnParent[a] as number) * chunkStride;
      const level = mechanism.columnLevel[a] as number;
      const d = program.atInputGradient + a * chunkStride;
      const gate = (mechanism.columnEdge[a] as number) * rows + first;
      for (let m = 0; m < live; m++) {
        const k = liveRows[m] as number;
        const dk = heap[d + k] as number;
        const x = heap[chunk + parent + k] as number;
        if (values === 'wanted' && level < 0) {
          const g = gates.values[gate + k] as number;
          const to = lambda + parent + k;
          if (g !== 0) heap[to] = (heap[to] as number) + g * dk;
        }
        if (dGates === undefined) continue;
        if (level < 0) dGates[gate + k] = (dGates[gate + k] as number) + x * dk;
        else if (x === level) dGates[gate + k] = (dGates[gate + k] as number) + dk;
      }
    }
  }

  /** Leaves a mechanism: splits the gradient of shared gates' folded weights into that of weights and gates. */
  close(dGates: Floats | undefined): void {
    if (!this.shared || this.gradient < 0) return;
    const { heap, program, mechanism } = this;
    const columns = mechanism.columnEdge.length;
    heap.fill(0, program.atGateGradient, program.atGateGradient + columns);
    this.unfoldGates(0, 0);
    if (mechanism.skip) this.unfoldGates(1, mechanism.layout.layers.length - 1);
    if (dGates === undefined) return;
    for (let a = 0; a < columns; a++) {
      const e = mechanism.columnEdge[a] as number;
      dGates[e] = (dGates[e] as number) + (heap[program.atGateGradient + a] as number);
    }
  }

  /** Where the values of the chunk lie that begins in row `offset` of the block. */
  chunkAt(offset: number): number {
    return this.program.atValues + (offset / chunkRows) * this.program.chunkDistance;
  }

  /** W∘g for the live columns, beside each other, and a zeroed gradient for all. */
  private foldGates(which: 0 | 1, l: number): void {
    const { heap, program, mechanism } = this;
    const { inputs, outputs, weights } = mechanism.layout.layers[l] as LayerLayout;
    const hidden = which === 0 ? 0 : (mechanism.hidden.at(-1) as number);
    this.kernels.foldGates(
      program.atGated[which],
      this.parameters + weights,
      outputs,
      inputs,
      hidden,
      program.tableColumns,
      this.columns,
      program.atGates,
    );
    const from = program.atGatedGradient[which];
    if (this.gradient >= 0) heap.fill(0, from, from + inputs * outputs);
  }

  private unfoldGates(which: 0 | 1, l: number): void {
    const { program, mechanism } = this;
    const { inputs, outputs, weights } = mechanism.layout.layers[l] as LayerLayout;
    this.kernels.unfoldGates(
      program.atGatedGradient[which],
      this.parameters + weights,
      this.gradient + weights,
      outputs,
      inputs,
      which === 0 ? 0 : (mechanism.hidden.at(-1) as number),
      program.atGates,
      program.atGateGradient,
    );
  }

  private addSkipGradient(): void {
    const { heap, program, columns, padded } = this;
    for (let i = 0; i < columns; i++) {
      const to = program.atInputGradient + i * chunkStride;
      const from = program.atSkipGradient + i * chunkStride;
      for (let k = 0; k < padded; k++) heap[to + k] = (heap[to + k] as number) + (heap[from + k] as number);
    }
  }
}
