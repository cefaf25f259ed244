import { measureClassic } from '../classic/measure.ts';
import type { Cell, Curve, Experiment, MeasuredCell, PrototypeFigure, Role } from '../experiment.ts';
import { summarise, summariseAll } from '../summarise.ts';
import { classicRule, judgeClassic } from './classic-judgement.ts';
import { exponent, lineAlong } from './curves.ts';

const levels = [0.1, 0.3, 0.5, 0.7, 1];
const cellAt = (noise: number, seed: number): Cell => ({
  seed,
  settings: { graph: 'chain', twin: 'linear', noise },
});

/** What the prototype printed at its least and its most noise. */
const printed: Readonly<Record<string, readonly PrototypeFigure[]>> = Object.fromEntries(
  [
    ['R1', 0.019],
    ['R13', 1.116],
  ].map(([id, loss]) => [
    id as string,
    [
      {
        figure: 'loss',
        printed: loss as number,
        measured: 'training loss, which is the noise it was given and not an error that could be avoided',
        beside: 'prediction mse',
      },
    ],
  ]),
);

/** R1–R15: the chain under five noise levels and three seeds, one experiment each. */
export const robustness: readonly Experiment[] = levels.flatMap((noise, level) =>
  [0, 1, 2].map((seed) => {
    const id = `R${3 * level + seed + 1}`;
    return {
      id,
      title: `Robustness: chain, noise ${noise}, seed ${seed}`,
      claim: `On the chain with noise of standard deviation ${noise}, answers are as good as a correctly specified fit's.`,
      rule: classicRule,
      cells: (): readonly Cell[] => [cellAt(noise, seed)],
      measure: measureClassic,
      takesFakes: true,
      ...(printed[id] === undefined ? {} : { prototype: printed[id] }),
      judge: judgeClassic,
    };
  }),
);

/** R: the same levels together, over more seeds: how error grows with noise. */
export const robustnessTogether: Experiment = {
  id: 'R',
  title: 'Robustness, all noise levels together',
  claim:
    'Counterfactual error grows with the noise as a correctly specified fit’s does, and prediction error as the noise’s own variance does: nothing is lost beyond what noise must cost.',
  rule: 'Supported if at every level the mean RMSE is at most 1.5 times that of a correctly specified fit, and the mean prediction error within 5% of the irreducible one. Refuted if at some level they exceed 4 times and 50%. Otherwise inconclusive.',
  cells: ({ seeds }) => seeds.flatMap((seed) => levels.map((noise) => cellAt(noise, seed))),
  measure: measureClassic,
  takesFakes: true,
  breakdown: {
    by: 'noise',
    figures: ['counterfactual skill', 'counterfactual rmse', 'rmse over ceiling', 'dag shd'],
  },
  judge(cells) {
    const at = levels.map((noise) => cells.filter(({ cell }) => cell.settings.noise === noise));
    const mean = (name: string, own: readonly MeasuredCell[]): number =>
      summarise(name, own).mean ?? Number.POSITIVE_INFINITY;
    const ratios = at.map((own) => mean('rmse over ceiling', own));
    const excess = at.map((own) => mean('prediction mse', own) / mean('irreducible mse', own) - 1);
    const [worst, most] = [Math.max(...ratios), Math.max(...excess)];
    const slope = (name: string): string =>
      exponent(levels.map((noise, k) => [noise, mean(name, at[k] as readonly MeasuredCell[])])).toFixed(2);
    const curve = (title: string, y: string, lines: readonly (readonly [string, Role])[]): Curve => ({
      title,
      x: 'standard deviation of the noise',
      y,
      scale: 'log',
      lines: lines.map(([name, role]) => lineAlong(name, role, cells, 'noise', name)),
    });
    return {
      verdict:
        worst <= 1.5 && most <= 0.05 ? 'supported' : worst > 4 && most > 0.5 ? 'refuted' : 'inconclusive',
      reason: `At most ${worst.toFixed(2)} times the correctly specified fit's RMSE and ${(100 * most).toFixed(1)}% above the irreducible prediction error. RMSE grows as noise to the power ${slope('counterfactual rmse')}, the correctly specified fit's to ${slope('ceiling rmse')}.`,
      metrics: summariseAll(
        ['counterfactual skill', 'counterfactual rmse', 'rmse over ceiling', 'dag shd', 'prediction mse'],
        cells,
      ),
      floors: summariseAll(['copy-factual skill', 'associational skill', 'constant mse'], cells),
      ceiling: summariseAll(['ceiling skill', 'ceiling rmse', 'irreducible mse'], cells),
      curves: [
        curve('Counterfactual error against noise', 'RMSE', [
          ['counterfactual rmse', 'ours'],
          ['ceiling rmse', 'ceiling'],
        ]),
        curve('Prediction error against noise', 'mean squared error', [
          ['prediction mse', 'ours'],
          ['constant mse', 'floor'],
          ['irreducible mse', 'ceiling'],
        ]),
      ],
    };
  },
};
