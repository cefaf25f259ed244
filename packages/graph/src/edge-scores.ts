import type { Graph } from './graph.ts';
import { aligned } from './internal/align.ts';

/** How much of what was claimed is right, and how much of what is right was claimed; `null` where there is nothing to divide by. */
export interface EdgeScore {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** Scores of an estimate at three levels of detail. */
export interface EdgeScores {
  /** over adjacent pairs */
  readonly skeleton: EdgeScore;
  /** over directed edges i → j; an undirected edge claims none */
  readonly directed: EdgeScore;
  /** over arrowheads at edges that both graphs have */
  readonly arrowhead: EdgeScore;
}

/**
 * Precision, recall and F1 of an estimated graph. A level with nothing to find and nothing claimed is `null`, never
 * 1: an empty graph does not score on a class without arrows.
 *
 * @throws {@link InputError} if the graphs have different nodes
 * @example
 * import { createDag, edgeScores } from '@cfe/graph';
 * const truth = createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c']]);
 * edgeScores(truth, createDag(['a', 'b', 'c'], [['a', 'b']])).directed; // → { precision: 1, recall: 0.5, f1: 0.667 }
 */
export function edgeScores(truth: Graph, estimate: Graph): EdgeScores {
  const [a, b] = aligned('edgeScores', truth, estimate);
  const skeleton = new Tally();
  const directed = new Tally();
  const arrowhead = new Tally();
  for (let i = 0; i < a.d; i++) {
    for (let j = 0; j < a.d; j++) {
      if (i === j) continue;
      if (i < j) skeleton.add(a.adjacent(i, j), b.adjacent(i, j));
      directed.add(a.directed(i, j), b.directed(i, j));
      if (a.adjacent(i, j) && b.adjacent(i, j)) arrowhead.add(a.directed(i, j), b.directed(i, j));
    }
  }
  return { skeleton: skeleton.score(), directed: directed.score(), arrowhead: arrowhead.score() };
}

class Tally {
  private hits = 0;
  private claimed = 0;
  private present = 0;

  add(present: boolean, claimed: boolean): void {
    if (present) this.present++;
    if (claimed) this.claimed++;
    if (present && claimed) this.hits++;
  }

  score(): EdgeScore {
    const { hits, claimed, present } = this;
    return {
      precision: claimed === 0 ? null : hits / claimed,
      recall: present === 0 ? null : hits / present,
      f1: claimed === 0 || present === 0 ? null : (2 * hits) / (claimed + present),
    };
  }
}
