import type { Graph } from '../graph.ts';

/** The file formats, both read and written. */
export type GraphFormat = 'json' | 'dot' | 'dagitty' | 'bif' | 'gml' | 'graphml' | 'mermaid' | 'csv';

/** What a graph file may say of its variables besides their edges. */
export interface VariableRoles {
  /** drawn but not measured */
  readonly latent: readonly string[];
  /** the treatments of the question that the file asks */
  readonly exposure: readonly string[];
  readonly outcome: readonly string[];
  readonly adjusted: readonly string[];
}

/** A graph file, read. */
export interface GraphFile extends VariableRoles {
  readonly graph: Graph;
  readonly format: GraphFormat;
}
