import { setFlagsFromString } from 'node:v8';
import { executorConformance } from '@cfe/autograd/conformance';
import { describe, test } from 'vitest';
import { wasmBytesInUse } from './internal/kernel-memory.ts';
import { createWasmExecutor, variantProblem } from './wasm-executor.ts';

// Node 20 has relaxed SIMD behind a flag of its engine; in later versions the flag means nothing.
setFlagsFromString('--experimental-wasm-relaxed-simd');

describe.each(['simd', 'relaxed'] as const)('the WebAssembly executor, %s', (variant) => {
  const checks = executorConformance((plan) => createWasmExecutor(plan, { variant }), {
    bytesInUse: wasmBytesInUse,
  });
  test.for(checks.map((check) => [check.name, check] as const))('%s', ([, check], context) => {
    const problem = variantProblem(variant);
    if (problem !== undefined) context.skip(problem);
    check.run();
  });
});
