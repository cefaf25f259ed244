import { ancestorAid, osetAid, parentAid } from './adjustment-distance.ts';
import { cpdag } from './cpdag.ts';
import type { Distance } from './distance.ts';
import { type EdgeScores, edgeScores } from './edge-scores.ts';
import type { Dag, Graph } from './graph.ts';
import { memberOf } from './internal/class-member.ts';
import { shd } from './shd.ts';

/** The distances as counts; `null` where a graph is of a kind that the distance is not defined for. */
export interface GraphDistances extends EdgeScores {
  readonly shd: number;
  /** of two DAGs */
  readonly sid: number | null;
  /** of DAGs and classes, like the next two */
  readonly parentAid: number | null;
  readonly ancestorAid: number | null;
  readonly osetAid: number | null;
  /** `shd` over the d(d − 1)/2 pairs, the others over d(d − 1) */
  readonly normalised: Readonly<
    Record<'shd', number> & Record<'sid' | 'parentAid' | 'ancestorAid' | 'osetAid', number | null>
  >;
}

/** All distances between two graphs, and between their equivalence classes. */
export interface GraphComparison extends GraphDistances {
  /** the same of the Markov equivalence classes; `null` where a graph has none (latent variables, an incomplete one) */
  readonly cpdag: GraphDistances | null;
}

/**
 * Every distance and score of an estimate at once, of the graphs as they are and of their Markov classes.
 * Observational data identify the class alone, so there judge by `cpdag`.
 *
 * @param truth - reference graph; the estimate is aligned with it by name
 * @throws {@link InputError} if the names differ
 * @example
 * import { compareGraphs, createDag } from '@cfe/graph';
 * const truth = createDag(['a', 'b'], [['a', 'b']]);
 * const { shd, sid, cpdag } = compareGraphs(truth, createDag(['a', 'b'], [['b', 'a']]));
 * [shd, sid, cpdag?.shd]; // → [1, 2, 0]
 */
export function compareGraphs(truth: Graph, estimate: Graph): GraphComparison {
  const classes = [classOf(truth), classOf(estimate)] as const;
  return {
    ...distances(truth, estimate),
    cpdag: classes[0] === null || classes[1] === null ? null : distances(classes[0], classes[1]),
  };
}

function distances(truth: Graph, estimate: Graph): GraphDistances {
  const edges = shd(truth, estimate);
  const both = (test: (graph: Graph) => boolean): boolean => test(truth) && test(estimate);
  const dags = both(({ neighbours, spouses }) => neighbours.items.length + spouses.items.length === 0);
  const classes = both(({ kind, neighbours, spouses }) =>
    kind === 'pdag' ? neighbours.items.length === 0 : spouses.items.length === 0,
  );
  const of = (measure: (truth: Graph, estimate: Graph) => Distance, defined: boolean): Distance | null =>
    defined ? measure(truth, estimate) : null;
  const parent = of(parentAid, classes);
  const found = {
    sid: dags ? parent : null, // equal on DAGs
    parentAid: parent,
    ancestorAid: of(ancestorAid, classes),
    osetAid: of(osetAid, classes),
  };
  return {
    shd: edges.count,
    sid: found.sid?.count ?? null,
    parentAid: found.parentAid?.count ?? null,
    ancestorAid: found.ancestorAid?.count ?? null,
    osetAid: found.osetAid?.count ?? null,
    ...edgeScores(truth, estimate),
    normalised: {
      shd: edges.normalised,
      sid: found.sid?.normalised ?? null,
      parentAid: found.parentAid?.normalised ?? null,
      ancestorAid: found.ancestorAid?.normalised ?? null,
      osetAid: found.osetAid?.normalised ?? null,
    },
  };
}

/** The Markov class that a graph belongs to. */
function classOf(graph: Graph): Graph | null {
  if (graph.kind === 'cpdag') return graph;
  if (graph.spouses.items.length > 0) return null;
  if (graph.kind === 'pdag' && graph.neighbours.items.length > 0) return null;
  return cpdag(memberOf(graph, 'compareGraphs') as Dag);
}
