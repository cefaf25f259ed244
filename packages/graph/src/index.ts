export { adjacencyFromRows, fromAdjacency, fromWeights, toAdjacency } from './adjacency.ts';
export { type Adjustment, adjust } from './adjust.ts';
export { ancestorAid, osetAid, parentAid, sid } from './adjustment-distance.ts';
export {
  type AdjustmentVerdict,
  adjustmentSets,
  checkAdjustmentSet,
  isAdjustmentSet,
  optimalAdjustmentSet,
  parentAdjustmentSet,
} from './adjustment-set.ts';
export { causalPaths } from './causal-paths.ts';
export { classSize, dagsOf, sampleDag } from './class-members.ts';
export { compareGraphs, type GraphComparison, type GraphDistances } from './compare-graphs.ts';
export { components, districts, markovBlanketOf, moralGraph } from './components.ts';
export { cpdag, interventionalCpdag } from './cpdag.ts';
export { createDag, createGraph, type EdgeInput } from './create-graph.ts';
export type { Distance } from './distance.ts';
export { type EdgeScore, type EdgeScores, edgeScores } from './edge-scores.ts';
export { CyclicGraphError } from './errors.ts';
export { extendToDag } from './extend-to-dag.ts';
export type { GraphFile, GraphFormat, VariableRoles } from './formats/graph-file.ts';
export { GraphSyntaxError } from './formats/graph-syntax-error.ts';
export { frontdoorSet } from './frontdoor.ts';
export type {
  Cpdag,
  Dag,
  Edge,
  EdgeType,
  Graph,
  GraphKind,
  Incidence,
  Pdag,
} from './graph.ts';
export { isIdentifiable } from './identifiable.ts';
export { type Instrument, instruments } from './instruments.ts';
export type { EffectQuestion } from './internal/effect-question.ts';
export type { Names } from './internal/node-indices.ts';
export { isCpdag } from './is-cpdag.ts';
export { type GraphJson, graphFromEdges, graphFromJson, graphToJson } from './json.ts';
export { latentProjection } from './latent-projection.ts';
export { meek, type OrientationKnowledge } from './meek.ts';
export { formatGraph, parseGraph, type ReadOptions, readGraph } from './parse-graph.ts';
export { childrenOf, edgesOf, hasEdge, incident, indexOf, parentsOf } from './queries.ts';
export {
  ancestorsOf,
  descendantsOf,
  possibleAncestorsOf,
  possibleDescendantsOf,
  reachable,
} from './reachable.ts';
export { dSeparated, mSeparated } from './separation.ts';
export { shd } from './shd.ts';
export { topologicalLevels, topologicalOrder } from './topological-order.ts';
export { permuteNodes, renameNodes, subgraph } from './transform.ts';
