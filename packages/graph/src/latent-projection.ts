import { InputError } from '@cfe/base';
import { createGraph, type EdgeInput } from './create-graph.ts';
import type { Graph } from './graph.ts';
import { marksOf, type Names, nodeIndices } from './internal/node-indices.ts';
import { incident } from './queries.ts';

/**
 * The graph over the measured variables of a DAG or ADMG with latent ones: a → b where a directed path leads from a to
 * b through latent variables only, a ↔ b where a path between them starts and ends with an arrowhead at a and b and
 * has only latent variables, none of them a collider, inside. It has the same separations and the same effects.
 *
 * @param latent - the variables to leave out
 * @throws {@link UnknownNameError} if the graph has no such node
 * @throws {@link InputError} if the graph has undirected edges
 * @see Verma & Pearl (1990), UAI; Richardson, Evans, Robins & Shpitser (2023), Annals of Statistics 51, 334–361
 * @example
 * import { createDag, edgesOf, latentProjection } from '@cfe/graph';
 * const dag = createDag(['u', 'x', 'y'], [['u', 'x'], ['u', 'y']]);
 * edgesOf(latentProjection(dag, 'u')); // → [{ from: 'x', to: 'y', type: 'bidirected' }]
 */
export function latentProjection(graph: Graph, latent: Names): Graph<'admg'> {
  if (graph.neighbours.items.length > 0) {
    throw new InputError(
      'graph/kind',
      'latentProjection: the graph has undirected edges. Take a DAG of its class: extendToDag(graph).',
      { kind: graph.kind },
    );
  }
  const d = graph.nodes.length;
  const hidden = marksOf(d, nodeIndices(graph, latent, 'latentProjection'));
  const kept = graph.nodes.flatMap((_, i) => (hidden[i] === 1 ? [] : [i]));
  const name = (i: number): string => graph.nodes[i] as string;
  const edges: EdgeInput[] = [];
  for (const a of kept) {
    for (const b of throughLatents(a)) edges.push([name(a), name(b)]);
    for (const b of byCommonCause(a))
      if (b > a) edges.push({ from: name(a), to: name(b), type: 'bidirected' });
  }
  return createGraph('admg', kept.map(name), edges);

  /** Measured nodes at the end of directed paths from i whose inner nodes are latent. */
  function throughLatents(i: number): Set<number> {
    const found = new Set<number>();
    const inside = new Set<number>([i]);
    for (const k of inside) {
      for (const child of incident(graph.children, k)) {
        if (hidden[child] === 1) inside.add(child);
        else found.add(child);
      }
    }
    return found;
  }

  /** Measured nodes joined to a by a path without collider, latent inside, with arrowheads at both ends. */
  function byCommonCause(a: number): Set<number> {
    const found = new Set<number>();
    const up = new Set<number>([a]); // a and the latents above it: from each the path may turn down
    const turned = new Set<number>();
    const turn = (k: number): void => {
      if (hidden[k] === 0) found.add(k);
      else turned.add(k);
    };
    for (const k of up) {
      for (const s of incident(graph.spouses, k)) turn(s);
      for (const p of incident(graph.parents, k)) if (hidden[p] === 1) up.add(p);
      if (k !== a) for (const child of incident(graph.children, k)) turn(child);
    }
    for (const k of turned) for (const child of incident(graph.children, k)) turn(child);
    found.delete(a);
    return found;
  }
}
