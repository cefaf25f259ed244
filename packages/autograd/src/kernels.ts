export { createFusedExecutor } from './internal/cpu/fused-executor.ts';
export { activationCodes, type CreateKernels, type KernelInstance } from './internal/cpu/kernels.ts';
