import type { Answer } from '@cfe/counterfactuals';
import { barsSvg, effectCurveSvg, htmlReport, type Section } from '@cfe/report';
import { shown, shownInterval } from '../output/numbers.ts';
import { counterfactualBlocks } from '../page/counterfactual-blocks.ts';
import { fitBlocks } from '../page/fit-blocks.ts';
import type { gradientBlocks } from '../page/gradient-blocks.ts';
import { graphBlocks } from '../page/graph-blocks.ts';
import { versions } from '../versions.ts';
import { question } from './answers.ts';
import { knowledge, units } from './cars.ts';
import type { Findings } from './findings.ts';
import { twinEquations } from './twin.ts';

/** The main job's report: one page that stands alone. */
export async function quickstartPage(
  findings: Findings,
  gradients: ReturnType<typeof gradientBlocks>,
): Promise<string> {
  const { cars, answers, seed, level, seconds } = findings;
  return htmlReport({
    title: 'What if this car had weighed 500 pounds less?',
    lead: `${cars.table.rows} real cars, 1970 to 1982. A causal graph was learned from them, a mechanism fitted to every variable, and the model asked what nobody has observed. Every number below comes with what it rests on.`,
    sections: [
      answerSection(findings),
      await pathSection(findings),
      await curveSection(findings),
      {
        title: `The ${cars.name}, 500 lb lighter`,
        blocks: [
          ...counterfactualBlocks(cars.car, answers.counterfactual, {
            acted: [question.treatment],
            units,
            head: `At ${shown(answers.lighter)} lb`,
          }),
          {
            kind: 'note',
            text: 'Abduction, action, prediction: from what this car is, its own noise is worked out (what sets it apart from others of its kind); the weight is set; everything downstream is predicted again with the same noise. What the weight cannot reach stays as it was, to the last bit.',
          },
        ],
      },
      await twinSection(findings),
      { title: 'How well the mechanisms fit', blocks: fitBlocks(findings.fitted.model) },
      {
        title: 'The gradient check',
        blocks: [{ kind: 'text', text: gradients.sentence }, ...gradients.blocks],
      },
      dataSection(findings),
    ],
    footer: [
      `cfe quickstart, seed ${seed}, level ${level}, ${findings.replicates} refits, ${seconds.toFixed(0)} s. The same seed on the same machine gives the same numbers.`,
      Object.entries(versions())
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
      'Data: Auto MPG (Quinlan 1993, UCI Machine Learning Repository), from the npm package vega-datasets.',
    ],
  });
}

