import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileKernels, kernelBytes } from './internal/kernel-module.ts';

const script = '../scripts/build-kernels.mjs';

test.each(['simd', 'relaxed'] as const)(
  'the %s kernels in the package are what their source compiles to',
  async (variant) => {
    const { kernelModule, kernelModulePath } = (await import(script)) as {
      kernelModule(variant: string): Promise<string>;
      kernelModulePath(variant: string): string;
    };
    expect(readFileSync(kernelModulePath(variant), 'utf8')).toBe(await kernelModule(variant));
  },
  120_000, // two seconds of a free core
);

test('the kernels ask for nothing but a memory', () => {
  expect(WebAssembly.Module.imports(compileKernels('simd'))).toEqual([
    { module: 'env', name: 'memory', kind: 'memory' },
  ]);
  expect(kernelBytes('simd').length).toBeLessThan(16_384);
});
