import type { Section } from '@cfe/report';
import { shown } from '../output/numbers.ts';
import { graphBlocks } from '../page/graph-blocks.ts';
import { linearRange } from './answer-section.ts';
import { question } from './answers.ts';
import { knowledge } from './cars.ts';
import type { Findings } from './findings.ts';

/** The learned graph with the paths of the answer, and how much of it the stated order decided. */
export async function graphSection({ fitted, answers, replicates }: Findings): Promise<Section> {
  const highlight = answers.paths.flatMap((path) =>
    path.slice(1).map((to, k): [string, string] => [path[k] as string, to]),
  );
  const { learned, confidence, model } = fitted;
  const { unordered } = answers;
  return {
    title: 'The graph, and the paths the answer runs through',
    blocks: [
      ...(await graphBlocks({
        graph: learned?.graph ?? model.graph,
        dag: model.graph,
        confidence,
        resamples: replicates,
        highlight,
        set: [question.treatment],
        highlightMeans: `the way from weight to mpg (${answers.paths.map((path) => path.join(' → ')).join('; ')})`,
      })),
      {
        kind: 'text',
        text: `Stated before learning, as an order that causes cannot run against: ${(knowledge.tiers ?? []).map((tier) => tier.join(', ')).join(' < ')}. Everything else was learned.`,
      },
      {
        kind: 'note',
        text: [
          `The order is not free: without it the same search prefers another class, ${unordered.edges} edges of which ${unordered.open} without direction, with a score of ${shown(unordered.score, 5)} against ${shown(learned?.score, 5)} (lower is better).`,
          unordered.against.length === 0
            ? ''
            : `It runs against the order at ${unordered.against.map(([from, to]) => `${from} → ${to}`).join(', ')}; the score takes every effect for linear, and we hold to how cars are built.`,
          `For mpg: ${lower(linearRange(unordered.effects))} there, ${lower(linearRange(answers.wholeClass))} here.`,
        ]
          .filter((part) => part !== '')
          .join(' '),
      },
    ],
  };
}

function lower(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
