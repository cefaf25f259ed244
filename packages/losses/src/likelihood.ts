import { lossValue } from './internal/loss-value.ts';
import { indicesOf } from './internal/targets.ts';
import type { Loss } from './loss.ts';

/**
 * Negative log-likelihood of complete rows, every variable given its parents' real values: Gaussian for additive and
 * location–scale mechanisms, a change of variables for flows, cross-entropy for categorical variables.
 *
 * Over rows of several regimes it is the interventional likelihood: `omit` leaves the own term of an intervened variable
 * out, `action` brings shifts, scales and noises into it.
 *
 * @see Hauser and Bühlmann (2015), J. R. Statist. Soc. B 77, 291–318; Eberhardt and Scheines (2007) for its rows
 * @example
 * import { createPlan, createReferenceExecutor } from '@cfe/autograd';
 * import { createDag } from '@cfe/graph';
 * import { interventionalLikelihood } from '@cfe/losses';
 * const executor = createReferenceExecutor(createPlan({ graph: createDag(['x'], []) })); // x = b + σu, log σ
 * const batch = { rows: 1, values: Float64Array.of(3) };
 * const { value, gradient } = interventionalLikelihood().evaluate({ executor, parameters: Float64Array.of(1, 0), batch });
 * value; // → 2.9189
 * gradient.parameters; // → [-2, -3]
 */
export function interventionalLikelihood(): Loss {
  const loss: Loss = {
    name: 'interventional likelihood',
    scale: 'nats per row',
    source: 'Hauser and Bühlmann (2015), J. R. Statist. Soc. B 77, 291–318',
    evaluate({ executor, parameters, gates, batch }) {
      const { loss: value, gradient } = executor.likelihood({ ...batch, parameters, gates });
      return lossValue(loss, value, gradient.parameters, gradient.gates);
    },
  };
  return loss;
}

/**
 * Negative log-likelihood of some variables alone, each given its parents: Gaussian or that of a flow for continuous
 * ones, cross-entropy for categorical ones.
 *
 * @param options.targets - variables to be predicted, such as the outputs of a unit network
 * @see Nix and Weigend (1994), Proc. ICNN, 55–60 (Gaussian with a learned spread); Bridle (1990) (softmax cross-entropy)
 */
export function predictionLikelihood({ targets }: { readonly targets: readonly string[] }): Loss {
  const loss: Loss = {
    name: 'prediction likelihood',
    scale: 'nats per row',
    source: 'Nix and Weigend (1994), Proc. ICNN, 55–60; Bridle (1990), Neurocomputing, 227–236',
    evaluate(input) {
      const { executor, parameters, gates, batch } = input;
      const wanted = new Set(indicesOf(executor.plan, targets, 'predictionLikelihood'));
      const omit = new Uint8Array(executor.plan.variables * batch.rows);
      for (let j = 0; j < executor.plan.variables; j++) {
        const from = j * batch.rows;
        if (!wanted.has(j)) omit.fill(1, from, from + batch.rows);
        else if (batch.omit !== undefined) omit.set(batch.omit.subarray(from, from + batch.rows), from);
      }
      const { loss: value, gradient } = executor.likelihood({ ...batch, parameters, gates, omit });
      return lossValue(loss, value, gradient.parameters, gradient.gates);
    },
  };
  return loss;
}
