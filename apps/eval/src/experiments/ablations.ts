import { type Ablation, ablations, measureAblation } from '../classic/ablation.ts';
import type { Cell, Experiment } from '../experiment.ts';
import { summarise, summariseAll } from '../summarise.ts';

const expected: Readonly<Record<Ablation, string>> = {
  full: 'The full engine foretells what actions change: the smallest skill is at least 0.90.',
  'no interventions in training':
    'Without interventional rows (as many rows in all) only the class is identified, so counterfactual error grows.',
  'own term kept': 'Fitting a variable to rows in which it was set biases its mechanism, so error grows.',
  'descendants not recomputed': 'Leaving descendants as they were foretells nothing of what changes.',
  'no structure learning':
    'Allowing every edge in an arbitrary order answers with associations, so error grows.',
  'gradient leak':
    'Where a loss goes back through an ancestral pass, a gradient that leaks into the replaced mechanism misleads it, so error after the same steps grows.',
  'plain network':
    'A network that predicts y from all other variables misses what runs through them, so error grows.',
};

/** Test losses of the prototype's four variants; "no blocking" is our gradient leak. */
const printed: Readonly<Partial<Record<Ablation, number>>> = {
  full: 0.121,
  'no interventions in training': 0.096,
  'gradient leak': 0.112,
  'plain network': 0.096,
};

/** A1–A7: what each part of the engine is worth, against the full engine on the same rows. */
export const ablationExperiments: readonly Experiment[] = ablations.map((ablation, k) => ({
  id: `A${k + 1}`,
  title: `Ablation: ${ablation}`,
  claim: expected[ablation],
  rule:
    ablation === 'full'
      ? 'Supported if the smallest skill over data sets is at least 0.90. Refuted below 0.5. Otherwise inconclusive.'
      : 'Over paired data sets, the 95% interval of the mean log ratio of RMSE to the full engine’s: supported if it lies above 0, refuted if it lies below 0 or within ±0.05, otherwise inconclusive.',
  cells: ({ seeds, size }): readonly Cell[] =>
    (size === 'full' ? widened(seeds, 10) : widened(seeds, 3)).flatMap((seed) =>
      ['confounder', 'complex'].map((graph) => ({
        seed,
        settings: { graph, twin: ablation === 'gradient leak' ? 'linear' : 'nonlinear' },
      })),
    ),
  measure: measureAblation,
  breakdown: {
    by: 'graph',
    figures: ablation === 'full' ? ['full: skill', 'full: rmse'] : [`${ablation}: rmse over full`],
  },
  ...(printed[ablation] === undefined
    ? {}
    : {
        prototype: [
          {
            figure: 'test loss',
            printed: printed[ablation],
            measured: 'prediction error after a handful of steps, one data set, no truth to score against',
            beside: `${ablation}: rmse`,
          },
        ],
      }),
  judge(cells) {
    const names = Object.keys(cells[0]?.figures ?? {}).filter((name) => name.startsWith(`${ablation}:`));
    const metrics = summariseAll(names, cells);
    const ceiling = ablation === 'full' ? [] : summariseAll(['full: skill', 'full: rmse'], cells);
    if (ablation === 'full') {
      const skill = summarise('full: skill', cells).min ?? -1;
      return {
        verdict: skill >= 0.9 ? 'supported' : skill < 0.5 ? 'refuted' : 'inconclusive',
        reason: `The smallest skill over ${cells.length} data sets is ${skill.toFixed(3)}.`,
        metrics,
        floors: [],
        ceiling,
      };
    }
    const { mean, interval } = summarise(`${ablation}: log rmse over full`, cells);
    const [low, high] = interval ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return {
      verdict: low > 0 ? 'supported' : high < 0 || (low > -0.05 && high < 0.05) ? 'refuted' : 'inconclusive',
      reason: `RMSE is ${Math.exp(mean ?? 0).toFixed(2)} times the full engine's (95% interval ${Math.exp(low).toFixed(2)} to ${Math.exp(high).toFixed(2)}, ${cells.length} paired data sets).`,
      metrics,
      floors: [],
      ceiling,
    };
  },
}));

/** At least so many seeds: paired differences need them. */
function widened(seeds: readonly number[], least: number): readonly number[] {
  return Array.from({ length: Math.max(least, seeds.length) }, (_, k) => seeds[k] ?? k);
}
