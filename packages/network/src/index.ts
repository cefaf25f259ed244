export type { CausalNetwork, ExecutorFactory, NoiseChoice } from './causal-network.ts';
export { type CausalUnit, causalUnits } from './causal-unit.ts';
export {
  type CausalUnitNetwork,
  type CausalUnitNetworkOptions,
  createCausalUnitNetwork,
  type UnitPredictOptions,
  type UnitRows,
} from './causal-unit-network.ts';
export { counterfactualWorlds } from './counterfactual-worlds.ts';
export { createNetwork, type NetworkOptions } from './create-network.ts';
export { type LoadedModel, loadModel } from './load-model.ts';
export { loadNetwork } from './load-network.ts';
export type {
  MechanismChoice,
  MechanismKind,
  MechanismOptions,
  MechanismSettings,
} from './mechanism-choice.ts';
export { type ModelFile, readModelFile, writeModelFile } from './model-file.ts';
export type { NetworkState, NoiseLaw, Scale, VariableFit } from './network-state.ts';
export { rewired } from './rewired.ts';
export { saveNetwork } from './save-network.ts';
export type { NetworkSummary, VariableSummary } from './summary.ts';
