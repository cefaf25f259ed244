import type { ForwardInput, PlanGradient } from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import type { Plan } from '../../plan.ts';
import { chooseLevel } from '../categorical-pass.ts';
import { type HeadPass, headPass } from '../head-pass.ts';
import { chunkRows, chunkStride, type KernelInstance } from './kernels.ts';
import type { FusedGates, MechanismRunner } from './mechanism-runner.ts';
import { blockRows, type FusedProgram, type MechanismProgram } from './program.ts';
import { stage } from './teacher-chunks.ts';

/** Ancestral passes, block by block, parents first. Backwards each chunk is computed again rather than kept. */
export class AncestralChunks {
  private readonly plan: Plan;
  private readonly program: FusedProgram;
  private readonly runner: MechanismRunner;
  private readonly heap: Float32Array;
  private readonly order: readonly number[];
  private readonly outputs: Float32Array;
  private readonly outputGradient: Float32Array;
  private readonly passes: readonly (HeadPass | undefined)[];

  constructor(plan: Plan, program: FusedProgram, runner: MechanismRunner, kernels: KernelInstance) {
    this.plan = plan;
    this.program = program;
    this.runner = runner;
    this.heap = kernels.heap;
    this.order = plan.levels.flatMap((level) => [...level]);
    this.outputs = kernels.heap.subarray(program.atOutputs);
    this.outputGradient = kernels.heap.subarray(program.atOutputGradient);
    this.passes = plan.mechanisms.map(({ head }) =>
      head.kind === 'categorical' ? undefined : headPass(head),
    );
  }

  forward(input: ForwardInput, parameters: number, gates: FusedGates | undefined, values: Floats): void {
    for (let first = 0; first < input.rows; first += blockRows) {
      const size = Math.min(blockRows, input.rows - first);
      for (const j of this.order) this.forwardMechanism(j, input, parameters, gates, values, first, size);
    }
  }

  private forwardMechanism(
    j: number,
    input: ForwardInput,
    parameters: number,
    gates: FusedGates | undefined,
    values: Floats,
    first: number,
    size: number,
  ): void {
    const { runner, heap, outputs } = this;
    const { rows, noise, action } = input;
    const { head, layout } = this.program.mechanisms[j] as MechanismProgram;
    const pass = this.passes[j];
    const logScale = layout.logScale < 0 ? 0 : (heap[parameters + layout.logScale] as number);
    const sigma = Math.exp(logScale);
    runner.open(j, parameters, -1, gates);
    for (let offset = 0; offset < size; offset += chunkRows) {
      const row = first + offset;
      const at = j * rows + row;
      const n = Math.min(chunkRows, size - offset);
      const live = runner.markLive(at, n, action?.cut, undefined);
      if (live < n && action !== undefined) {
        for (let k = 0; k < n; k++) {
          if (action.cut[at + k] !== 1) continue;
          values[at + k] = action.value[at + k] as number;
        }
      }
      if (live > 0) {
        runner.gather(offset, row, rows);
        runner.forward();
        const u = layout.noise * rows + row;
        for (let m = 0; m < live; m++) {
          const k = runner.rows[m] as number;
          if (pass === undefined) {
            const levels = head.kind === 'categorical' ? head.levels : 0;
            values[at + k] = chooseFrom(outputs, k, levels, noise, rows, u + k);
            continue;
          }
          let uk = noise[u + k] as number;
          if (action?.noiseFactor !== undefined) uk *= action.noiseFactor[at + k] as number;
          let x =
            head.kind === 'additive'
              ? (outputs[k] as number) + sigma * uk
              : pass.value(outputs, chunkStride, k, logScale, uk);
          if (action?.scale !== undefined) x *= action.scale[at + k] as number;
          if (action?.shift !== undefined) x += action.shift[at + k] as number;
          values[at + k] = x;
        }
      }
      if (live > 0) runner.release();
      const place =
        this.program.atValues + (offset / chunkRows) * this.program.chunkDistance + j * chunkStride;
      for (let k = 0; k < n; k++) heap[place + k] = values[at + k] as number;
      for (let k = n; k < runner.padded; k++) heap[place + k] = 0;
    }
  }

