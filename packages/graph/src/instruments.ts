import type { Graph } from './graph.ts';
import { type EffectQuestion, type ResolvedQuestion, resolveQuestion } from './internal/effect-question.ts';
import { nearestSeparator } from './internal/minimal-separators.ts';
import { marksOf, namesOf } from './internal/node-indices.ts';
import { openWalks, walkSpace } from './internal/open-walks.ts';

/** An instrument, and what it must be conditioned on to be one. */
export interface Instrument {
  readonly instrument: string;
  readonly given: readonly string[];
}

/**
 * The (conditional) instruments for the effect of one variable on another: z is connected with the treatment given W,
 * and separated from the outcome given W once the edges that start the effect are removed; W holds nothing that the
 * effect passes. In a linear model cov(z, y | W) / cov(z, x | W) is then the total effect, confounded or not; otherwise
 * an instrument bounds it.
 *
 * Each instrument comes with one W, the empty one where it does, otherwise ancestors of the instrument and the outcome.
 * The list is empty only if no variable is an instrument given any W; for several treatments or outcomes; in classes
 * with undirected edges; and where there is no effect.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @throws {@link InputError} if the sets overlap
 * @see Brito & Pearl (2002), UAI; van der Zander, Textor & Liśkiewicz (2015), IJCAI
 * @example
 * import { createGraph, instruments } from '@cfe/graph';
 * const graph = createGraph('admg', ['z', 'x', 'y'], [['z', 'x'], ['x', 'y'], { from: 'x', to: 'y', type: 'bidirected' }]);
 * instruments(graph, { treatment: 'x', outcome: 'y' }); // → [{ instrument: 'z', given: [] }]
 */
export function instruments(graph: Graph, question: EffectQuestion): Instrument[] {
  return instrumentsOf(resolveQuestion(graph, question, 'instruments'));
}

export function instrumentsOf(question: ResolvedQuestion): Instrument[] {
  const { graph, treatments, outcomes, latents, causal, candidates, backdoor } = question;
  const [x, y] = [treatments[0] as number, outcomes[0] as number];
  const simple = treatments.length === 1 && outcomes.length === 1 && graph.neighbours.items.length === 0;
  if (!simple || causal[y] === 0) return [];
  const d = graph.nodes.length;
  const hidden = marksOf(d, latents);
  const space = walkSpace(d);
  const reaches = (z: number, target: number, given: Uint8Array): boolean =>
    openWalks(backdoor, [z], given, space)[target] !== 0;
  const found: Instrument[] = [];
  for (let z = 0; z < d; z++) {
    if (z === x || z === y || hidden[z] === 1) continue;
    for (const given of conditioningSets(z)) {
      const marks = marksOf(d, given);
      if (reaches(z, y, marks) || !reaches(z, x, marks)) continue;
      found.push({ instrument: graph.nodes[z] as string, given: namesOf(graph, given) });
      break;
    }
  }
  return found;

  /** Nothing, then the separator nearest to the outcome: if any works, it does. */
  function* conditioningSets(z: number): Generator<readonly number[]> {
    yield [];
    const allowed = candidates.slice();
    allowed[z] = 0;
    const nearest = nearestSeparator(backdoor, y, z, allowed);
    if (nearest !== undefined) yield nearest;
  }
}
