import type { StepInput } from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import { optimizerStep } from '../../optimizer.ts';
import type { KernelInstance } from './kernels.ts';
import type { FusedProgram } from './program.ts';

/** The optimiser's part of a step, on the gradient that `likelihood` left in memory. */
export class OptimizerChunk {
  private readonly program: FusedProgram;
  private readonly kernels: KernelInstance;
  private readonly gradient: Float32Array;

  constructor(program: FusedProgram, kernels: KernelInstance) {
    this.program = program;
    this.kernels = kernels;
    const at = program.atGradient.step;
    this.gradient = kernels.heap.subarray(at, at + program.parameters);
  }

  /** Updates the parameters at `parameters` and the optimiser; returns the norm before clipping. */
  step(input: StepInput, parameters: number, placeOf: (array: Floats) => number): number {
    const { program, kernels } = this;
    const { heap } = kernels;
    const count = program.parameters;
    const {
      optimizer,
      addGradient,
      clipNorm = Infinity,
      learningRate = optimizer.settings.learningRate,
    } = input;
    let extra = -1;
    if (addGradient !== undefined) {
      extra = placeOf(addGradient);
      if (extra < 0) {
        extra = program.atExtra;
        for (let i = 0; i < count; i++) heap[extra + i] = addGradient[i] as number;
      }
    }
    const norm = Math.sqrt(kernels.addAndSquare(program.atGradient.step, extra, count));
    if (!Number.isFinite(norm)) return norm;
    const scale = norm > clipNorm ? clipNorm / norm : 1;
    const { settings } = optimizer;
    if (settings.kind === 'sgd') {
      const x = heap.subarray(parameters, parameters + count);
      optimizerStep(optimizer, x, this.gradient, { learningRate, scale });
      return norm;
    }
    const first = this.staged(optimizer.first, program.atFirst, placeOf);
    const second = this.staged(optimizer.second, program.atSecond, placeOf);
    optimizer.steps += 1;
    kernels.adam(
      parameters,
      program.atGradient.step,
      first,
      second,
      count,
      scale,
      settings.kind === 'adam' ? settings.weightDecay : 0,
      settings.kind === 'adamw' ? 1 - learningRate * settings.weightDecay : 1,
      settings.beta1,
      settings.beta2,
      learningRate / (1 - settings.beta1 ** optimizer.steps),
      Math.sqrt(1 - settings.beta2 ** optimizer.steps),
      settings.epsilon,
    );
    if (first === program.atFirst) copyBack(heap, first, optimizer.first);
    if (second === program.atSecond) copyBack(heap, second, optimizer.second);
    return norm;
  }

  private staged(array: Floats, at: number, placeOf: (array: Floats) => number): number {
    const place = placeOf(array);
    if (place >= 0) return place;
    for (let i = 0; i < array.length; i++) this.kernels.heap[at + i] = array[i] as number;
    return at;
  }
}

function copyBack(heap: Float32Array, at: number, array: Floats): void {
  for (let i = 0; i < array.length; i++) array[i] = heap[at + i] as number;
}
