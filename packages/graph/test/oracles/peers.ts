import { readFileSync } from 'node:fs';
import { createGraph, type EdgeInput, type Graph } from '../../src/index.ts';
import { letters } from './random.ts';

type Row = readonly [
  d: number,
  truth: string,
  guess: string,
  truthClass: string,
  guessClass: string,
  dags: readonly number[],
  classes: readonly number[],
  mixed: readonly number[],
  separations: readonly (readonly [x: number, y: number, given: readonly number[], separated: number])[],
];

/** What gadjid, networkx and causal-learn said about random graphs; see scripts/golden-peers.py. */
export const peers: readonly Row[] = (
  JSON.parse(readFileSync(new URL('../golden/peers.json', import.meta.url), 'utf8')) as { rows: Row[] }
).rows;

/** What pgmpy said about the truths of `peers`, in their order; see scripts/golden-pgmpy.py. */
export const pgmpy: readonly (readonly [truthClass: string, separated: readonly number[]])[] = (
  JSON.parse(readFileSync(new URL('../golden/pgmpy.json', import.meta.url), 'utf8')) as {
    rows: [string, number[]][];
  }
).rows;

/** A graph from its digits, one per pair i < j: 0 none, 1 i → j, 2 i ← j, 3 i — j. */
export function decode(kind: 'dag' | 'cpdag', d: number, digits: string): Graph {
  const nodes = letters(d);
  const edges: EdgeInput[] = [];
  let at = 0;
  for (let i = 0; i < d; i++) {
    for (let j = i + 1; j < d; j++) {
      const [from, to] = [nodes[i] as string, nodes[j] as string];
      const digit = digits[at++];
      if (digit === '1') edges.push([from, to]);
      if (digit === '2') edges.push([to, from]);
      if (digit === '3') edges.push({ from, to, type: 'undirected' });
    }
  }
  return createGraph(kind, nodes, edges);
}
