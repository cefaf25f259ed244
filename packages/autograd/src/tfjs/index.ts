import './register-gradients.ts';

export { layerKernels } from '../layer-kernel-names.ts';
export { type CausalLayers, causalLayers, type StructuralLayerConfig } from './causal-layers.ts';
export { createDeviceExecutor, type DeviceExecutor, type DeviceExecutorOptions } from './device-executor.ts';
export { doUnits, type LayeredModel, type UnitIntervention } from './do-units.ts';
export type {
  LayerKernelAttributes,
  LayerKernelInputs,
  ZeroWhereCutInputs,
} from './internal/layer-kernels.ts';
export { type HardIntervention, intervene } from './intervene.ts';
export { type MechanismLayer, mechanismLayer } from './mechanism-layer.ts';
export { createTfjsExecutor } from './tfjs-executor.ts';
export { createTfjsPlan, type TfjsAction, type TfjsPlan } from './tfjs-plan.ts';
export { chooseLayer, type LayerChoice } from './webgpu/choose-layer.ts';
export { registerLayerPrograms } from './webgpu/layer-programs.ts';
