export { additive, locationScale, type ParentFunction } from './additive.ts';
export { applyAction } from './apply-action.ts';
export type {
  AbductiveModel,
  AnyCausalModel,
  CausalModel,
  Evidence,
  ExactAnswer,
  ExactModel,
  ModelGradient,
  Query,
} from './causal-model.ts';
export { composeDo } from './compose-do.ts';
export { canAbduct, copyUnreached, counterfactualRows } from './counterfactual-rows.ts';
export {
  type DiscreteModel,
  type DiscreteNode,
  type DiscreteSpec,
  discreteModel,
  type JointTable,
} from './discrete-model.ts';
export { checkDistribution, type Distribution, drawFrom } from './distribution.ts';
export { formatBif } from './format-bif.ts';
export { formatDo, formatEvidence } from './format-do.ts';
export { gumbelMaxLaw, type LevelBounds, responseBounds } from './gumbel-law.ts';
export { type Do, type Intervention, interventionsOf, type Value } from './intervention.ts';
export { type LinearGaussian, type LinearGaussianSpec, linearGaussian } from './linear-gaussian.ts';
export type { InvertibleMechanism, Mechanism } from './mechanism.ts';
export { formatModel, modelFromJson, parseModel, type StoredModel } from './model-json.ts';
export { parseBif } from './parse-bif.ts';
export { parseDo, parseEvidence } from './parse-do.ts';
export {
  type Action,
  type Branch,
  levelIndex,
  natural,
  parentColumns,
  type ResolvedDo,
  resolveDo,
} from './resolve-do.ts';
export {
  type Monotonicity,
  type StructuralModel,
  type StructuralSpec,
  type StructuralVariable,
  structuralModel,
} from './structural-model.ts';
