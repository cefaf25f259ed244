export { type WasmBackendOptions, wasmBackend } from './wasm-backend.ts';
export { createWasmExecutor, type WasmExecutorOptions } from './wasm-executor.ts';
export { wasmMatrixKernels } from './wasm-matrix-kernels.ts';
