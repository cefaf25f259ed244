import { effectCurveSvg, type Section } from '@cfe/report';
import { question } from './answers.ts';
import type { Findings } from './findings.ts';

/** The outcome's mean over the values that the treatment could be set to. */
export async function curveSection({ cars, answers, level }: Findings): Promise<Section> {
  const { treatment, outcome } = question;
  const rows = Array.from(cars.table.column(treatment), (x, r) => ({
    x,
    y: cars.table.column(outcome)[r] as number,
  }));
  const svg = await effectCurveSvg(
    answers.curve.map(({ at, value, interval }) => ({
      x: at,
      y: value,
      ...(interval === undefined ? {} : { low: interval[0], high: interval[1] }),
    })),
    {
      x: 'weight (lb)',
      y: 'mpg',
      rows,
      association: answers.naiveCurve,
      labels: ['if every car had that weight', 'regression on weight alone'],
    },
  );
  return {
    title: 'Mean mpg at any weight',
    blocks: [
      {
        kind: 'figure',
        svg,
        caption: `Blue: mean mpg if the weight of all cars were set to that value, with its ${Math.round(100 * level)}% interval. Orange: the line of a regression on weight, which also counts what weight and mpg have in common. Grey: the cars.`,
      },
    ],
  };
}
