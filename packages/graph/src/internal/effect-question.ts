import { InputError } from '@cfe/base';
import type { Graph } from '../graph.ts';
import { incident } from '../queries.ts';
import { reachable } from '../reachable.ts';
import { memberOf } from './class-member.ts';
import { type MarkedGraph, withoutEdges } from './cut.ts';
import { checkDisjoint, marksOf, type Names, nodeIndices } from './node-indices.ts';

/** Which effect is asked for: of acting on the treatments, on the outcomes. */
export interface EffectQuestion {
  /** one variable or several, acted on together */
  readonly treatment: Names;
  /** one variable or several, none of them a treatment */
  readonly outcome: Names;
  /** variables that are drawn but not measured: no returned set holds them; default none */
  readonly latent?: Names;
}

/** An effect question by index, with the sets of nodes that every adjustment criterion speaks of. */
export interface ResolvedQuestion {
  readonly graph: Graph;
  /** a DAG of the class, or the graph itself */
  readonly member: Graph;
  readonly treatments: Int32Array;
  readonly outcomes: Int32Array;
  readonly latents: Int32Array;
  /** nodes other than treatments on a proper, possibly directed path from a treatment to an outcome */
  readonly causal: Uint8Array;
  /** treatments, and possible descendants of {@link causal} nodes */
  readonly forbidden: Uint8Array;
  /** measured, not forbidden, neither treatment nor outcome */
  readonly candidates: Uint8Array;
  /** an undirected edge with which a possibly directed path starts: the class leaves the effect open */
  readonly open: readonly [treatment: number, neighbour: number] | undefined;
  /** the member without the first edges of directed paths to the outcome (the proper back-door graph) */
  readonly backdoor: MarkedGraph;
}

/**
 * @throws {@link InputError} if the sets overlap or are empty, or a partially directed graph stands for no class
 * @see Perković, Textor, Kalisch & Maathuis (2018), JMLR 18(220), 1–62
 */
export function resolveQuestion(
  graph: Graph,
  { treatment, outcome, latent = [] }: EffectQuestion,
  where: string,
): ResolvedQuestion {
  const treatments = nodeIndices(graph, treatment, where);
  const outcomes = nodeIndices(graph, outcome, where);
  const latents = nodeIndices(graph, latent, where);
  checkDisjoint(where, graph, { treatment: treatments, outcome: outcomes, latent: latents });
  for (const [role, set] of Object.entries({ treatment: treatments, outcome: outcomes })) {
    if (set.length === 0)
      throw new InputError('graph/no-question', `${where}: name at least one ${role}.`, { role });
  }
  const d = graph.nodes.length;
  const member = memberOf(graph, where);
  const isTreatment = marksOf(d, treatments);
  const down = [graph.children, graph.neighbours];
  const leads = reachable([graph.parents, graph.neighbours], outcomes, isTreatment);
  const firsts: number[] = [];
  let open: readonly [number, number] | undefined;
  for (const x of treatments) {
    for (const i of incident(graph.children, x)) firsts.push(i);
    for (const i of incident(graph.neighbours, x)) {
      firsts.push(i);
      if (leads[i] === 1) open ??= [x, i];
    }
  }
  const causal = reachable(down, firsts, isTreatment);
  for (let i = 0; i < d; i++) if (leads[i] === 0) causal[i] = 0;
  const forbidden = reachable(
    down,
    Array.from(causal.keys()).filter((i) => causal[i] === 1),
  );
  for (const x of treatments) forbidden[x] = 1;
  const candidates = forbidden.map((mark) => 1 - mark);
  for (const set of [outcomes, latents]) for (const i of set) candidates[i] = 0;
  const backdoor = withoutEdges(member, (from, to) => isTreatment[from] === 1 && causal[to] === 1);
  return { graph, member, treatments, outcomes, latents, causal, forbidden, candidates, open, backdoor };
}
