import { InputError, quoteName } from '@cfe/base';
import type { Graph } from './graph.ts';
import { type EffectQuestion, type ResolvedQuestion, resolveQuestion } from './internal/effect-question.ts';
import { minimalSeparators } from './internal/minimal-separators.ts';
import { checkDisjoint, marksOf, type Names, namesOf, nodeIndices } from './internal/node-indices.ts';
import { openPathText } from './internal/open-path.ts';
import { nonCausal, openWalks, walkSpace } from './internal/open-walks.ts';
import { incident } from './queries.ts';
import { reachable } from './reachable.ts';

/** Whether a set adjusts, and if not, why. */
export interface AdjustmentVerdict {
  readonly valid: boolean;
  /** a sentence that names the offending variable or the path left open; `null` for a valid set */
  readonly reason: string | null;
}

/**
 * Whether adjusting for a set gives the effect: Σ_z p(y | x, z) p(z) = p(y | do(x)) in every model of the graph.
 *
 * The generalised adjustment criterion, necessary and sufficient in DAGs, in equivalence classes and in graphs with
 * bidirected edges, for sets of treatments and outcomes. Linear in the graph.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @throws {@link InputError} if the sets overlap, or a partially directed graph stands for no class
 * @see Perković, Textor, Kalisch & Maathuis (2018), JMLR 18(220), 1–62; Shpitser, VanderWeele & Robins (2010), UAI
 * @example
 * import { checkAdjustmentSet, createDag } from '@cfe/graph';
 * const dag = createDag(['z', 'x', 'y'], [['z', 'x'], ['z', 'y'], ['x', 'y']]);
 * checkAdjustmentSet(dag, { treatment: 'x', outcome: 'y' }, ['z']); // → { valid: true, reason: null }
 * checkAdjustmentSet(dag, { treatment: 'x', outcome: 'y' }, []).reason; // → 'It leaves the path "x" ← "z" → "y" open.'
 */
export function checkAdjustmentSet(graph: Graph, question: EffectQuestion, set: Names): AdjustmentVerdict {
  const resolved = resolveQuestion(graph, question, 'checkAdjustmentSet');
  const indices = nodeIndices(graph, set, 'checkAdjustmentSet');
  const { treatments, outcomes, latents } = resolved;
  checkDisjoint('checkAdjustmentSet', graph, { treatment: treatments, outcome: outcomes, set: indices });
  const reason = faultOf(resolved, indices);
  const hidden = indices.find((i) => latents.includes(i));
  if (reason === null && hidden !== undefined) {
    return { valid: false, reason: `${quoteName(graph.nodes[hidden] as string)} is not measured.` };
  }
  return { valid: reason === null, reason };
}

/**
 * Whether a set adjusts: `checkAdjustmentSet` without the reason.
 *
 * @throws {@link InputError} as `checkAdjustmentSet`
 * @example
 * import { createDag, isAdjustmentSet } from '@cfe/graph';
 * const dag = createDag(['z', 'x', 'y'], [['z', 'x'], ['z', 'y'], ['x', 'y']]);
 * isAdjustmentSet(dag, { treatment: 'x', outcome: 'y' }, 'z'); // → true
 */
export function isAdjustmentSet(graph: Graph, question: EffectQuestion, set: Names): boolean {
  return checkAdjustmentSet(graph, question, set).valid;
}

/**
 * The minimal adjustment sets: each valid, none with a valid proper subset; smaller ones first. Empty if there is none.
 *
 * Their number can grow exponentially with the graph, the time from one to the next does not.
 *
 * @param options.limit - stop after so many, default 100
 * @throws {@link InputError} as `checkAdjustmentSet`, or if the limit is not a positive whole number
 * @see van der Zander, Liśkiewicz & Textor (2019), Artificial Intelligence 270, 1–40
 * @example
 * import { adjustmentSets, createDag } from '@cfe/graph';
 * const dag = createDag(['x', 'a', 'b', 'y'], [['a', 'x'], ['a', 'b'], ['b', 'y'], ['x', 'y']]);
 * adjustmentSets(dag, { treatment: 'x', outcome: 'y' }); // → [['a'], ['b']]
 */
export function adjustmentSets(
  graph: Graph,
  question: EffectQuestion,
  { limit = 100 }: { readonly limit?: number } = {},
): string[][] {
  return minimalSets(resolveQuestion(graph, question, 'adjustmentSets'), limit).map((set) =>
    namesOf(graph, set),
  );
}

