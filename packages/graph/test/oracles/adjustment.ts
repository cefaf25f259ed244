import { createDag, type Dag, type Graph, toAdjacency } from '../../src/index.ts';

/** 0 none, 1 i → j, 2 i — j; bidirected edges are not drawn. */
type Matrix = readonly (readonly number[])[];

export const matrixOf = (graph: Graph): Matrix => toAdjacency(graph).map((row) => [...row]);

/** Every subset of a list. */
export function subsets<T>(items: readonly T[]): T[][] {
  const all: T[][] = [[]];
  for (const item of items) all.push(...all.map((set) => [...set, item]));
  return all;
}

/** All simple paths from one of `from` to one of `to` along allowed steps, inner nodes outside both sets. */
function pathsBetween(
  d: number,
  from: readonly number[],
  to: readonly number[],
  step: (i: number, j: number) => boolean,
): number[][] {
  const out: number[][] = [];
  const walk = (path: number[]): void => {
    const last = path.at(-1) as number;
    if (path.length > 1 && to.includes(last)) {
      out.push(path);
      return;
    }
    for (let next = 0; next < d; next++) {
      if (!path.includes(next) && !from.includes(next) && step(last, next)) walk([...path, next]);
    }
  };
  for (const start of from) walk([start]);
  return out;
}

/** Whether one step may be taken along → (and — in a class). */
const possibly =
  (m: Matrix) =>
  (i: number, j: number): boolean =>
    (m[i]?.[j] ?? 0) !== 0 && !(m[j]?.[i] === 1);

/** Nodes with a (possibly) directed path from `from`, itself included: by search over paths. */
export function possibleDescendants(m: Matrix, from: number): Set<number> {
  const seen = new Set([from]);
  for (const i of seen) for (let j = 0; j < m.length; j++) if (possibly(m)(i, j)) seen.add(j);
  return seen;
}

/** A possibly directed proper path that starts with an undirected edge. */
export function leftOpen(m: Matrix, xs: readonly number[], ys: readonly number[]): boolean {
  return pathsBetween(m.length, xs, ys, possibly(m)).some(([a, b]) => m[b as number]?.[a as number] === 2);
}

/** Adjustment criterion in a DAG by its definition, path by path (Shpitser et al. 2010). */
export function adjustsInDag(
  dag: Dag,
  xs: readonly number[],
  ys: readonly number[],
  z: readonly number[],
): boolean {
  const m = matrixOf(dag);
  const d = m.length;
  const given = new Set(z);
  const directed = pathsBetween(d, xs, ys, (i, j) => m[i]?.[j] === 1);
  const forbidden = new Set(
    directed.flatMap((path) => path.slice(1)).flatMap((w) => [...possibleDescendants(m, w)]),
  );
  if (z.some((i) => forbidden.has(i) || xs.includes(i) || ys.includes(i))) return false;
  const observed = (i: number): boolean => [...possibleDescendants(m, i)].some((k) => given.has(k));
  const all = pathsBetween(d, xs, ys, (i, j) => m[i]?.[j] === 1 || m[j]?.[i] === 1);
  return all.every((path) => {
    const causal = path.slice(1).every((node, at) => m[path[at] as number]?.[node] === 1);
    const open = path.slice(1, -1).every((node, at) => {
      const collider = m[path[at] as number]?.[node] === 1 && m[path[at + 2] as number]?.[node] === 1;
      return collider ? observed(node) : !given.has(node);
    });
    return causal || !open;
  });
}

/** Every DAG with the class's skeleton and directed edges and no v-structure that the class has not. */
export function membersByTrial(graph: Graph): Dag[] {
  const m = matrixOf(graph);
  const d = m.length;
  const lines: [number, number][] = [];
  for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) if (m[i]?.[j] === 2) lines.push([i, j]);
  const colliders = (a: Matrix): string => {
    const out: string[] = [];
    for (let b = 0; b < d; b++)
      for (let i = 0; i < d; i++)
        for (let k = i + 1; k < d; k++)
          if (a[i]?.[b] === 1 && a[k]?.[b] === 1 && !a[i]?.[k] && !a[k]?.[i]) out.push(`${i}${b}${k}`);
    return out.join();
  };
  const out: Dag[] = [];
  for (let code = 0; code < 2 ** lines.length; code++) {
    const a = m.map((row) => row.map((value) => (value === 1 ? 1 : 0)));
    lines.forEach(([i, j], bit) => {
      const [from, to] = (code & (1 << bit)) === 0 ? [i, j] : [j, i];
      (a[from] as number[])[to] = 1;
    });
    if (colliders(a) !== colliders(m)) continue;
    try {
      out.push(
        createDag(
          graph.nodes,
          a.flatMap((row, i) =>
            row.flatMap((value, j): [string, string][] =>
              value === 1 ? [[graph.nodes[i] as string, graph.nodes[j] as string]] : [],
            ),
          ),
        ),
      );
    } catch {
      // cyclic
    }
  }
  return out;
}

/** A set adjusts in a class if its effect is determined and the set adjusts in every member. */
export function adjusts(
  graph: Graph,
  xs: readonly number[],
  ys: readonly number[],
  z: readonly number[],
): boolean {
  return (
    !leftOpen(matrixOf(graph), xs, ys) &&
    membersByTrial(graph).every((member) => adjustsInDag(member, xs, ys, z))
  );
}

/** The adjustment distances by their definition; `adjustsIn` is the verdict in the truth. */
export function distanceByDefinition(
  kind: 'parent' | 'ancestor' | 'oset',
  truth: Graph,
  guess: Graph,
  adjustsIn: (t: number, y: number, set: readonly number[]) => boolean,
): number {
  const g = matrixOf(guess);
  const m = matrixOf(truth);
  const d = g.length;
  const all = Array.from({ length: d }, (_, i) => i);
  const directed = g.map((row) => row.map((value) => (value === 1 ? 1 : 0)));
  const ancestors = (i: number): number[] =>
    all.filter((k) => k !== i && possibleDescendants(directed, k).has(i));
  const parents = (i: number): number[] => all.filter((k) => g[k]?.[i] === 1);
  let count = 0;
  for (const t of all) {
    for (const y of all) {
      if (t === y) continue;
      const noEffect = kind === 'parent' ? g[y]?.[t] === 1 : !possibleDescendants(g, t).has(y);
      if (noEffect) {
        if (possibleDescendants(m, t).has(y)) count++;
        continue;
      }
      const open = leftOpen(m, [t], [y]);
      if (open !== leftOpen(g, [t], [y])) {
        count++;
        continue;
      }
      if (open) continue;
      const onPath = pathsBetween(d, [t], [y], (i, j) => g[i]?.[j] === 1).flatMap((path) => path.slice(1));
      const below = possibleDescendants(directed, t);
      const set =
        kind === 'parent'
          ? parents(t)
          : kind === 'ancestor'
            ? ancestors(t)
            : [...new Set(onPath.flatMap(parents))].filter((i) => !below.has(i));
      if (!adjustsIn(t, y, set)) count++;
    }
  }
  return count;
}
