export type { Answer, IdentifiedBy, Support } from './answer.ts';
export { bootstrapEnsemble, type Fit } from './bootstrap-ensemble.ts';
export { type CounterfactualAnswer, counterfactual } from './counterfactual.ts';
export { counterfactualSkill } from './counterfactual-skill.ts';
export { type Effect, effect } from './effect.ts';
export { type InterventionalAnswer, interventional } from './interventional.ts';
export { type Ensemble, ensembleOf, type Subject } from './subject.ts';
export { supportOf } from './support.ts';
