import type { AbductInput } from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import type { Plan } from '../../plan.ts';
import { posteriorGumbel } from '../categorical-pass.ts';
import { type HeadPass, headPass } from '../head-pass.ts';
import { chunkRows, chunkStride, type KernelInstance } from './kernels.ts';
import type { FusedGates, MechanismRunner } from './mechanism-runner.ts';
import { blockRows, type FusedProgram, type MechanismProgram } from './program.ts';
import { stage } from './teacher-chunks.ts';

/** What the reverse sweep through an abduction fills, all zeroed. */
export interface AbductionSink {
  readonly gradient: number;
  readonly values: Float32Array;
  readonly gates: Floats | undefined;
}

/** The noise behind complete rows, and the reverse sweep, block by block. */
export class AbductionChunks {
  private readonly plan: Plan;
  private readonly program: FusedProgram;
  private readonly runner: MechanismRunner;
  private readonly heap: Float32Array;
  private readonly outputs: Float32Array;
  private readonly outputGradient: Float32Array;
  private readonly passes: readonly (HeadPass | undefined)[];

  constructor(plan: Plan, program: FusedProgram, runner: MechanismRunner, kernels: KernelInstance) {
    this.plan = plan;
    this.program = program;
    this.runner = runner;
    this.heap = kernels.heap;
    this.outputs = kernels.heap.subarray(program.atOutputs);
    this.outputGradient = kernels.heap.subarray(program.atOutputGradient);
    this.passes = plan.mechanisms.map(({ head }) =>
      head.kind === 'categorical' ? undefined : headPass(head),
    );
  }

  abduct(input: AbductInput, parameters: number, gates: FusedGates | undefined, result: Floats): void {
    const { rows, values, uniforms } = input;
    this.eachChunk(input, parameters, -1, gates, undefined, (j, _offset, row, n) => {
      const { head, layout } = this.program.mechanisms[j] as MechanismProgram;
      const pass = this.passes[j];
      const at = j * rows + row;
      const noiseAt = layout.noise * rows + row;
      if (pass === undefined) {
        const levels = head.kind === 'categorical' ? head.levels : 0;
        for (let k = 0; k < n; k++) {
          const level = values[at + k] as number;
          posteriorGumbel(
            this.outputs,
            chunkStride,
            k,
            levels,
            level,
            uniforms as Floats,
            rows,
            noiseAt + k,
            result,
          );
        }
        return 0;
      }
      const logScale = layout.logScale < 0 ? 0 : (this.heap[parameters + layout.logScale] as number);
      for (let k = 0; k < n; k++)
        result[noiseAt + k] = pass.noise(this.outputs, chunkStride, k, logScale, values[at + k] as number);
      return 0;
    });
  }

  backward(
    input: AbductInput,
    parameters: number,
    gates: FusedGates | undefined,
    upstream: Floats,
    sink: AbductionSink,
  ): void {
    const { rows, values } = input;
    const { runner } = this;
    this.eachChunk(input, parameters, sink.gradient, gates, sink, (j, offset, row, n) => {
      const { layout } = this.program.mechanisms[j] as MechanismProgram;
      const pass = this.passes[j];
      if (pass === undefined) return 0;
      const at = j * rows + row;
      const lambda = this.program.atLambda + runner.chunkAt(offset) - this.program.atValues + j * chunkStride;
      const logScale = layout.logScale < 0 ? 0 : (this.heap[parameters + layout.logScale] as number);
      let dLogScale = 0;
      runner.clearOutputGradient();
      for (let k = 0; k < n; k++) {
        const du = upstream[layout.noise * rows + row + k] as number;
        const [dx, ds] = pass.noiseBackward(
          this.outputs,
          chunkStride,
          k,
          logScale,
          values[at + k] as number,
          du,
          this.outputGradient,
        );
        this.heap[lambda + k] = (this.heap[lambda + k] as number) + dx;
        dLogScale += ds;
      }
      runner.backward('wanted');
      runner.scatter(offset, row, rows, 'wanted', sink.gates);
      return dLogScale;
    });
  }

  private eachChunk(
    { rows, values }: AbductInput,
    parameters: number,
    gradient: number,
    gates: FusedGates | undefined,
    sink: AbductionSink | undefined,
    visit: (j: number, offset: number, row: number, n: number) => number,
  ): void {
    const { runner } = this;
    for (let first = 0; first < rows; first += blockRows) {
      const size = Math.min(blockRows, rows - first);
      stage(this.heap, this.program, this.program.atValues, values, this.plan.variables, rows, first, size);
      const { atLambda, chunkDistance } = this.program;
      const chunks = Math.ceil(size / chunkRows);
      if (sink !== undefined) this.heap.fill(0, atLambda, atLambda + chunks * chunkDistance);
      for (let j = 0; j < this.plan.variables; j++) {
        const { layout, head } = this.program.mechanisms[j] as MechanismProgram;
        if (gradient >= 0 && head.kind === 'categorical') continue; // its noise passes no derivative on
        runner.open(j, parameters, gradient, gates);
        let dLogScale = 0;
        for (let offset = 0; offset < size; offset += chunkRows) {
          const n = Math.min(chunkRows, size - offset);
          runner.markLive(0, n, undefined, undefined);
          runner.gather(offset, first + offset, rows);
          runner.forward();
          dLogScale += visit(j, offset, first + offset, n);
        }
        runner.close(sink?.gates);
        if (gradient >= 0 && layout.logScale >= 0)
          this.heap[gradient + layout.logScale] =
            (this.heap[gradient + layout.logScale] as number) + dLogScale;
      }
      if (sink !== undefined) this.unstage(sink.values, rows, first, size);
    }
  }
  /** The block at `program.atLambda`, to rows `first` … of an array by variable. */
  private unstage(values: Float32Array, rows: number, first: number, size: number): void {
    const { atLambda, chunkDistance } = this.program;
    for (let j = 0; j < this.plan.variables; j++) {
      for (let r = 0; r < size; r++) {
        const chunk = (r / chunkRows) | 0;
        const from = atLambda + chunk * chunkDistance + j * chunkStride + (r - chunk * chunkRows);
        values[j * rows + first + r] = this.heap[from] as number;
      }
    }
  }
}
