export { type AdjustedEffect, adjustedEffect } from './adjusted-effect.ts';
export type { Answer, IdentifiedBy, Support } from './answer.ts';
export { bootstrapEnsemble, type Fit } from './bootstrap-ensemble.ts';
export { type ClassEffects, classEffects, type PossibleEffect } from './class-effects.ts';
export { type ConformalEffects, conformalEffects, type UnitIntervals } from './conformal-effects.ts';
export { type ContrastivePair, contrastivePair } from './contrastive-pair.ts';
export {
  type CounterfactualAnswer,
  type CounterfactualTable,
  type CounterfactualValue,
  counterfactual,
  counterfactuals,
  counterfactualWorlds,
} from './counterfactual.ts';
export { counterfactualSkill } from './counterfactual-skill.ts';
export { distribution, type QueryAnswer } from './distribution.ts';
export {
  type Effect,
  type EffectOptions,
  type EffectPopulation,
  effect,
  rowEffects,
  type Setting,
} from './effect.ts';
export { type CurvePoint, effectCurve } from './effect-curve.ts';
export { type EffectOverGraphs, effectOverGraphs, type Learn } from './effect-over-graphs.ts';
export { type FrontdoorEffect, frontdoorEffect } from './frontdoor-effect.ts';
export type { Confounded } from './internal/declared-graph.ts';
export { interventional } from './interventional.ts';
export { type NaturalEffects, naturalEffects } from './natural-effects.ts';
export {
  type CausationProbability,
  type NecessityAndSufficiency,
  necessityAndSufficiency,
} from './necessity.ts';
export { type ExperimentValue, type NextExperiment, nextExperiment } from './next-experiment.ts';
export { type LawAnswer, type LawOptions, observational } from './observational.ts';
export { pathEffect } from './path-effect.ts';
export { type Goal, type InterventionPlan, type PlanOptions, planIntervention } from './plan-intervention.ts';
export { type Positivity, positivity } from './positivity.ts';
export { type RobustnessValue, robustnessValue } from './robustness-value.ts';
export { shakiest } from './shakiest.ts';
export { type Ensemble, ensembleOf, type Subject } from './subject.ts';
export { supportOf } from './support.ts';
