import type { Experiment, Judgement, Verdict } from '../experiment.ts';
import { summarise, summariseAll } from '../summarise.ts';

type Cells = Parameters<Experiment['judge']>[0];

const metrics = [
  'counterfactual skill',
  'counterfactual rmse',
  'rmse over ceiling',
  'exact dag',
  'dag shd',
  'directed f1',
  'parent aid',
  'cpdag shd',
  'skeleton f1',
  'arrowhead f1',
  'prediction mse',
];
const floors = [
  'copy-factual skill',
  'associational skill',
  'associational skill, residual kept',
  'reversed-graph skill',
  'untrained skill',
  'empty graph, cpdag shd',
  'empty graph, dag shd',
  'random graph, dag shd',
  'constant mse',
];
const ceiling = ['ceiling skill', 'ceiling rmse', 'irreducible mse'];

/** The rule that all experiments on the classic graphs are decided by. */
export const classicRule: string =
  'Supported if the smallest counterfactual skill over targets, values and seeds is at least 0.90, the mean of the ' +
  'counterfactual RMSE over that of a correctly specified fit is at most 1.5, and the DAG learned from observations and ' +
  'interventions has a mean SHD of at most 0.25. Refuted if the smallest skill is below 0.5, the ratio above 4, or the SHD ' +
  'no better than half the empty graph’s. Otherwise inconclusive.';

/** The linear data and their nonlinear twins, told apart. */
export const byTwin: NonNullable<Experiment['breakdown']> = {
  by: 'twin',
  figures: ['counterfactual skill', 'rmse over ceiling', 'exact dag', 'dag shd', 'cpdag shd'],
};

/** Applies {@link classicRule}. */
export function judgeClassic(cells: Cells): Judgement {
  const of = (name: string) => summarise(name, cells);
  const skill = of('counterfactual skill').min ?? Number.NEGATIVE_INFINITY;
  const ratio = of('rmse over ceiling').mean ?? Number.POSITIVE_INFINITY;
  const shd = of('dag shd').mean ?? Number.POSITIVE_INFINITY;
  const empty = of('empty graph, dag shd').mean ?? 0;
  const verdict: Verdict =
    skill < 0.5 || ratio > 4 || shd >= empty / 2
      ? 'refuted'
      : skill >= 0.9 && ratio <= 1.5 && shd <= 0.25
        ? 'supported'
        : 'inconclusive';
  return {
    verdict,
    reason: `Over ${cells.length} data set${cells.length === 1 ? '' : 's'} the smallest counterfactual skill is ${skill.toFixed(3)}, the RMSE ${ratio.toFixed(2)} times a correctly specified fit's, the DAG's mean SHD ${shd.toFixed(2)} (empty graph: ${empty.toFixed(1)}).`,
    metrics: summariseAll(metrics, cells),
    floors: summariseAll(floors, cells),
    ceiling: summariseAll(ceiling, cells),
  };
}
