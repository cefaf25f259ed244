import type { Answer, ClassEffects } from '@cfe/counterfactuals';
import type { Section } from '@cfe/report';
import { measured, shown, signed } from '../output/numbers.ts';
import { question } from './answers.ts';
import type { Findings } from './findings.ts';

/** The answers with their intervals, the naive ones beside them, and what they rest on. */
export function answerSection({ cars, answers, level }: Findings): Section {
  const { counterfactual, everyone, total, direct, naive, wholeClass } = answers;
  const had = counterfactual[question.outcome] as Answer;
  const now = Number(cars.car[question.outcome]);
  const percent = Math.round(100 * level);
  const told = (answer: Pick<Answer, 'value' | 'interval'>): ReturnType<typeof measured> =>
    measured(answer.value, answer.interval);
  const detail = (answer: Answer, kind: string): string =>
    `${kind}. ${percent}% interval ${told(answer).interval}`;
  const row = (name: string, answer: Pick<Answer, 'value' | 'interval'>, ignores: string): string[] => [
    name,
    signed(told(answer).value),
    told(answer).interval,
    ignores,
  ];
  return {
    title: 'The answers',
    blocks: [
      {
        kind: 'answers',
        answers: [
          {
            question: `This very ${cars.name} did ${shown(now)} mpg at ${cars.car.weight} lb. Had it weighed ${shown(answers.lighter)} lb?`,
            answer: `${told(had).value} mpg`,
            detail: detail(had, 'Counterfactual'),
          },
          {
            question: 'If every car weighed 2500 lb, what would mpg be on average?',
            answer: `${told(everyone).value} mpg`,
            detail: detail(everyone, 'Intervention'),
          },
          {
            question: 'What do 500 lb less, 2500 instead of 3000, change on average?',
            answer: `${signed(told(total).value)} mpg`,
            detail: detail(total, 'Average total effect'),
          },
        ],
      },
      {
        kind: 'table',
        head: [
          '500 lb less, asked in different ways',
          'Change of mpg',
          `${percent}% interval`,
          'What it leaves out',
        ],
        numeric: [1, 2],
        rows: [
          row('causal: total effect', total, 'hidden common causes'),
          row('causal: direct effect, other paths held', direct, 'what weight does through other variables'),
          ...naive.map(({ name, ignores, value, interval }) =>
            row(`not causal: ${name}`, { value, ...(interval && { interval }) }, ignores),
          ),
        ],
      },
      {
        kind: 'text',
        text:
          answers.paths.length === 1 && answers.paths[0]?.length === 2
            ? 'Total and direct effect agree here, since the learned graph has no other way from weight to mpg. They differ for acceleration, where two ways pull apart: ' +
              accelerationSentence(answers.acceleration)
            : accelerationSentence(answers.acceleration),
      },
      { kind: 'text', text: 'All of this holds if:' },
      { kind: 'list', items: [...new Set([...total.assumptions, ...had.assumptions])] },
      {
        kind: 'note',
        text: [
          wholeClass.message,
          wholeClass.identifiedBy === 'not' ? `${linearRange(wholeClass)} across the class.` : '',
          total.sensitivity?.message ?? '',
          total.support?.message ?? '',
          'Every refit draws the cars anew and learns its own graph, so the intervals cover chance and doubt about the graph as far as resampling shows it. They do not cover a hidden common cause.',
        ]
          .filter((part) => part !== '')
          .join(' '),
      },
    ],
  };
}

function accelerationSentence({ total, direct }: Findings['answers']['acceleration']): string {
  const [all, edge] = [total, direct].map(({ value, interval }) => measured(value, interval));
  return `500 lb less changes the time to 60 mph by ${all?.value} s in all ${all?.interval}; by ${edge?.value} s directly ${edge?.interval}, the rest runs through horsepower.`;
}

/** What linear regression says of 500 lb less over all parents that weight could have. */
export function linearRange({ range }: ClassEffects): string {
  const [low, high] = [-question.less * range[1], -question.less * range[0]].map((x) => signed(shown(x, 2)));
  return low === high
    ? `Linear effect of 500 lb less: ${low} mpg`
    : `Linear effects of 500 lb less: ${low} to ${high} mpg`;
}
