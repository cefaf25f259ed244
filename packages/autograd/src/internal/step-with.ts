import type { LikelihoodResult, StepInput, StepResult, TeacherInput } from '../executor.ts';
import { optimizerStep } from '../optimizer.ts';

/** An optimiser step from a loss and gradient that some executor computed. */
export function stepWith(
  likelihood: (input: TeacherInput) => LikelihoodResult,
  input: StepInput,
): StepResult {
  const { loss, byVariable, gradient } = likelihood(input);
  const g = gradient.parameters;
  const extra = input.addGradient;
  let square = 0;
  for (let i = 0; i < g.length; i++) {
    if (extra !== undefined) g[i] = (g[i] as number) + (extra[i] as number);
    square += (g[i] as number) ** 2;
  }
  const gradientNorm = Math.sqrt(square);
  if (Number.isFinite(gradientNorm)) {
    const { clipNorm = Infinity, learningRate = input.optimizer.settings.learningRate } = input;
    const scale = gradientNorm > clipNorm ? clipNorm / gradientNorm : 1;
    optimizerStep(input.optimizer, input.parameters, g, { learningRate, scale });
  }
  return { loss, byVariable, gradientNorm, gates: gradient.gates };
}
