import { createRng, permutation, type Rng } from '@cfe/base';
import { createDag, createGraph, type Dag, type EdgeInput, type Graph } from '../../src/index.ts';

export const letters = (d: number): string[] => Array.from({ length: d }, (_, i) => `v${i}`);

/** A random DAG whose order of nodes says nothing about its causal order. */
export function randomDag(rng: Rng, d: number, probability: number): Dag {
  const order = permutation(rng.fork('order'), d);
  const nodes = letters(d);
  const edges: [string, string][] = [];
  for (let a = 0; a < d; a++) {
    for (let b = a + 1; b < d; b++) {
      if (rng.uniform() < probability)
        edges.push([nodes[order[a] as number] as string, nodes[order[b] as number] as string]);
    }
  }
  return createDag(nodes, edges);
}

/** A random ADMG: a random DAG and bidirected edges over it. */
export function randomAdmg(rng: Rng, d: number, directed: number, bidirected: number): Graph<'admg'> {
  const dag = randomDag(rng, d, directed);
  const edges: EdgeInput[] = [];
  for (const [i, from] of dag.nodes.entries()) {
    for (const k of dag.children.items.subarray(dag.children.offsets[i], dag.children.offsets[i + 1]))
      edges.push([from, dag.nodes[k] as string]);
    for (const to of dag.nodes.slice(i + 1))
      if (rng.uniform() < bidirected) edges.push({ from, to, type: 'bidirected' });
  }
  return createGraph('admg', dag.nodes, edges);
}

/** One generator per case, so that cases do not shift each other. */
export function* cases(count: number, name: string): Generator<Rng> {
  const root = createRng(4).fork(name);
  for (let k = 0; k < count; k++) yield root.fork(`${k}`);
}
