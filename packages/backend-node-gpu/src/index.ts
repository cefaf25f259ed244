export type { Host } from './internal/host.ts';
export { type NodeGpuBackendOptions, nodeGpuBackend } from './node-gpu-backend.ts';
export { type NodeWebgpuBackendOptions, nodeWebgpuBackend } from './node-webgpu-backend.ts';
