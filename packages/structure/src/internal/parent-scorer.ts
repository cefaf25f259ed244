/** A node's parents with their local score; immutable, so that a search can go back to it. */
export interface ParentSet {
  /** distinct for every set a scorer hands out */
  readonly id: number;
  /** node indices, in the order they were added */
  readonly parents: Int32Array;
  /** lower is better */
  readonly score: number;
}

/**
 * What an order search asks of a score. Candidates are the first `count` entries of an array and never
 * contain present parents; parents that knowledge requires are kept by the scorer itself.
 */
export interface ParentScorer<State extends ParentSet = ParentSet> {
  /** Given parents, whatever they score. */
  state(node: number, parents: Int32Array): State;
  /** The parents chosen afresh among the candidates. */
  fit(node: number, candidates: Int32Array, count: number): State;
  /** Whether adding one parent leaves the score no worse. */
  accepts(node: number, state: State, added: number): boolean;
  /** Grow and shrink from `state` with one more parent. */
  plus(node: number, state: State, added: number, candidates: Int32Array, count: number): State;
  /** Grow and shrink from `state` with one parent less. */
  minus(node: number, state: State, removed: number, candidates: Int32Array, count: number): State;
}

/** What knowledge says about parents, as `[child · d + parent]` flags. */
export interface ParentRules {
  readonly allowed?: Uint8Array | undefined;
  readonly required?: Uint8Array | undefined;
}

/**
 * The score of a node given ascending parents; lower is better. Infinity where it is certain, without
 * looking at the data, to exceed `limit`.
 */
export type LocalScore = (node: number, parents: readonly number[], limit?: number) => number;
