import { InputError, quoteName } from '@cfe/base';
import type { TeacherInput } from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import type { Plan } from '../../plan.ts';
import { type HeadChunk, headChunk, type NllTask, SingularRow } from './head-chunk.ts';
import { chunkRows, chunkStride, type KernelInstance } from './kernels.ts';
import type { FusedGates, MechanismRunner } from './mechanism-runner.ts';
import { blockRows, type FusedProgram, type MechanismProgram } from './program.ts';

/** Where one teacher-forced pass leaves what it finds. */
export interface TeacherSink {
  /** position of the gradient in memory, zeroed; −1: not wanted */
  readonly gradient: number;
  readonly gates: Floats | undefined;
  /** `[d]`, added to */
  readonly byVariable: Float64Array | undefined;
  /** `[d * rows]` */
  readonly density: Floats | undefined;
}

/** Teacher-forced passes: block by block, mechanism by mechanism, chunk by chunk, each chunk forwards and backwards at once. */
export class TeacherChunks {
  private readonly plan: Plan;
  private readonly program: FusedProgram;
  private readonly runner: MechanismRunner;
  private readonly kernels: KernelInstance;
  private readonly heads: readonly HeadChunk[];
  private readonly outputs: Float32Array;
  private readonly outputGradient: Float32Array;
  private readonly result = new Float64Array(2);

  constructor(plan: Plan, program: FusedProgram, runner: MechanismRunner, kernels: KernelInstance) {
    this.plan = plan;
    this.program = program;
    this.runner = runner;
    this.kernels = kernels;
    this.heads = program.mechanisms.map(headChunk);
    this.outputs = kernels.heap.subarray(program.atOutputs);
    this.outputGradient = kernels.heap.subarray(program.atOutputGradient);
  }

  /** Mechanisms `from` … `to` − 1 over all rows. */
  run(
    input: TeacherInput,
    parameters: number,
    gates: FusedGates | undefined,
    sink: TeacherSink,
    from: number,
    to: number,
  ): void {
    const { rows, values } = input;
    for (let first = 0; first < rows; first += blockRows) {
      const size = Math.min(blockRows, rows - first);
      stage(
        this.kernels.heap,
        this.program,
        this.program.atValues,
        values,
        this.plan.variables,
        rows,
        first,
        size,
      );
      for (let j = from; j < to; j++) this.mechanism(j, input, parameters, gates, sink, first, size);
    }
  }

  private mechanism(
    j: number,
    input: TeacherInput,
    parameters: number,
    gates: FusedGates | undefined,
    sink: TeacherSink,
    first: number,
    size: number,
  ): void {
    const { runner, kernels, result } = this;
    const { rows, values, omit, action, rowWeights } = input;
    const start = j * rows + first;
    if (omit !== undefined && !omit.subarray(start, start + size).includes(0)) return; // nobody asks for it
    const { layout } = this.program.mechanisms[j] as MechanismProgram;
    const head = this.heads[j] as HeadChunk;
    const logScale = layout.logScale < 0 ? 0 : (kernels.heap[parameters + layout.logScale] as number);
    runner.open(j, parameters, sink.gradient, gates);
    let loss = 0;
    let dLogScale = 0;
    for (let offset = 0; offset < size; offset += chunkRows) {
      const row = first + offset;
      const at = j * rows + row;
      const live = runner.markLive(at, Math.min(chunkRows, size - offset), omit, action?.cut);
      if (live === 0) continue;
      runner.gather(offset, row, rows);
      runner.forward();
      const task: NllTask = {
        rows: runner.rows,
        live,
        at,
        values,
        logScale,
        action,
        weights: rowWeights,
        weightsAt: row,
        eachWeight: 1 / rows,
      };
      try {
        if (sink.density !== undefined) head.logDensity(task, this.outputs, sink.density);
        else {
          runner.clearOutputGradient();
          head.nll(task, this.outputs, this.outputGradient, result);
        }
      } catch (error) {
        throw error instanceof SingularRow ? singular(this.plan, j, row + error.k) : error;
      }
      if (sink.density !== undefined) {
        runner.release();
        continue;
      }
      loss += result[0] as number;
      dLogScale += result[1] as number;
      if (gates?.perRow === true) {
        runner.backward('wanted');
        runner.scatter(offset, row, rows, 'unwanted', sink.gates);
      } else runner.backward('unwanted');
      runner.release();
    }
    runner.close(sink.gates);
    if (sink.byVariable !== undefined) sink.byVariable[j] = (sink.byVariable[j] as number) + loss;
    if (sink.gradient >= 0 && layout.logScale >= 0) {
      const target = sink.gradient + layout.logScale;
      kernels.heap[target] = (kernels.heap[target] as number) + dLogScale;
    }
  }
}

/** Copies rows `first` … of an array by variable into the block at `target`; a last vector is filled up with zeros. */
export function stage(
  heap: Float32Array,
  { chunkDistance }: FusedProgram,
  target: number,
  values: Floats,
  variables: number,
  rows: number,
  first: number,
  size: number,
): void {
  for (let offset = 0; offset < size; offset += chunkRows) {
    const n = Math.min(chunkRows, size - offset);
    let to = target + (offset / chunkRows) * chunkDistance;
    for (let j = 0; j < variables; j++) {
      const from = j * rows + first + offset;
      heap.set(values.subarray(from, from + n), to);
      for (let k = n; k < ((n + 3) & ~3); k++) heap[to + k] = 0;
      to += chunkStride;
    }
  }
}

function singular(plan: Plan, j: number, row: number): InputError {
  return new InputError(
    'autograd/no-density',
    `likelihood: row ${row} of ${quoteName(plan.names[j] as string)} has scale or noise 0, so it has no density. Omit that term.`,
    { variable: plan.names[j], row },
  );
}