/**
 * The optimal adjustment set: of all valid ones, its estimate has the least asymptotic variance, in linear and in
 * non-parametric estimation. `null` if no set is valid, or where no set is optimal for every model (latent variables).
 *
 * @throws {@link InputError} as `checkAdjustmentSet`
 * @see Henckel, Perković & Maathuis (2022), JRSS-B 84, 579–599; Rotnitzky & Smucler (2020), JMLR 21(188), 1–86
 * @example
 * import { createDag, optimalAdjustmentSet } from '@cfe/graph';
 * const dag = createDag(['x', 'a', 'b', 'y'], [['a', 'x'], ['a', 'b'], ['b', 'y'], ['x', 'y']]);
 * optimalAdjustmentSet(dag, { treatment: 'x', outcome: 'y' }); // → ['b']
 */
export function optimalAdjustmentSet(graph: Graph, question: EffectQuestion): string[] | null {
  const set = optimalSet(resolveQuestion(graph, question, 'optimalAdjustmentSet'));
  return set === null ? null : namesOf(graph, set);
}

/**
 * The treatments' parents, where they adjust: all of them measured, and the effect determined. Needs to know the
 * graph around the treatment alone.
 *
 * @throws {@link InputError} as `checkAdjustmentSet`
 * @example
 * import { createDag, parentAdjustmentSet } from '@cfe/graph';
 * const dag = createDag(['x', 'a', 'b', 'y'], [['a', 'x'], ['a', 'b'], ['b', 'y'], ['x', 'y']]);
 * parentAdjustmentSet(dag, { treatment: 'x', outcome: 'y' }); // → ['a']
 */
export function parentAdjustmentSet(graph: Graph, question: EffectQuestion): string[] | null {
  const set = parentSet(resolveQuestion(graph, question, 'parentAdjustmentSet'));
  return set === null ? null : namesOf(graph, set);
}

/** Why a set does not adjust, or `null` if it does; its members are neither treatments nor outcomes. */
export function faultOf(question: ResolvedQuestion, set: ArrayLike<number>): string | null {
  const { graph, member, treatments, outcomes, forbidden, open, backdoor } = question;
  const name = (i: number): string => quoteName(graph.nodes[i] as string);
  if (open !== undefined) {
    return `The class leaves the direction of ${name(open[0])} — ${name(open[1])} open, and with it the effect: a possibly directed path to the outcome starts there.`;
  }
  const members = Array.from(set);
  const bad = members.find((i) => forbidden[i] === 1);
  if (bad !== undefined) {
    return `${name(bad)} is a descendant of the treatment on a path to the outcome, or of such a one; adjusting for it removes part of the effect or adds bias.`;
  }
  const given = marksOf(graph.nodes.length, members);
  const arrivals = openWalks(member, treatments, given, walkSpace(graph.nodes.length));
  if (outcomes.every((y) => ((arrivals[y] as number) & nonCausal) === 0)) return null;
  const path = openPathText({ ...backdoor, nodes: graph.nodes }, treatments, outcomes, given);
  return `It leaves the path ${path} open.`;
}

/** The minimal valid sets by index, smaller ones first, at most `limit`. */
export function minimalSets(question: ResolvedQuestion, limit: number): number[][] {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new InputError(
      'graph/limit',
      `adjustmentSets: limit is ${limit}; it must be a whole number from 1.`,
      {
        limit,
      },
    );
  }
  const { treatments, outcomes, candidates, open, backdoor } = question;
  const found: number[][] = [];
  if (open !== undefined) return found;
  for (const set of minimalSeparators(backdoor, treatments, outcomes, candidates)) {
    found.push(set);
    if (found.length === limit) break;
  }
  return found.sort((one, other) => one.length - other.length || compareLists(one, other));
}

export function optimalSet(question: ResolvedQuestion): number[] | null {
  const { graph, treatments, outcomes, candidates } = question;
  if (graph.spouses.items.length > 0) return null;
  const isTreatment = marksOf(graph.nodes.length, treatments);
  const firsts = [...treatments].flatMap((x) => [...incident(graph.children, x)]);
  const below = reachable([graph.children], firsts, isTreatment);
  const leads = reachable([graph.parents], outcomes, isTreatment);
  const set = new Set<number>();
  for (const [i, mark] of below.entries()) {
    if (mark === 1 && leads[i] === 1) {
      for (const p of incident(graph.parents, i)) if (question.forbidden[p] === 0) set.add(p);
    }
  }
  const sorted = [...set].sort((a, b) => a - b);
  return sorted.every((i) => candidates[i] === 1) && faultOf(question, sorted) === null ? sorted : null;
}

export function parentSet(question: ResolvedQuestion): number[] | null {
  const { graph, treatments, candidates } = question;
  const parents = new Set([...treatments].flatMap((x) => [...incident(graph.parents, x)]));
  for (const x of treatments) parents.delete(x);
  const sorted = [...parents].sort((a, b) => a - b);
  return sorted.every((i) => candidates[i] === 1) && faultOf(question, sorted) === null ? sorted : null;
}

function compareLists(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, k) => value !== other[k]);
  return at < 0 ? 0 : (one[at] as number) - (other[at] as number);
}
