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
export { counterfactualRows } from './counterfactual-rows.ts';
export { type Distribution, drawFrom } from './distribution.ts';
export { type Do, type Intervention, interventionsOf, type Value } from './intervention.ts';
export { type LinearGaussian, type LinearGaussianSpec, linearGaussian } from './linear-gaussian.ts';
export type { InvertibleMechanism, Mechanism } from './mechanism.ts';
export { type Action, type Branch, natural, type ResolvedDo, resolveDo } from './resolve-do.ts';
