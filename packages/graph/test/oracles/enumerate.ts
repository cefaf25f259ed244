import { createDag, type Dag, hasEdge } from '../../src/index.ts';

/** Every DAG over the first d letters, by trying all directed graphs. */
export function allDags(d: number): Dag[] {
  const nodes = [...'abcdefg'].slice(0, d);
  const pairs = nodes.flatMap((from, i) => nodes.slice(i + 1).map((to): [string, string] => [from, to]));
  const dags: Dag[] = [];
  for (let code = 0; code < 3 ** pairs.length; code++) {
    const edges: [string, string][] = [];
    let rest = code;
    for (const [from, to] of pairs) {
      if (rest % 3 === 1) edges.push([from, to]);
      if (rest % 3 === 2) edges.push([to, from]);
      rest = Math.floor(rest / 3);
    }
    try {
      dags.push(createDag(nodes, edges));
    } catch {
      // cyclic
    }
  }
  return dags;
}

/** d-separation by its definition: every path between x and y, checked node by node. */
export function separatedByPaths(dag: Dag, x: number, y: number, given: ReadonlySet<number>): boolean {
  const d = dag.nodes.length;
  const edge = (i: number, j: number): boolean => hasEdge(dag, i, j);
  const hasObservedDescendant = (i: number): boolean =>
    given.has(i) ||
    Array.from({ length: d }, (_, k) => k).some((k) => edge(i, k) && hasObservedDescendant(k));
  const open = (path: readonly number[]): boolean =>
    path.slice(1, -1).every((node, at) => {
      const collider = edge(path[at] as number, node) && edge(path[at + 2] as number, node);
      return collider ? hasObservedDescendant(node) : !given.has(node);
    });
  const walk = (path: readonly number[]): boolean => {
    const last = path.at(-1) as number;
    if (last === y) return open(path);
    for (let next = 0; next < d; next++) {
      if (path.includes(next) || !(edge(last, next) || edge(next, last))) continue;
      if (walk([...path, next])) return true;
    }
    return false;
  };
  return !walk([x]);
}
