import type { ForwardInput, PlanGradient } from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import type { Plan } from '../../plan.ts';
import type { PlanAction } from '../../plan-action.ts';
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
    const noiseFactor = action?.noiseFactor;
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
      if (action !== undefined && live === 0) values.set(action.value.subarray(at, at + n), at);
      else {
        if (action !== undefined && live < n) setWhereCut(values, action, at, n);
        runner.gather(offset, row, rows);
        runner.forward();
        const u = layout.noise * rows + row;
        if (pass === undefined) {
          const levels = head.kind === 'categorical' ? head.levels : 0;
          for (let m = 0; m < live; m++) {
            const k = runner.rows[m] as number;
            values[at + k] = chooseLevel(outputs, chunkStride, k, levels, noise, rows, u + k);
          }
        } else if (head.kind === 'additive') {
          for (let m = 0; m < live; m++) {
            const k = runner.rows[m] as number;
            const uk =
              (noise[u + k] as number) * (noiseFactor === undefined ? 1 : (noiseFactor[at + k] as number));
            values[at + k] = (outputs[k] as number) + sigma * uk;
          }
        } else {
          for (let m = 0; m < live; m++) {
            const k = runner.rows[m] as number;
            const uk =
              (noise[u + k] as number) * (noiseFactor === undefined ? 1 : (noiseFactor[at + k] as number));
            values[at + k] = pass.value(outputs, chunkStride, k, logScale, uk);
          }
        }
        if (action?.scale !== undefined || action?.shift !== undefined) {
          const { scale, shift } = action;
          for (let m = 0; m < live; m++) {
            const k = at + (runner.rows[m] as number);
            values[k] = (values[k] as number) * (scale?.[k] ?? 1) + (shift?.[k] ?? 0);
          }
        }
        runner.release();
      }
      const place =
        this.program.atValues + (offset / chunkRows) * this.program.chunkDistance + j * chunkStride;
      heap.set(values.subarray(at, at + n), place);
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
      if (live === 0) {
        result.value.set(heap.subarray(mine, mine + n), at);
        continue;
      }
      if (live < n && action !== undefined) {
        for (let k = 0; k < n; k++)
          if (action.cut[at + k] === 1) result.value[at + k] = heap[mine + k] as number;
      }
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

/** In the rows of a chunk that are cut the value is the one that was set. */
function setWhereCut(values: Floats, { cut, value }: PlanAction, from: number, size: number): void {
  for (let at = from; at < from + size; at++) if (cut[at] === 1) values[at] = value[at] as number;
}
