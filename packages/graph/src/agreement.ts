import type { Edge, Graph } from './graph.ts';
import { edgesOf } from './queries.ts';
import { checkSameNames } from './transform.ts';

/** How much of what was claimed is true, and how much of the truth was claimed; each 0 to 1, or null where nothing was. */
export interface Agreement {
  /** correct / claimed; null when the estimate claims nothing */
  readonly precision: number | null;
  /** correct / true; null when there is nothing to find */
  readonly recall: number | null;
  /** 2·correct / (claimed + true); null when there is nothing claimed and nothing to find */
  readonly f1: number | null;
}

/**
 * Agreement over adjacent pairs, whatever joins them.
 *
 * @throws {@link InputError} if the graphs' names differ
 * @example
 * import { createDag, skeletonAgreement } from '@cfe/graph';
 * const truth = createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c']]);
 * const estimate = createDag(['a', 'b', 'c'], [['b', 'a']]);
 * skeletonAgreement(truth, estimate); // → { precision: 1, recall: 0.5, f1: 0.667 }
 */
export function skeletonAgreement(truth: Graph, estimate: Graph): Agreement {
  return agreement('skeletonAgreement', truth, estimate, ({ from, to }) => [
    from < to ? JSON.stringify([from, to]) : JSON.stringify([to, from]),
  ]);
}

/**
 * Agreement over definite i → j; undirected and bidirected edges claim nothing.
 *
 * @throws {@link InputError} if the graphs' names differ
 * @example
 * import { cpdag, createDag, directedAgreement } from '@cfe/graph';
 * const truth = createDag(['a', 'b'], [['a', 'b']]);
 * directedAgreement(truth, cpdag(truth)); // → { precision: null, recall: 0, f1: 0 }
 */
export function directedAgreement(truth: Graph, estimate: Graph): Agreement {
  return agreement('directedAgreement', truth, estimate, ({ from, to, type }) =>
    type === 'directed' ? [JSON.stringify([from, to])] : [],
  );
}

/**
 * Agreement over arrowheads, each a pair of nodes and the end that bears the head: one on →, two on ↔.
 *
 * @throws {@link InputError} if the graphs' names differ
 */
export function arrowheadAgreement(truth: Graph, estimate: Graph): Agreement {
  return agreement('arrowheadAgreement', truth, estimate, ({ from, to, type }) => {
    const heads = type === 'undirected' ? [] : [JSON.stringify([from, to])];
    return type === 'bidirected' ? [...heads, JSON.stringify([to, from])] : heads;
  });
}

function agreement(
  where: string,
  truth: Graph,
  estimate: Graph,
  claimsOf: (edge: Edge) => readonly string[],
): Agreement {
  checkSameNames(where, truth.nodes, estimate.nodes);
  const wanted = new Set(edgesOf(truth).flatMap(claimsOf));
  const claimed = new Set(edgesOf(estimate).flatMap(claimsOf));
  let correct = 0;
  for (const claim of claimed) if (wanted.has(claim)) correct++;
  const share = (of: number, all: number): number | null => (all === 0 ? null : of / all);
  return {
    precision: share(correct, claimed.size),
    recall: share(correct, wanted.size),
    f1: share(2 * correct, claimed.size + wanted.size),
  };
}
