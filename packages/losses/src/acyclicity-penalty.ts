import { type AcyclicityKind, acyclicity } from '@cfe/autograd';
import { edgeNorms } from './edge-norms.ts';
import { addNormsBackward, eachEdge } from './internal/edge-groups.ts';
import { lossValue, zeros } from './internal/loss-value.ts';
import type { Loss } from './loss.ts';

/**
 * How far a soft structure is from acyclic: a function of the gates of a gated plan, or of the norms of the weights by which
 * each child reads each parent. 0 exactly where there is no cycle.
 *
 * @param options.kind - which measure; default `'spectral'`, the largest eigenvalue
 * @param options.s - of `'log-det'`; default 1
 * @see `acyclicity` of `@cfe/autograd`, and the papers named there
 */
export function acyclicityPenalty({
  kind = 'spectral',
  s = 1,
}: {
  readonly kind?: AcyclicityKind | undefined;
  readonly s?: number | undefined;
} = {}): Loss {
  const measure = acyclicity(kind, { of: 'strengths', s });
  const sources: Readonly<Record<AcyclicityKind, string>> = {
    exponential: 'Zheng, Aragam, Ravikumar and Xing (2018), NeurIPS',
    polynomial: 'Yu, Chen, Gao and Yu (2019), ICML',
    'log-det': 'Bello, Aragam and Ravikumar (2022), NeurIPS',
    spectral:
      'Lee, Danieletto, Miotto, Cherng and Dudley (2019), PSB; Nazaret et al. (2023), arXiv 2311.10263',
  };
  const loss: Loss = {
    name: `${kind} acyclicity`,
    scale: kind === 'spectral' ? 'largest eigenvalue' : 'weight of cycles',
    source: sources[kind],
    evaluate(input) {
      const { executor, parameters, gates } = input;
      const { plan } = executor;
      const d = plan.variables;
      const strengths = gates ?? edgeNorms(plan, parameters);
      const matrix = new Float64Array(d * d);
      eachEdge(plan, (edge, child, parent) => {
        matrix[parent * d + child] = strengths[edge] as number;
      });
      const { value, gradient: slope } = measure.evaluate(matrix);
      const upstream = new Float64Array(strengths.length);
      eachEdge(plan, (edge, child, parent) => {
        upstream[edge] = slope[parent * d + child] as number;
      });
      const gradient = zeros(input);
      if (gates !== undefined) return lossValue(loss, value, gradient.parameters, upstream);
      addNormsBackward(plan, parameters, strengths as Float64Array, upstream, gradient.parameters);
      return lossValue(loss, value, gradient.parameters);
    },
  };
  return loss;
}
