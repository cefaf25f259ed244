/**
 * The sufficient statistics of a Gaussian score: per node, a second-moment matrix over the rows where the node
 * was not intervened on. Nodes with the same rows share one matrix.
 */
export interface GaussianProblem {
  readonly d: number;
  /** row-major `[d · d]`, each centred and divided by its number of rows */
  readonly matrices: readonly Float64Array[];
  /** which matrix each node uses */
  readonly matrixOf: Int32Array;
  /** rows behind each node's matrix */
  readonly rows: Float64Array;
  /** what one more parent costs, λ · ln N */
  readonly penalty: number;
  /** what each node's score holds beside its parents, e.g. for several intercepts */
  readonly offset: Float64Array;
  readonly maxParents: number;
}