function answerSection({ cars, answers, level }: Findings): Section {
  const { counterfactual, everyone, total, direct, naive, wholeClass } = answers;
  const had = counterfactual[question.outcome] as Answer;
  const now = Number(cars.car[question.outcome]);
  const percent = Math.round(100 * level);
  const interval = (answer: Pick<Answer, 'interval'>): string =>
    answer.interval === undefined ? '' : `${percent}% interval ${shownInterval(answer.interval)}`;
  return {
    title: 'The answers',
    blocks: [
      {
        kind: 'answers',
        answers: [
          {
            question: `This very ${cars.name} did ${shown(now)} mpg at ${cars.car.weight} lb. Had it weighed ${shown(answers.lighter)} lb?`,
            answer: `${shown(had.value, 3)} mpg`,
            detail: `${interval(had)}. Counterfactual.`,
          },
          {
            question: 'If every car weighed 2,500 lb, what would mpg be on average?',
            answer: `${shown(everyone.value, 3)} mpg`,
            detail: `${interval(everyone)}. Intervention.`,
          },
          {
            question: 'What do 500 lb less, 2,500 instead of 3,000, change on average?',
            answer: `${signed(total.value)} mpg`,
            detail: `${interval(total)}. Total effect.`,
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
          [
            'causal: total effect',
            signed(total.value),
            shownInterval(total.interval),
            'hidden common causes',
          ],
          [
            'causal: direct effect, other paths held',
            signed(direct.value),
            shownInterval(direct.interval),
            'what weight does through other variables',
          ],
          ...naive.map(({ name, value, interval: own, ignores }) => [
            `not causal: ${name}`,
            signed(value),
            shownInterval(own),
            ignores,
          ]),
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
          wholeClass.identifiedBy === 'not'
            ? `Linear effects of 500 lb less across the class: ${shown(-500 * wholeClass.range[1], 3)} to ${shown(-500 * wholeClass.range[0], 3)} mpg.`
            : '',
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
  return `500 lb less changes the time to 60 mph by ${signed(total.value)} s in all ${shownInterval(total.interval)}; by ${signed(direct.value)} s directly ${shownInterval(direct.interval)}, the rest runs through horsepower.`;
}

async function pathSection({ fitted, answers, replicates }: Findings): Promise<Section> {
  const highlight = answers.paths.flatMap((path) =>
    path.slice(1).map((to, k): [string, string] => [path[k] as string, to]),
  );
  const { learned, confidence, model } = fitted;
  const confident = confidence === undefined ? undefined : confidence;
  return {
    title: 'The graph, and the paths the answer runs through',
    blocks: [
      ...(await graphBlocks({
        graph: learned?.graph ?? model.graph,
        dag: model.graph,
        confidence: confident,
        resamples: replicates,
        highlight,
        highlightMeans: `the way from weight to mpg (${answers.paths.map((path) => path.join(' → ')).join('; ')})`,
      })),
      {
        kind: 'text',
        text: `Stated before learning, as an order that causes cannot run against: ${(knowledge.tiers ?? []).map((tier) => tier.join(', ')).join(' < ')}. Everything else was learned.`,
      },
    ],
  };
}

async function curveSection({ cars, answers, level }: Findings): Promise<Section> {
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

async function twinSection({ twins }: Findings): Promise<Section> {
  const [twin] = twins;
  const bars = await barsSvg(
    twin.contenders.map(({ name, asked }) => ({ name, value: asked })),
    { title: 'counterfactual skill, smallest over three weights', domain: [-1, 1] },
  );
  return {
    title: 'Can it be believed? A twin whose truth is known',
    blocks: [
      {
        kind: 'text',
        text: `Nobody knows the truth about the cars. So the same pipeline ran on ${twin.rows} rows of a simulated twin, columns shuffled, the same order stated, and its answers were held against the twin's own equations on ${twin.unseen} unseen rows. Skill is 1 for a perfect answer, 0 for copying what was, negative for worse than that.`,
      },
      { kind: 'figure', svg: bars, caption: 'Had this row weighed so much: what mpg? Floors in grey.' },
      {
        kind: 'table',
        head: ['', 'Skill', 'Mean change of mpg for 500 lb less', 'Error'],
        numeric: [1, 2, 3],
        rows: [
          ['the truth', '1', signed(twin.trueEffect), '0'],
          ...twin.contenders.map(({ name, asked, effect }) => [
            name,
            asked.toFixed(2).replace('-', '−'),
            signed(effect),
            signed(effect - twin.trueEffect),
          ]),
        ],
      },
      {
        kind: 'table',
        head: ['All causes and effects', ...twins.map(({ rows }) => `${rows} rows`)],
        numeric: [1, 2],
        rows: [
          ['wrongly joined pairs', ...twins.map(({ shd, edges }) => `${shd} of ${edges} edges`)],
          ['median skill', ...twins.map(({ skills }) => fixed(skills[skills.length >> 1]?.skill))],
          ['worst skill', ...twins.map(({ skills }) => fixed(skills[0]?.skill))],
          ['worst pair', ...twins.map(({ skills }) => `${skills[0]?.target} on ${skills[0]?.outcome}`)],
        ],
        caption:
          'Over every cause, every variable downstream of it and three values each. Where effects nearly cancel, as those of weight on acceleration do, little changes and a small error weighs much.',
      },
      { kind: 'note', text: 'The twin:' },
      { kind: 'list', items: twinEquations },
    ],
  };
}

function dataSection({ cars, fitted }: Findings): Section {
  const how = (name: string): string => {
    if (name === 'origin') return 'in the score as the group of its level indicators (degenerate Gaussian)';
    if (name === 'cylinders') return 'in the score as a number, though it has only five values';
    return '';
  };
  return {
    title: 'The data, and what was decided about them',
    blocks: [
      {
        kind: 'text',
        text: `${cars.rowsInFile} rows. ${cars.dropped} ${cars.table.rows} remain: dropping them assumes that what is missing does not depend on what it would have been.`,
      },
      {
        kind: 'table',
        head: ['Column', 'Unit', 'Taken for', 'Missing', 'Note'],
        numeric: [3],
        rows: cars.columns.map(({ name, kind, reason, missing }) => [
          name,
          units[name] ?? '',
          kind === 'ignored' ? 'not used' : kind === 'continuous' ? 'a number' : 'categories',
          String(missing),
          [reason, how(name)].filter((part) => part !== '').join(' '),
        ]),
      },
      {
        kind: 'note',
        text: `The graph was learned by ${fitted.learned?.method ?? ''}; ${fitted.learned?.message ?? ''} ${fitted.fit.message}`,
      },
    ],
  };
}

function signed(x: number): string {
  return x > 0 ? `+${shown(x, 3)}` : shown(x, 3);
}

function fixed(x: number | undefined): string {
  return x === undefined ? '–' : x.toFixed(2).replace('-', '−');
}
