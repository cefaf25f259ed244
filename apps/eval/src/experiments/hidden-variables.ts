import { CfeError, defineJob, type Job } from '@cfe/base';
import { effect } from '@cfe/counterfactuals';
import { simulateClassic } from '@cfe/data';
import { createDag, descendantsOf, edgesOf } from '@cfe/graph';
import { fitted } from '../classic/contenders.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { predictionLog } from '../prediction-log.ts';
import { summarise, summariseAll } from '../summarise.ts';

/** One variable of the confounder graph is hidden; every effect on y is then asked of a model fitted without it, its directed edges right. */
export const measureHidden: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureHidden',
  async ({ cell }: CellInput): Promise<Measured> => {
    const { seed } = cell;
    const hidden = cell.settings.hidden as string;
    const simulation = simulateClassic('confounder', { hidden: [hidden], seed });
    const { table, observedGraph, model, nameOf } = simulation;
    const outcome = nameOf.y as string;
    const dag = createDag(
      observedGraph.nodes,
      edgesOf(observedGraph).flatMap(({ from, to, type }): [string, string][] =>
        type === 'directed' ? [[from, to]] : [],
      ),
    );
    const network = await fitted(dag, table, seed, 'linear');
    const confounded = edgesOf(observedGraph)
      .filter(({ type }) => type === 'bidirected')
      .map(({ from, to }): [string, string] => [from, to]);
    const log = predictionLog();
    const figures = { asked: 0, wrong: 0, bias: 0, unflagged: 0, refused: 0, falselyRefused: 0 };
    for (const treatment of table.names) {
      if (treatment === outcome || descendantsOf(simulation.graph, outcome).includes(treatment)) continue;
      const question = {
        treatment: { [treatment]: 1 },
        control: { [treatment]: 0 },
        outcome,
        samples: 200,
        seed,
      };
      const told = (await effect(network, question)).value;
      const real = (await effect(model, question)).value;
      const error = Math.abs(told - real);
      const isWrong = error > 0.15;
      const flagged = await isFlagged(() => effect(network, { ...question, confounded }));
      log.add({ hidden, treatment, outcome, told, truth: real, flagged: flagged ? 1 : 0 });
      figures.asked++;
      figures.bias += error;
      if (isWrong) figures.wrong++;
      if (flagged) figures.refused++;
      if (isWrong && !flagged) figures.unflagged++;
      if (!isWrong && flagged) figures.falselyRefused++;
    }
    return {
      figures: {
        'effects asked': figures.asked,
        'mean absolute bias': figures.bias / figures.asked,
        'wrong, hidden cause undeclared': figures.wrong,
        'flagged, hidden cause declared': figures.refused,
        'wrong and not flagged, hidden cause declared': figures.unflagged,
        'right and flagged, hidden cause declared': figures.falselyRefused,
      },
      predictions: log.columns,
    };
  },
);

/** Refused as unidentified, or answered with the mark that it is not the effect. */
async function isFlagged(ask: () => Promise<{ readonly identifiedBy: string }>): Promise<boolean> {
  try {
    return (await ask()).identifiedBy === 'not';
  } catch (error) {
    if (error instanceof CfeError && error.code === 'counterfactuals/not-identified') return true;
    throw error;
  }
}

/** N5: a hidden common cause, undeclared and declared. */
export const hiddenVariables: Experiment = {
  id: 'N5',
  title: 'Hidden variables',
  claim:
    'Where a hidden common cause makes an effect unidentified, the engine refuses or flags it once the cause is declared. Undeclared, no method that assumes no hidden causes can know: wrong answers are counted.',
  rule: 'Supported if, with the hidden cause declared, at most 5% of the effects asked are wrong and not flagged. Refuted above 20%. Otherwise inconclusive.',
  cells: ({ seeds }) =>
    seeds.flatMap((seed) => ['x1', 'x2', 'x3'].map((hidden) => ({ seed, settings: { hidden } }))),
  measure: measureHidden,
  breakdown: {
    by: 'hidden',
    figures: ['mean absolute bias', 'wrong, hidden cause undeclared', 'flagged, hidden cause declared'],
  },
  judge(cells) {
    const sum = (name: string): number => {
      const { mean, n } = summarise(name, cells);
      return (mean ?? 0) * n;
    };
    const asked = sum('effects asked');
    const missed = sum('wrong and not flagged, hidden cause declared') / asked;
    return {
      verdict: missed <= 0.05 ? 'supported' : missed > 0.2 ? 'refuted' : 'inconclusive',
      reason: `Of ${asked} effects ${sum('wrong, hidden cause undeclared')} were wrong with the hidden cause undeclared; declared, ${(100 * missed).toFixed(0)}% were wrong and not flagged.`,
      metrics: summariseAll(Object.keys(cells[0]?.figures ?? {}), cells),
      floors: [],
      ceiling: [],
    };
  },
};