  /** `result.parameters` is at `gradient` in memory, zeroed like every other part. */
  backward(
    input: ForwardInput,
    parameters: number,
    gates: FusedGates | undefined,
    values: Floats,
    upstream: Floats,
    gradient: number,
    result: Omit<PlanGradient, 'parameters'>,
  ): void {
    const { rows } = input;
    const d = this.plan.variables;
    for (let first = 0; first < rows; first += blockRows) {
      const size = Math.min(blockRows, rows - first);
      stage(this.heap, this.program, this.program.atValues, values, d, rows, first, size);
      stage(this.heap, this.program, this.program.atLambda, upstream, d, rows, first, size);
      for (let m = d - 1; m >= 0; m--)
        this.backwardMechanism(
          this.order[m] as number,
          input,
          parameters,
          gates,
          gradient,
          result,
          first,
          size,
        );
    }
  }

  private backwardMechanism(
    j: number,
    input: ForwardInput,
    parameters: number,
    gates: FusedGates | undefined,
    gradient: number,
    result: Omit<PlanGradient, 'parameters'>,
    first: number,
    size: number,
  ): void {
    const { runner, heap, outputs, outputGradient } = this;
    const { rows, noise, action } = input;
    const { head, layout } = this.program.mechanisms[j] as MechanismProgram;
    const pass = this.passes[j];
    if (pass === undefined) return;
    const logScale = layout.logScale < 0 ? 0 : (heap[parameters + layout.logScale] as number);
    const sigma = Math.exp(logScale);
    let dLogScale = 0;
    runner.open(j, parameters, gradient, gates);
    for (let offset = 0; offset < size; offset += chunkRows) {
      const row = first + offset;
      const at = j * rows + row;
      const n = Math.min(chunkRows, size - offset);
      const live = runner.markLive(at, n, action?.cut, undefined);
      const mine =
        this.program.atLambda + (offset / chunkRows) * this.program.chunkDistance + j * chunkStride;
      if (live < n && action !== undefined) {
        for (let k = 0; k < n; k++)
          if (action.cut[at + k] === 1) result.value[at + k] = heap[mine + k] as number;
      }
      if (live === 0) continue;
      runner.gather(offset, row, rows);
      runner.forward();
      runner.clearOutputGradient();
      for (let m = 0; m < live; m++) {
        const k = runner.rows[m] as number;
        const factor = action?.noiseFactor === undefined ? 1 : (action.noiseFactor[at + k] as number);
        const scale = action?.scale === undefined ? 1 : (action.scale[at + k] as number);
        const noiseAt = layout.noise * rows + row + k;
        const u = noise[noiseAt] as number;
        const dx = heap[mine + k] as number;
        if (result.shift !== undefined) result.shift[at + k] = dx;
        if (result.scale !== undefined)
          result.scale[at + k] = dx * pass.value(outputs, chunkStride, k, logScale, u * factor);
        let du: number;
        if (head.kind === 'additive') {
          outputGradient[k] = dx * scale;
          du = dx * scale * sigma;
          dLogScale += du * u * factor;
        } else {
          const [d, ds] = pass.valueBackward(
            outputs,
            chunkStride,
            k,
            logScale,
            u * factor,
            dx * scale,
            outputGradient,
          );
          du = d;
          dLogScale += ds;
        }
        result.noise[noiseAt] = du * factor;
        if (result.noiseFactor !== undefined) result.noiseFactor[at + k] = du * u;
      }
      runner.backward('wanted');
      runner.scatter(offset, row, rows, 'wanted', result.gates);
      runner.release();
    }
    runner.close(result.gates);
    if (layout.logScale >= 0) {
      const target = gradient + layout.logScale;
      heap[target] = (heap[target] as number) + dLogScale;
    }
  }
}

function chooseFrom(o: Floats, k: number, levels: number, noise: Floats, rows: number, at: number): number {
  return chooseLevel(o, chunkStride, k, levels, noise, rows, at);
}
