/** What a graph may contain and what it stands for. */
export type GraphKind =
  /** directed, acyclic */
  | 'dag'
  /** a Markov equivalence class */
  | 'cpdag'
  /** an interventional Markov equivalence class (I-essential graph) */
  | 'icpdag'
  /** partially directed, anything else */
  | 'pdag'
  /** directed and bidirected, acyclic: latent common causes */
  | 'admg'
  /**
   * a class of graphs with latent common causes, as discovery with hidden variables finds it: the name is kept so that
   * code can provide for it; `createGraph` refuses it, since no edge here can be circled yet
   */
  | 'pag';

/** What joins two nodes: a → b, a − b, or a ↔ b. */
export type EdgeType = 'directed' | 'undirected' | 'bidirected';

/** One edge by name. A directed one points `from` → `to`; for the others the order carries no meaning. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly type: EdgeType;
}

/**
 * A relation between nodes in compressed rows: those related to node i are
 * `items[offsets[i]] … items[offsets[i + 1] − 1]`, ascending.
 */
export interface Incidence {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

/**
 * A graph over named nodes: plain, immutable data that survives a structured clone.
 *
 * Every edge is held from both of its ends, so that parents and children are both read in O(degree).
 * Build one with `createGraph` or `createDag`, which check it; nodes keep the order given.
 */
export interface Graph<Kind extends GraphKind = GraphKind> {
  readonly kind: Kind;
  readonly nodes: readonly string[];
  /** k → i, listed at i */
  readonly parents: Incidence;
  /** i → k, listed at i */
  readonly children: Incidence;
  /** i — k */
  readonly neighbours: Incidence;
  /** i ↔ k */
  readonly spouses: Incidence;
}

/** Directed edges only, and no cycle. */
export type Dag = Graph<'dag'>;
/** A Markov equivalence class, observational or interventional: never another mixture of edges. */
export type Cpdag = Graph<'cpdag' | 'icpdag'>;
/** Directed and undirected edges that need be no class: background knowledge on the way to one. */
export type Pdag = Graph<'pdag'>;
