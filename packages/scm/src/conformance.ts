import { messageOf, rngFrom, type Seed } from '@cfe/base';
import type { AnyCausalModel } from './causal-model.ts';
import { chanceLaws } from './internal/conformance/chance-laws.ts';
import { coreLaws } from './internal/conformance/core-laws.ts';
import { gradientLaws } from './internal/conformance/gradient-laws.ts';
import { kindLaws } from './internal/conformance/kind-laws.ts';
import type { Law, Subject } from './internal/conformance/subject.ts';

const laws: Readonly<Record<string, Law>> = { ...coreLaws, ...kindLaws, ...chanceLaws, ...gradientLaws };

/** One law that every causal model obeys, right or wrong about the world. */
export interface LawResult {
  readonly law: string;
  readonly passed: boolean;
  /** the largest deviation seen, in units of the variable's spread; 0 where a law asks for equality to the bit */
  readonly deviation: number;
  readonly message: string;
}

/**
 * Runs a model through the laws of structural causal models: consistency, effectiveness, edges cut per row,
 * non-descendants untouched, descendants recomputed, rows independent, order of rows and variables irrelevant, composition,
 * reversibility of a counterfactual, every kind of intervention, abduction (the rows return, the noise has its law),
 * densities that add up, closed forms against samples, gradients against finite differences.
 *
 * They hold for every model, also one that is wrong about the world: passing them is no evidence of truth.
 *
 * @param options.rows - rows per law, default 24
 * @param options.tolerance - default 1e-9 for float64 models; a float32 model passes 1e-4
 * @returns one result per law that applies to the model's capabilities
 * @see Pearl (2009), Causality, section 7.3 (composition, effectiveness, reversibility)
 * @example
 * import { linearGaussian } from '@cfe/scm';
 * import { checkModel } from '@cfe/scm/conformance';
 * const results = await checkModel(linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] }));
 * results.every((result) => result.passed); // → true
 */
export async function checkModel(
  model: AnyCausalModel,
  {
    rows = 24,
    tolerance = 1e-9,
    seed,
  }: { readonly rows?: number; readonly tolerance?: number; readonly seed?: Seed } = {},
): Promise<LawResult[]> {
  const rng = rngFrom(seed);
  const subject: Subject = {
    model,
    rows,
    tolerance,
    rng,
    noise: await model.noise(rows, { seed: rng.fork('noise') }),
  };
  const results: LawResult[] = [];
  for (const [law, check] of Object.entries(laws)) {
    if (!check.applies(model)) continue;
    try {
      const deviation = await check.deviation({ ...subject, rng: rng.fork(law) });
      const bound = check.exact === true ? 0 : (check.bound ?? tolerance * (check.slack ?? 1));
      const passed = deviation <= bound;
      results.push({
        law,
        passed,
        deviation,
        message: passed
          ? 'holds'
          : `${check.failure} (deviation ${deviation.toExponential(2)}, allowed ${bound})`,
      });
    } catch (error) {
      results.push({
        law,
        passed: false,
        deviation: Number.POSITIVE_INFINITY,
        message: `threw: ${messageOf(error)}`,
      });
    }
  }
  return results;
}
