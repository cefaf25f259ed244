import type { Graph } from './graph.ts';
import { withoutEdges } from './internal/cut.ts';
import { type EffectQuestion, type ResolvedQuestion, resolveQuestion } from './internal/effect-question.ts';
import { marksOf, namesOf } from './internal/node-indices.ts';
import { openWalks, walkSpace } from './internal/open-walks.ts';
import { reachable } from './reachable.ts';

/**
 * A front-door set, or `null` if there is none: mediators M that every directed path from treatment to outcome
 * passes, with no open back-door path from treatment to M, and the treatment blocking those from M to the outcome.
 * Then p(y | do(x)) = Σ_m p(m | x) Σ_x′ p(y | m, x′) p(x′), although treatment and outcome share an unmeasured cause.
 *
 * The set returned has no member that could be left out. For a DAG or a graph with bidirected edges; `null` in classes
 * with undirected edges, and where no directed path leads from treatment to outcome.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @throws {@link InputError} if the sets overlap
 * @see Pearl (1995), Biometrika 82, 669–688; Jeong, Tian & Bareinboim (2022), NeurIPS
 * @example
 * import { createGraph, frontdoorSet } from '@cfe/graph';
 * const smoking = createGraph('admg', ['smoking', 'tar', 'cancer'], [
 *   ['smoking', 'tar'], ['tar', 'cancer'], { from: 'smoking', to: 'cancer', type: 'bidirected' },
 * ]);
 * frontdoorSet(smoking, { treatment: 'smoking', outcome: 'cancer' }); // → ['tar']
 */
export function frontdoorSet(graph: Graph, question: EffectQuestion): string[] | null {
  const set = frontdoorIndices(resolveQuestion(graph, question, 'frontdoorSet'));
  return set === null ? null : namesOf(graph, set);
}

export function frontdoorIndices({
  graph,
  treatments,
  outcomes,
  latents,
  causal,
}: ResolvedQuestion): number[] | null {
  const d = graph.nodes.length;
  if (graph.neighbours.items.length > 0 || outcomes.every((y) => causal[y] === 0)) return null;
  const isTreatment = marksOf(d, treatments);
  const space = walkSpace(d);
  const confounded = openWalks(
    withoutEdges(graph, (from) => isTreatment[from] === 1),
    treatments,
    new Uint8Array(d),
    space,
  ).slice();
  const set = confounded.map((arrival) => (arrival === 0 ? 1 : 0));
  for (const others of [treatments, outcomes, latents]) for (const i of others) set[i] = 0;
  // A mediator that fails with more of them cut off fails with fewer too, so dropping all that fail ends at the
  // largest set there is, and one exists if and only if that one intercepts.
  for (let dropped = true; dropped; ) {
    dropped = false;
    const reached = openToOutcome(set);
    for (let i = 0; i < d; i++) {
      if (set[i] === 1 && reached[i] !== 0) {
        set[i] = 0;
        dropped = true;
      }
    }
  }
  if (!intercepts(set)) return null;
  for (let i = d - 1; i >= 0; i--) if (set[i] === 1 && causal[i] === 0) tryWithout(i);
  for (let i = d - 1; i >= 0; i--) tryWithout(i);
  return [...set.keys()].filter((i) => set[i] === 1);

  function tryWithout(i: number): void {
    if (set[i] === 0) return;
    set[i] = 0;
    if (intercepts(set)) {
      const reached = openToOutcome(set);
      if (set.every((mark, k) => mark === 0 || reached[k] === 0)) return;
    }
    set[i] = 1;
  }

  /** How walks from the outcome arrive given the treatment, with the edges out of the mediators cut. */
  function openToOutcome(mediators: Uint8Array): Uint8Array {
    return openWalks(
      withoutEdges(graph, (from) => mediators[from] === 1),
      outcomes,
      isTreatment,
      space,
    );
  }

  function intercepts(mediators: Uint8Array): boolean {
    const past = reachable([graph.children], treatments, mediators);
    return outcomes.every((y) => past[y] === 0);
  }
}
