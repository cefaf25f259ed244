import { InputError, quoteName } from '@cfe/base';
import { lacks, lossValue } from './internal/loss-value.ts';
import { predict } from './internal/prediction.ts';
import { indicesOf } from './internal/targets.ts';
import type { Loss, LossInput, LossValue } from './loss.ts';

/**
 * V-REx: the variance over environments of the risk (squared error) of predicting a target. 0 where all environments are
 * predicted equally well, as a mechanism that is the same in all of them lets them be.
 *
 * Reads `batch.environments`. It is a penalty: add it to a prediction loss.
 *
 * @param options.target - a continuous variable
 * @see Krueger et al. (2021), ICML, Out-of-distribution generalization via risk extrapolation, equation 8
 */
export function riskExtrapolation({ target }: { readonly target: string }): Loss {
  const loss: Loss = {
    name: 'risk extrapolation',
    scale: 'variance of risks in standardised units squared',
    source: 'Krueger et al. (2021), ICML, equation 8',
    evaluate(input) {
      return overEnvironments(loss, input, target, (environments) => {
        const risks = environments.map(({ errors }) => mean(errors.map((e) => e * e)));
        const average = mean(risks);
        const value = mean(risks.map((risk) => (risk - average) ** 2));
        return {
          value,
          // ∂/∂p of mean over environments of (R − R̄)²
          slopes: environments.map(({ errors }, k) =>
            errors.map(
              (e) => ((2 * ((risks[k] as number) - average)) / risks.length) * ((2 * e) / errors.length),
            ),
          ),
        };
      });
    },
  };
  return loss;
}

/**
 * IRMv1: how far scaling the predictions would lower the risk in each environment, squared, and summed: 0 where the same
 * predictor is optimal, up to scale, in all of them.
 *
 * Reads `batch.environments`. It is a penalty: add it to a prediction loss.
 *
 * @param options.target - a continuous variable
 * @see Arjovsky, Bottou, Gulrajani and Lopez-Paz (2019), arXiv 1907.02893, equation IRMv1
 */
export function invariantRisk({ target }: { readonly target: string }): Loss {
  const loss: Loss = {
    name: 'invariant risk',
    scale: 'squared slope of risk in standardised units squared',
    source: 'Arjovsky, Bottou, Gulrajani and Lopez-Paz (2019), arXiv 1907.02893, IRMv1',
    evaluate(input) {
      return overEnvironments(loss, input, target, (environments) => {
        // D = ∂/∂w at w = 1 of mean (w·p − y)² = 2 · mean p·(p − y)
        const slopes = environments.map(
          ({ predicted, errors }) => 2 * mean(errors.map((e, r) => e * (predicted[r] as number))),
        );
        return {
          value: slopes.reduce((sum, slope) => sum + slope * slope, 0),
          slopes: environments.map(({ predicted, errors }, k) =>
            errors.map(
              (e, r) => 2 * (slopes[k] as number) * (2 / errors.length) * ((predicted[r] as number) + e),
            ),
          ),
        };
      });
    },
  };
  return loss;
}

/** The rows of one environment: what was predicted, and predicted − real. */
interface Environment {
  readonly rows: readonly number[];
  readonly predicted: readonly number[];
  readonly errors: readonly number[];
}

/** A penalty on the predictions of one target, given by environment with its derivative by each prediction. */
function overEnvironments(
  loss: Loss,
  input: LossInput,
  target: string,
  penalty: (environments: readonly Environment[]) => {
    readonly value: number;
    readonly slopes: readonly (readonly number[])[];
  },
): LossValue {
  const { executor, batch } = input;
  if (batch.environments === undefined) {
    lacks(loss.name, 'environments', 'Give the index of the environment of every row.');
  }
  const [j] = indicesOf(executor.plan, [target], loss.name) as [number];
  if (executor.plan.mechanisms[j]?.head.kind === 'categorical') {
    throw new InputError('losses/categorical-target', `${loss.name}: ${quoteName(target)} is categorical.`, {
      variable: target,
    });
  }
  const { predicted, counts, backward } = predict(input, j);
  const byIndex = new Map<number, number[]>();
  for (let r = 0; r < batch.rows; r++) {
    if (counts[r] === 0) continue;
    const environment = batch.environments[r] as number;
    const rows = byIndex.get(environment);
    if (rows === undefined) byIndex.set(environment, [r]);
    else rows.push(r);
  }
  const environments = [...byIndex.values()].map((rows): Environment => {
    const own = rows.map((r) => predicted[r] as number);
    return {
      rows,
      predicted: own,
      errors: own.map((p, k) => p - (batch.values[j * batch.rows + (rows[k] as number)] as number)),
    };
  });
  const { value, slopes } = penalty(environments);
  const upstream = new Float64Array(batch.rows);
  for (const [k, { rows }] of environments.entries()) {
    for (const [at, r] of rows.entries()) upstream[r] = slopes[k]?.[at] as number;
  }
  const back = backward(upstream);
  return lossValue(loss, value, back.parameters, back.gates);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);
}
