import { relaxedKernels } from './relaxed-kernels.ts';
import { simdKernels } from './simd-kernels.ts';
import { wasmFeatures } from './wasm-features.ts';

/** A variant of the kernels: with SIMD alone, or with fused multiply-add too. */
export type KernelVariant = 'simd' | 'relaxed';

const compiled = new Map<KernelVariant, WebAssembly.Module>();

/** The best variant that runs here, or `undefined` without SIMD. */
export function bestVariant(): KernelVariant | undefined {
  const { simd, relaxedSimd } = wasmFeatures();
  return relaxedSimd ? 'relaxed' : simd ? 'simd' : undefined;
}

/** A variant's bytes. */
export function kernelBytes(variant: KernelVariant): Uint8Array<ArrayBuffer> {
  const text = atob(variant === 'relaxed' ? relaxedKernels : simdKernels);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A variant, compiled once. Some pages allow compiling only asynchronously: {@link compileKernelsAsync} first. */
export function compileKernels(variant: KernelVariant): WebAssembly.Module {
  const known = compiled.get(variant);
  if (known !== undefined) return known;
  const module = new WebAssembly.Module(kernelBytes(variant));
  compiled.set(variant, module);
  return module;
}

/** The same, off the main thread. */
export async function compileKernelsAsync(variant: KernelVariant): Promise<WebAssembly.Module> {
  const known = compiled.get(variant);
  if (known !== undefined) return known;
  const module = await WebAssembly.compile(kernelBytes(variant));
  compiled.set(variant, module);
  return module;
}
