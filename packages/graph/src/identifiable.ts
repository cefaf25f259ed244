import type { Graph } from './graph.ts';
import { type EffectQuestion, type ResolvedQuestion, resolveQuestion } from './internal/effect-question.ts';
import { markedIndices, marksOf } from './internal/node-indices.ts';
import { latentProjection } from './latent-projection.ts';
import { incident } from './queries.ts';
import { reachable } from './reachable.ts';

/**
 * Whether the effect is a function of the distribution of what is measured, by whatever formula.
 *
 * In a graph with latent variables: the verdict of the ID algorithm, which is complete. In an equivalence class:
 * whether its members agree on the effect when all variables are measured. In a DAG without latent variables always
 * true.
 *
 * @throws {@link InputError} as `checkAdjustmentSet`
 * @see Shpitser & Pearl (2006), AAAI; Perković (2020), UAI, for classes
 * @example
 * import { createGraph, isIdentifiable } from '@cfe/graph';
 * const bow = createGraph('admg', ['x', 'y'], [['x', 'y'], { from: 'x', to: 'y', type: 'bidirected' }]);
 * isIdentifiable(bow, { treatment: 'x', outcome: 'y' }); // → false
 */
export function isIdentifiable(graph: Graph, question: EffectQuestion): boolean {
  return identified(resolveQuestion(graph, question, 'isIdentifiable'));
}

/** The verdict on a question; for classes, on the part of it that does not depend on what is measured. */
export function identified({ graph, treatments, outcomes, latents, open }: ResolvedQuestion): boolean {
  if (open !== undefined) return false;
  if (graph.neighbours.items.length > 0) return true;
  if (latents.length === 0 && graph.spouses.items.length === 0) return true;
  const names = (set: Int32Array): string[] => Array.from(set, (i) => graph.nodes[i] as string);
  const projected = latents.length === 0 ? graph : latentProjection(graph, names(latents));
  const index = (set: Int32Array): number[] => names(set).map((name) => projected.nodes.indexOf(name));
  const d = projected.nodes.length;
  return id(projected, index(outcomes), index(treatments), new Uint8Array(d).fill(1));
}

/** Lines 1–7 of ID on the subgraph over `within`, with the formulas left out. */
function id(
  graph: Graph,
  outcomes: readonly number[],
  treatments: readonly number[],
  within: Uint8Array,
): boolean {
  if (treatments.length === 0) return true; // 1
  const outside = within.map((mark) => 1 - mark);
  const above = reachable([graph.parents], outcomes, outside);
  if (markedIndices(above).length < markedIndices(within).length) {
    return id(
      graph,
      outcomes,
      treatments.filter((x) => above[x] === 1),
      above,
    ); // 2
  }
  const acted = marksOf(within.length, treatments);
  const still = ancestorsPast(graph, outcomes, outside, acted);
  const idle = markedIndices(within).filter((i) => acted[i] === 0 && still[i] === 0);
  if (idle.length > 0) return id(graph, outcomes, [...treatments, ...idle], within); // 3
  const rest = within.map((mark, i) => (mark === 1 && acted[i] === 0 ? 1 : 0));
  const parts = districts(graph, rest);
  if (parts.length > 1) {
    return parts.every((part) => {
      const inside = marksOf(within.length, part);
      return id(
        graph,
        part,
        markedIndices(within).filter((i) => inside[i] === 0),
        within,
      ); // 4
    });
  }
  const part = parts[0] as readonly number[];
  const whole = districts(graph, within).find((one) => one.includes(part[0] as number)) as readonly number[];
  if (whole.length === markedIndices(within).length) return false; // 5: a hedge
  if (whole.length === part.length) return true; // 6
  return id(
    graph,
    outcomes,
    treatments.filter((x) => whole.includes(x)),
    marksOf(within.length, whole),
  ); // 7
}

/** Ancestors of the outcomes where no edge enters the treatments. */
function ancestorsPast(
  graph: Graph,
  outcomes: readonly number[],
  outside: Uint8Array,
  acted: Uint8Array,
): Uint8Array {
  const seen = marksOf(outside.length, outcomes);
  const stack = [...outcomes];
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    if (acted[i] === 1) continue;
    for (const p of incident(graph.parents, i)) {
      if (seen[p] === 1 || outside[p] === 1) continue;
      seen[p] = 1;
      stack.push(p);
    }
  }
  return seen;
}

/** The connected components of ↔ among the marked nodes. */
function districts(graph: Graph, within: Uint8Array): number[][] {
  const outside = within.map((mark) => 1 - mark);
  const out: number[][] = [];
  const done = new Uint8Array(within.length);
  for (const i of markedIndices(within)) {
    if (done[i] === 1) continue;
    const part = markedIndices(reachable([graph.spouses], [i], outside));
    for (const k of part) done[k] = 1;
    out.push(part);
  }
  return out;
}
