import type { EdgeInput } from '../create-graph.ts';
import type { Graph } from '../graph.ts';
import { incident } from '../queries.ts';

/**
 * A partially directed graph under construction: dense, mutable, private to the algorithms that orient edges.
 * `mark(i, j)` is 1 where the edge has not been ruled out in the direction i → j; i — j has both.
 */
export class MixedMatrix {
  readonly d: number;
  private readonly marks: Uint8Array;

  constructor(d: number) {
    this.d = d;
    this.marks = new Uint8Array(d * d);
  }

  static from(graph: Graph): MixedMatrix {
    const matrix = new MixedMatrix(graph.nodes.length);
    for (let i = 0; i < matrix.d; i++) {
      for (const j of incident(graph.children, i)) matrix.direct(i, j);
      for (const j of incident(graph.neighbours, i)) matrix.join(i, j);
    }
    return matrix;
  }

  adjacent(i: number, j: number): boolean {
    return this.marks[i * this.d + j] === 1 || this.marks[j * this.d + i] === 1;
  }

  directed(i: number, j: number): boolean {
    return this.marks[i * this.d + j] === 1 && this.marks[j * this.d + i] === 0;
  }

  undirected(i: number, j: number): boolean {
    return this.marks[i * this.d + j] === 1 && this.marks[j * this.d + i] === 1;
  }

  join(i: number, j: number): void {
    this.marks[i * this.d + j] = 1;
    this.marks[j * this.d + i] = 1;
  }

  direct(i: number, j: number): void {
    this.marks[i * this.d + j] = 1;
    this.marks[j * this.d + i] = 0;
  }

  edges(nodes: readonly string[]): EdgeInput[] {
    const edges: EdgeInput[] = [];
    for (let i = 0; i < this.d; i++) {
      for (let j = 0; j < this.d; j++) {
        const ends = { from: nodes[i] as string, to: nodes[j] as string };
        if (this.directed(i, j)) edges.push({ ...ends, type: 'directed' });
        else if (i < j && this.undirected(i, j)) edges.push({ ...ends, type: 'undirected' });
      }
    }
    return edges;
  }
}
