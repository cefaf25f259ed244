import { compareGraphs, type Graph } from '@cfe/graph';
import { graphFrom, readGraph } from '../../input/graph.ts';
import { shown } from '../../output/numbers.ts';
import { textTable } from '../../output/text-table.ts';
import type { GraphVerb } from './verb.ts';

interface Request {
  readonly truth: Graph;
  readonly estimate: Graph;
}

export const metrics: GraphVerb<Request> = {
  name: 'metrics',
  summary: 'how far an estimated graph is from the truth',
  arguments: [
    ['<truth>', 'graph file'],
    ['<estimate>', 'graph file over the same variables'],
  ],
  examples: ['cfe graph metrics truth.json learned.json'],
  async requestFrom([truth = '', estimate = '']) {
    return { truth: await readGraph(truth), estimate: await readGraph(estimate) };
  },
  requestFromJson({ truth, estimate }) {
    return { truth: graphFrom(truth), estimate: graphFrom(estimate) };
  },
  answer: ({ truth, estimate }) => compareGraphs(truth, estimate),
  textOf(answer) {
    return textTable(rowsOf(answer));
  },
};

function rowsOf(answer: object, prefix = ''): string[][] {
  return Object.entries(answer).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? rowsOf(value, `${prefix}${key} `)
      : [[`${prefix}${key}`, shown(value as number | null)]],
  );
}
