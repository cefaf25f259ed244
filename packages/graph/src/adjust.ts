import { quoteName } from '@cfe/base';
import { faultOf, minimalSets, optimalSet, parentSet } from './adjustment-set.ts';
import { frontdoorIndices } from './frontdoor.ts';
import type { Graph } from './graph.ts';
import { identified } from './identifiable.ts';
import { type Instrument, instrumentsOf } from './instruments.ts';
import { type EffectQuestion, type ResolvedQuestion, resolveQuestion } from './internal/effect-question.ts';
import { markedIndices, namesOf } from './internal/node-indices.ts';
import { reachable } from './reachable.ts';

/** How an effect can be had from data: all that the graph offers. */
export interface Adjustment {
  /** whether any formula gives the effect from the distribution of what is measured */
  readonly identifiable: boolean;
  /** the minimal adjustment sets, smaller ones first; `[[]]` if nothing needs adjusting, `[]` if no set is valid */
  readonly sets: readonly (readonly string[])[];
  /** whether there may be more minimal sets than the limit let through */
  readonly truncated: boolean;
  /** the valid set of least variance, or `null` */
  readonly optimal: readonly string[] | null;
  /** the treatments' parents where they adjust, or `null` */
  readonly parents: readonly string[] | null;
  /** a front-door set, or `null` */
  readonly frontdoor: readonly string[] | null;
  /** instruments, each with what to condition on */
  readonly instruments: readonly Instrument[];
  /** why there is no adjustment set, or no effect, in a sentence or two; `null` when there is nothing to explain */
  readonly reason: string | null;
}

/**
 * How the effect of the treatments on the outcomes can be estimated from observational data, if the graph is right:
 * adjustment sets, front door, instruments, or the reason why there is none.
 *
 * Takes DAGs, equivalence classes and graphs with bidirected edges.
 *
 * @param options.limit - how many minimal sets to list, default 100
 * @throws {@link UnknownNameError} if the graph has no such node
 * @throws {@link InputError} if treatment and outcome overlap, or a partially directed graph stands for no class
 * @see Perković, Textor, Kalisch & Maathuis (2018), JMLR 18(220), 1–62
 * @example
 * import { adjust, createDag } from '@cfe/graph';
 * const dag = createDag(['z', 'x', 'y'], [['z', 'x'], ['z', 'y'], ['x', 'y']]);
 * adjust(dag, { treatment: 'x', outcome: 'y' }).sets; // → [['z']]
 * adjust(dag, { treatment: 'x', outcome: 'y', latent: 'z' }).identifiable; // → false
 */
export function adjust(
  graph: Graph,
  question: EffectQuestion,
  { limit = 100 }: { readonly limit?: number } = {},
): Adjustment {
  const resolved = resolveQuestion(graph, question, 'adjust');
  const sets = minimalSets(resolved, limit);
  const optimal = optimalSet(resolved);
  const parents = parentSet(resolved);
  const frontdoor = frontdoorIndices(resolved);
  const isIdentified =
    sets.length > 0 ||
    (identified(resolved) && !(graph.neighbours.items.length > 0 && resolved.latents.length > 0));
  const names = (set: readonly number[] | null): string[] | null =>
    set === null ? null : namesOf(graph, set);
  return {
    identifiable: isIdentified,
    sets: sets.map((set) => namesOf(graph, set)),
    truncated: sets.length >= limit,
    optimal: names(optimal),
    parents: names(parents),
    frontdoor: names(frontdoor),
    instruments: instrumentsOf(resolved),
    reason: reasonFor(resolved, sets.length > 0, isIdentified, names(frontdoor)),
  };
}

function reasonFor(
  question: ResolvedQuestion,
  adjusts: boolean,
  isIdentified: boolean,
  frontdoor: readonly string[] | null,
): string | null {
  const { graph, treatments, outcomes, causal, candidates, backdoor, open } = question;
  const list = (set: Iterable<number>): string => namesOf(graph, set).map(quoteName).join(', ');
  if (open === undefined && outcomes.every((y) => causal[y] === 0)) {
    return `No directed path leads from ${list(treatments)} to ${list(outcomes)}: acting on the one does not change the other.`;
  }
  if (adjusts) return null;
  if (open !== undefined) {
    return `${faultOf(question, [])} Learn it from an experiment, or state it as background knowledge.`;
  }
  // If any set separates, then the candidates among the ancestors do; what stays open given them cannot be closed.
  const above = reachable([backdoor.parents], [...treatments, ...outcomes]);
  const most = markedIndices(candidates.map((mark, i) => mark & (above[i] as number)));
  const why = faultOf(question, most)?.replace(
    'It leaves the path',
    'No set that may be adjusted for closes the path',
  );
  const path = `${why?.replace(/ open\.$/, '.')}`;
  if (frontdoor !== null)
    return `${path} The front-door set {${frontdoor.map(quoteName).join(', ')}} identifies the effect.`;
  return isIdentified
    ? `${path} The effect is identified all the same, by another formula than adjustment.`
    : `${path} The effect is not identified: models that agree on all that is measured disagree on it.`;
}
