import { type Cpdag, createDag, type Dag, fromAdjacency, type Pdag } from '@cfe/graph';
import { type OrientationEvidence, orientClass } from './equivalence.ts';

/**
 * The class of a DAG and the DAG itself, in the order of the table's columns.
 *
 * @param nodes - names, in the order that `parents` and the evidence follow
 * @param names - the same names in the order wanted
 */
export function classOf(
  nodes: readonly string[],
  names: readonly string[],
  parents: readonly ArrayLike<number>[],
  { targets = [], ...rules }: OrientationEvidence,
): { readonly graph: Cpdag | Pdag; readonly dag: Dag } {
  const d = nodes.length;
  const identified = orientClass(parents, { targets });
  const marks = orientClass(parents, { targets, ...rules });
  const plain = marks.every((mark, k) => mark === identified[k]);
  const kind = plain ? (targets.some((set) => set.length > 0) ? 'icpdag' : 'cpdag') : 'pdag';
  const at = names.map((name) => nodes.indexOf(name));
  const rows = at.map((i) => Uint8Array.from(at, (j) => marks[i * d + j]!));
  return { graph: fromAdjacency(kind, rows, names), dag: dagOf(nodes, names, parents) };
}

/** A DAG from parent sets, its nodes in the order wanted. */
export function dagOf(
  nodes: readonly string[],
  names: readonly string[],
  parents: readonly ArrayLike<number>[],
): Dag {
  return createDag(
    names,
    names.flatMap((name) =>
      Array.from(parents[nodes.indexOf(name)]!, (i): [string, string] => [nodes[i]!, name]),
    ),
  );
}
