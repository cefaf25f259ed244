import { InputError, ShapeError } from '@cfe/base';
import { createGraph } from './create-graph.ts';
import type { Dag, Edge, Graph, GraphKind } from './graph.ts';
import { incident } from './queries.ts';

/** Rows of a square matrix. */
export type Rows = readonly ArrayLike<number>[];

/**
 * A DAG from rows of 0 and 1. Conventions differ between libraries, so the orientation has no default:
 * `'row-to-column'` reads [i][j] = 1 as i → j (ours), `'column-to-row'` as j → i.
 *
 * @param options.nodes - names; default x0, x1, …
 * @throws {@link ShapeError} if the rows are not square
 * @throws {@link CyclicGraphError} if there is a cycle
 * @example
 * import { adjacencyFromRows, edgesOf } from '@cfe/graph';
 * edgesOf(adjacencyFromRows([[0, 1], [0, 0]], { orientation: 'row-to-column' })); // → [{ from: 'x0', to: 'x1', type: 'directed' }]
 */
export function adjacencyFromRows(
  rows: Rows,
  options: { readonly orientation: 'row-to-column' | 'column-to-row'; readonly nodes?: readonly string[] },
): Dag {
  const { orientation, nodes = rows.map((_, i) => `x${i}`) } = options;
  const edges: [string, string][] = [];
  forEachEntry('adjacencyFromRows', rows, nodes, (i, j, value) => {
    if (value !== 0 && value !== 1) {
      throw new InputError(
        'graph/adjacency-entry',
        `adjacencyFromRows: entry [${i}][${j}] is ${value}; it must be 0 or 1.`,
        {
          row: i,
          column: j,
          value,
        },
      );
    }
    const [from, to] = orientation === 'row-to-column' ? [i, j] : [j, i];
    if (value === 1) edges.push([nodes[from] as string, nodes[to] as string]);
  });
  return createGraph('dag', nodes, edges);
}

/**
 * A graph from our matrix form: A[i][j] = 1 is i → j, and 2 at [i][j] and [j][i] is i — j.
 *
 * @throws {@link InputError} if an entry is not 0, 1 or 2, or a 2 has no mirror
 * @example
 * import { edgesOf, fromAdjacency } from '@cfe/graph';
 * const graph = fromAdjacency('pdag', [[0, 1, 0], [0, 0, 2], [0, 2, 0]], ['a', 'b', 'c']);
 * edgesOf(graph).map(({ type }) => type); // → ['directed', 'undirected']
 */
export function fromAdjacency<Kind extends GraphKind>(
  kind: Kind,
  rows: Rows,
  nodes: readonly string[],
): Graph<Kind> {
  const edges: Edge[] = [];
  forEachEntry('fromAdjacency', rows, nodes, (i, j, value) => {
    const mirror = rows[j]?.[i];
    if ((value !== 0 && value !== 1 && value !== 2) || (value === 2 && mirror !== 2)) {
      throw new InputError(
        'graph/adjacency-entry',
        `fromAdjacency: entry [${i}][${j}] is ${value} and [${j}][${i}] is ${mirror}; entries are 0, 1 (directed) or 2 at both places (undirected).`,
        { row: i, column: j, value },
      );
    }
    const ends = { from: nodes[i] as string, to: nodes[j] as string };
    if (value === 1) edges.push({ ...ends, type: 'directed' });
    if (value === 2 && i < j) edges.push({ ...ends, type: 'undirected' });
  });
  return createGraph(kind, nodes, edges);
}

/**
 * The DAG of a weight matrix: i → j wherever |weights[i][j]| exceeds the threshold.
 *
 * @param options.threshold - default 0
 * @throws {@link CyclicGraphError} if there is a cycle
 * @example
 * import { edgesOf, fromWeights } from '@cfe/graph';
 * const dag = fromWeights([[0, -0.8, 0.1], [0, 0, 2], [0, 0, 0]], ['a', 'b', 'c'], { threshold: 0.3 });
 * edgesOf(dag).map(({ from, to }) => from + to); // → ['ab', 'bc']
 */
export function fromWeights(
  weights: Rows,
  nodes: readonly string[],
  { threshold = 0 }: { readonly threshold?: number } = {},
): Dag {
  const edges: [string, string][] = [];
  forEachEntry('fromWeights', weights, nodes, (i, j, value) => {
    if (Math.abs(value) > threshold) edges.push([nodes[i] as string, nodes[j] as string]);
  });
  return createGraph('dag', nodes, edges);
}

/**
 * The matrix of a graph: [i][j] = 1 for i → j, 2 at both places for i — j; bidirected edges are left out.
 *
 * @example
 * import { createDag, toAdjacency } from '@cfe/graph';
 * toAdjacency(createDag(['a', 'b'], [['a', 'b']])); // → [Uint8Array [0, 1], Uint8Array [0, 0]]
 */
export function toAdjacency(graph: Graph): Uint8Array[] {
  const d = graph.nodes.length;
  return graph.nodes.map((_, i) => {
    const row = new Uint8Array(d);
    for (const j of incident(graph.children, i)) row[j] = 1;
    for (const j of incident(graph.neighbours, i)) row[j] = 2;
    return row;
  });
}

function forEachEntry(
  where: string,
  rows: Rows,
  nodes: readonly string[],
  visit: (i: number, j: number, value: number) => void,
): void {
  const d = nodes.length;
  if (rows.length !== d) {
    throw new ShapeError('graph/adjacency-shape', `${where}: ${rows.length} rows for ${d} nodes.`, {
      rows: rows.length,
      nodes: d,
    });
  }
  for (const [i, row] of rows.entries()) {
    if (row.length !== d) {
      throw new ShapeError(
        'graph/adjacency-shape',
        `${where}: row ${i} has ${row.length} entries, the matrix needs ${d}.`,
        { row: i },
      );
    }
    for (let j = 0; j < d; j++) visit(i, j, row[j] as number);
  }
}
