/** What this engine's WebAssembly can do. */
export interface WasmFeatures {
  readonly wasm: boolean;
  readonly simd: boolean;
  /** fused multiply-add among others; rounding may differ between processors, not between calls */
  readonly relaxedSimd: boolean;
  /** shared memory with atomics; in a page only where it is cross-origin isolated */
  readonly threads: boolean;
  /** why WebAssembly cannot be used at all, as the engine says it */
  readonly blocked: string | undefined;
}

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** () → v128: i32.const 0, i32x4.splat */
const simdProbe = [
  ...header,
  1,
  5,
  1,
  0x60,
  0,
  1,
  0x7b,
  3,
  2,
  1,
  0,
  10,
  8,
  1,
  6,
  0,
  0x41,
  0,
  0xfd,
  0x11,
  0x0b,
];
/** () → v128: three zeros through f32x4.relaxed_madd */
const relaxedProbe = [
  ...header,
  1,
  5,
  1,
  0x60,
  0,
  1,
  0x7b,
  3,
  2,
  1,
  0,
  10,
  19,
  1,
  17,
  0,
  0x41,
  0,
  0xfd,
  0x11,
  0x41,
  0,
  0xfd,
  0x11,
  0x41,
  0,
  0xfd,
  0x11,
  0xfd,
  0x85,
  0x02,
  0x0b,
];

let known: WasmFeatures | undefined;

/** Asks the engine, by validating modules of a few bytes; never throws. */
export function wasmFeatures(): WasmFeatures {
  known ??= detect();
  return known;
}

function detect(): WasmFeatures {
  const none = { wasm: false, simd: false, relaxedSimd: false, threads: false };
  try {
    if (typeof WebAssembly !== 'object') return { ...none, blocked: 'this engine has no WebAssembly' };
    new WebAssembly.Module(Uint8Array.from(header)); // a content security policy refuses here, not in validate
    return {
      wasm: true,
      simd: WebAssembly.validate(Uint8Array.from(simdProbe)),
      relaxedSimd: WebAssembly.validate(Uint8Array.from(relaxedProbe)),
      threads: hasSharedMemory(),
      blocked: undefined,
    };
  } catch (error) {
    return { ...none, blocked: error instanceof Error ? error.message : String(error) };
  }
}

function hasSharedMemory(): boolean {
  try {
    return (
      new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer
    );
  } catch {
    return false;
  }
}
