import type { Answer } from '@cfe/counterfactuals';
import { measured, shown, signed } from '../output/numbers.ts';
import { textTable } from '../output/text-table.ts';
import { question } from './answers.ts';
import type { Findings } from './findings.ts';

/** What the main job found, for a terminal. */
export function summaryText(findings: Findings, gradients: string, report: string): string {
  const { cars, answers, twins, level } = findings;
  const had = answers.counterfactual[question.outcome] as Answer;
  const [twin] = twins;
  const line = (what: string, answer: Pick<Answer, 'value' | 'interval'>, sign = signed): string[] => {
    const { value, interval } = measured(answer.value, answer.interval);
    return [what, sign(value), interval];
  };
  const plain = (value: string): string => `${value} mpg`;
  const rows = [
    line(`this ${cars.name}, ${shown(Number(cars.car.mpg))} mpg, had it weighed 500 lb less`, had, plain),
    line('mean, if every car weighed 2500 lb', answers.everyone, plain),
    line('total effect of 500 lb less (3000 → 2500)', answers.total),
    line('direct effect', answers.direct),
    ...answers.naive.map((naive) =>
      line(`not causal: ${naive.name}`, {
        value: naive.value,
        ...(naive.interval && { interval: naive.interval }),
      }),
    ),
  ];
  return [
    '',
    textTable([['What if?', '', `${Math.round(100 * level)}% interval`], ...rows]),
    '',
    `Paths: ${answers.paths.map((path) => path.join(' → ')).join('; ')}. ${answers.wholeClass.message}`,
    `Assumed: ${answers.total.assumptions.join('; ')}.`,
    '',
    textTable([
      ['On a twin with known truth', 'skill', 'error of the effect'],
      ...twin.contenders.map(({ name, asked, effect }) => [
        name,
        fixed(asked),
        signed(fixed(effect - twin.trueEffect)),
      ]),
    ]),
    '',
    `Gradients: ${gradients}`,
    `Report: ${report}`,
  ].join('\n');
}

function fixed(x: number): string {
  return x.toFixed(2).replace('-', '−');
}
