import {
  ancestorAid,
  cpdag,
  type Dag,
  edgeScores,
  type Graph,
  osetAid,
  parentAid,
  shd,
  sid,
} from '@cfe/graph';
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
  answer({ truth, estimate }) {
    return {
      shd: shd(truth, estimate),
      sid: truth.kind === 'dag' && estimate.kind === 'dag' ? sid(truth, estimate).count : null,
      ...adjustmentDistances(truth, estimate),
      ...edgeScores(truth, estimate),
      cpdag: classMetrics(truth, estimate),
    };
  },
  textOf(answer) {
    return textTable(rowsOf(answer));
  },
};

/** As counts; null where a graph is neither a DAG nor a class. */
function adjustmentDistances(truth: Graph, estimate: Graph): Record<string, number | null> {
  const known = [truth, estimate].every(({ kind }) => kind !== 'admg' && kind !== 'pdag');
  const count = (distance: typeof parentAid): number | null =>
    known ? distance(truth, estimate).count : null;
  return { parentAid: count(parentAid), ancestorAid: count(ancestorAid), osetAid: count(osetAid) };
}

/** The same on the level that observations identify: both as their equivalence classes. */
function classMetrics(truth: Graph, estimate: Graph): object | null {
  const [a, b] = [classOf(truth), classOf(estimate)];
  return a === undefined || b === undefined ? null : { shd: shd(a, b), ...edgeScores(a, b) };
}

function classOf(graph: Graph): Graph | undefined {
  if (graph.kind === 'dag') return cpdag(graph as Dag);
  return graph.kind === 'admg' ? undefined : graph;
}

function rowsOf(answer: object, prefix = ''): string[][] {
  return Object.entries(answer).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? rowsOf(value, `${prefix}${key} `)
      : [[`${prefix}${key}`, shown(value as number | null)]],
  );
}
