import { htmlReport } from '@cfe/report';
import type { CheckedExecutor } from '../model/check-gradients.ts';
import { shown } from '../output/numbers.ts';
import { counterfactualBlocks } from '../page/counterfactual-blocks.ts';
import { fitBlocks } from '../page/fit-blocks.ts';
import { gradientBlocks } from '../page/gradient-blocks.ts';
import { versions } from '../versions.ts';
import { answerSection } from './answer-section.ts';
import { question } from './answers.ts';
import { units } from './cars.ts';
import { curveSection } from './curve-section.ts';
import { dataSection } from './data-section.ts';
import type { Findings } from './findings.ts';
import { graphSection } from './graph-section.ts';
import { twinSection } from './twin-section.ts';

/** The main job's report: one page that stands alone. */
export async function quickstartPage(
  findings: Findings,
  gradients: readonly CheckedExecutor[],
): Promise<string> {
  const { cars, answers, seed, level, seconds } = findings;
  return htmlReport({
    title: 'What if this car had weighed 500 pounds less?',
    lead: `${cars.table.rows} real cars, 1970 to 1982. A causal graph was learned from them, a mechanism fitted to every variable, and the model asked what nobody has observed. Every number below comes with what it rests on.`,
    sections: [
      answerSection(findings),
      await graphSection(findings),
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
        blocks: gradientBlocks(gradients),
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
