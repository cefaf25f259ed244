import type { Answer } from '@cfe/counterfactuals';
import { shown, shownInterval } from '../output/numbers.ts';
import { textTable } from '../output/text-table.ts';
import { question } from './answers.ts';
import type { Findings } from './findings.ts';

/** What the main job found, for a terminal. */
export function summaryText(findings: Findings, gradients: string, report: string): string {
  const { cars, answers, twins, level } = findings;
  const had = answers.counterfactual[question.outcome] as Answer;
  const [twin] = twins;
  const line = (what: string, value: string, interval: Answer['interval']): string[] => [
    what,
    value,
    shownInterval(interval),
  ];
  const rows = [
    line(
      `this ${cars.name}, ${shown(Number(cars.car.mpg))} mpg, had it weighed 500 lb less`,
      `${shown(had.value, 3)} mpg`,
      had.interval,
    ),
    line(
      'mean, if every car weighed 2,500 lb',
      `${shown(answers.everyone.value, 3)} mpg`,
      answers.everyone.interval,
    ),
    line('total effect of 500 lb less (3,000 → 2,500)', signed(answers.total.value), answers.total.interval),
    line('direct effect', signed(answers.direct.value), answers.direct.interval),
    ...answers.naive.map(({ name, value, interval }) => line(`not causal: ${name}`, signed(value), interval)),
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
        signed(effect - twin.trueEffect),
      ]),
    ]),
    '',
    `Gradients: ${gradients}`,
    `Report: ${report}`,
  ].join('\n');
}

function signed(x: number): string {
  return `${x > 0 ? '+' : ''}${shown(x, 3)}`;
}

function fixed(x: number): string {
  return x.toFixed(2).replace('-', '−');
}
