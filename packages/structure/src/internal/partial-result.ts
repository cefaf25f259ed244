import { type Cpdag, type Dag, extendToDag, fromAdjacency, type Pdag } from '@cfe/graph';
import { classOf, dagOf } from './class-of.ts';
import { orientClass } from './equivalence.ts';
import type { ParentRules } from './parent-scorer.ts';

/**
 * The graph of some marks and a DAG near it. Where no DAG has exactly these orientations, edges are turned, or left out
 * of the DAG if knowledge forbids turning them, until one has: required edges first, then arrows, then the rest.
 *
 * @param marks - row-major `[d · d]`, 1 at [i][j] is i → j, 2 at both places is i — j
 */
export function partialResult(
  nodes: readonly string[],
  names: readonly string[],
  marks: Uint8Array,
  rules: ParentRules,
): { readonly graph: Cpdag | Pdag; readonly dag: Dag; readonly repaired: boolean } {
  const d = nodes.length;
  const rows = (of: Uint8Array): Uint8Array[] => {
    const at = names.map((name) => nodes.indexOf(name));
    return at.map((i) => Uint8Array.from(at, (j) => of[i * d + j]!));
  };
  const extended = hasCycle(marks, d)
    ? undefined
    : extendToDag(
        fromAdjacency(
          'pdag',
          [...nodes.keys()].map((i) => marks.slice(i * d, i * d + d)),
          nodes,
        ),
      );
  if (extended !== undefined) {
    const parents = nodes.map((_, v) => {
      const from = extended.parents.offsets[v]!;
      return extended.parents.items.slice(from, extended.parents.offsets[v + 1]!);
    });
    const plain = orientClass(parents, {}).every((mark, k) => mark === marks[k]);
    return {
      graph: fromAdjacency(plain ? 'cpdag' : 'pdag', rows(marks), names),
      dag: dagOf(nodes, names, parents),
      repaired: false,
    };
  }
  const parents = nearestDag(marks, d, rules);
  const class_ = classOf(nodes, names, parents, rules);
  return hasCycle(marks, d)
    ? { ...class_, repaired: true }
    : { graph: fromAdjacency('pdag', rows(marks), names), dag: class_.dag, repaired: true };
}

function nearestDag(marks: Uint8Array, d: number, { allowed, required }: ParentRules): number[][] {
  const parents: number[][] = Array.from({ length: d }, () => []);
  const leads = (from: number, to: number): boolean =>
    from === to || parents[to]!.some((parent) => leads(from, parent));
  const may = (i: number, j: number): boolean =>
    (allowed === undefined || allowed[j * d + i] === 1) && !leads(j, i);
  const rank = (i: number, j: number): number =>
    required?.[j * d + i] === 1 ? 0 : allowed?.[i * d + j] === 0 ? 1 : marks[i * d + j] === 1 ? 2 : 3;
  const arcs: [number, number][] = [];
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      if (marks[i * d + j] === 1 || (marks[i * d + j] === 2 && i < j)) arcs.push([i, j]);
    }
  }
  arcs.sort((a, b) => rank(...a) - rank(...b));
  for (const [i, j] of arcs) {
    if (may(i, j)) parents[j]!.push(i);
    else if (may(j, i)) parents[i]!.push(j);
  }
  return parents;
}

function hasCycle(marks: Uint8Array, d: number): boolean {
  const left = new Set(Array.from({ length: d }, (_, i) => i));
  for (let size = -1; size !== left.size; ) {
    size = left.size;
    for (const j of left) {
      if (![...left].some((i) => marks[i * d + j] === 1)) left.delete(j);
    }
  }
  return left.size > 0;
}
