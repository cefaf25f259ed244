export { createFusedExecutor } from './internal/cpu/fused-executor.ts';
export {
  activationCodes,
  type CreateKernels,
  chunkRows,
  chunkStride,
  type KernelInstance,
  kernelScratch,
} from './internal/cpu/kernels.ts';
export { layerKernels } from './layer-kernel-names.ts';
