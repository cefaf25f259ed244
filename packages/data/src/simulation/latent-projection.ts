import { ancestorsOf, createGraph, type Dag, type Edge, type Graph, incident } from '@cfe/graph';

/**
 * What a DAG with hidden variables says about the others: a → b for a directed path whose inner nodes are all hidden,
 * a ↔ b for a hidden common cause with such paths to both.
 *
 * @param hidden - names of hidden variables
 * @see Richardson and Spirtes (2002), and Verma and Pearl (1990), for the latent projection
 * @example
 * import { createDag, edgesOf } from '@cfe/graph';
 * import { latentProjection } from '@cfe/data';
 * const dag = createDag(['u', 'x', 'y'], [['u', 'x'], ['u', 'y'], ['x', 'y']]);
 * edgesOf(latentProjection(dag, ['u'])).map(({ type }) => type); // → ['directed', 'bidirected']
 */
export function latentProjection(dag: Dag, hidden: readonly string[]): Graph<'admg'> {
  ancestorsOf(dag, [...hidden]); // refuses unknown names
  const isHidden = dag.nodes.map((name) => hidden.includes(name));
  const observed = dag.nodes.filter((_, j) => !isHidden[j]);
  /** Observed nodes that j reaches through hidden ones alone. */
  const reach = dag.nodes.map((_, j) => {
    const found = new Set<number>();
    const seen = new Set<number>();
    const stack = [j];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      for (const k of incident(dag.children, at)) {
        if (!isHidden[k]) found.add(k);
        else if (!seen.has(k)) {
          seen.add(k);
          stack.push(k);
        }
      }
    }
    return [...found].sort((a, b) => a - b);
  });
  const name = (j: number): string => dag.nodes[j] as string;
  const directed = dag.nodes.flatMap((_, j): Edge[] =>
    isHidden[j]
      ? []
      : (reach[j] as number[]).map((k): Edge => ({ from: name(j), to: name(k), type: 'directed' })),
  );
  const pairs = new Set<string>();
  const bidirected: Edge[] = [];
  for (const [j, children] of reach.entries()) {
    if (!isHidden[j]) continue;
    for (const [p, a] of children.entries()) {
      for (const b of children.slice(p + 1)) {
        const key = `${a} ${b}`;
        if (pairs.has(key)) continue;
        pairs.add(key);
        bidirected.push({ from: name(a), to: name(b), type: 'bidirected' });
      }
    }
  }
  return createGraph('admg', observed, [...directed, ...bidirected]);
}
