import { distribution } from '@cfe/counterfactuals';
import type { Command } from '../command.ts';
import { actionFrom, evidenceFrom } from '../input/action.ts';
import { wholeOf } from '../input/options.ts';
import { readModel } from '../model/model-file.ts';
import { basisLines } from '../output/basis.ts';
import { measured, shown } from '../output/numbers.ts';
import { textTable } from '../output/text-table.ts';

export const query: Command = {
  name: 'query',
  summary: 'the distribution of all variables: as observed, under an action, or imagined for what was seen',
  arguments: [['<model>', 'what `cfe fit` wrote, a linear-Gaussian JSON file, or a BIF file']],
  options: [
    ['--do <assignment>', 'the action, such as x=1, x+=0.5, x*=2 or x~normal(0,1) (repeatable)'],
    ['--given <assignment>', 'what is observed after the action (repeatable)'],
    ['--factual <assignment>', 'what was seen before it: asks what would have been (repeatable)'],
    ['--samples <n>', 'draws, where there is no closed form', '10000'],
  ],
  examples: [
    'cfe query model.json --do weight=2500',
    'cfe query model.json --factual weight=3500 mpg=18 --do weight=3000',
  ],
  async run([path = ''], options, context) {
    const subject = await readModel(path);
    const { model } = subject;
    const [given, factual] = ['given', 'factual'].map((key) => evidenceFrom(options, key, model));
    const answer = await distribution(
      subject,
      {
        do: actionFrom(options, model),
        ...(given === undefined ? {} : { given }),
        ...(factual === undefined ? {} : { factual }),
      },
      { samples: wholeOf(options, 'samples', 100) ?? 10_000, seed: context.seed, level: context.level },
    );
    const { exact, samples, effectiveSamples, mean, sd, intervals, probabilities = {} } = answer;
    const rows = answer.nodes.flatMap((name) =>
      mean[name] === undefined
        ? []
        : [
            [
              name,
              shown(mean[name], 5),
              ...(intervals === undefined ? [] : [intervalText(mean[name], intervals[name])]),
              shown(sd[name], 4),
            ],
          ],
    );
    const header = [
      '',
      'mean',
      ...(intervals === undefined ? [] : [`${Math.round(100 * answer.level)}% interval`]),
      'sd',
    ];
    const levels = Object.entries(probabilities).map(
      ([name, shares]) =>
        `${name}: ${Object.entries(shares)
          .map(([level, share]) => `${level} ${shown(share, 4)}`)
          .join(', ')}`,
    );
    return {
      json: answer,
      text: [
        ...(rows.length === 0 ? [] : [textTable([header, ...rows])]),
        ...levels,
        exact
          ? 'In closed form.'
          : `From ${samples} draws, worth ${Math.round(effectiveSamples ?? 0)} independent ones.`,
        ...basisLines(answer),
      ].join('\n'),
    };
  },
};

function intervalText(mean: number, interval: readonly [number, number] | undefined): string {
  return interval === undefined || interval[0] === interval[1] ? '–' : measured(mean, interval).interval;
}
