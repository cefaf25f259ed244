import { type CreateKernels, type KernelInstance, kernelScratch } from '@cfe/autograd/kernels';
import { CfeError, messageOf } from '@cfe/base';

type Exports = Pick<
  KernelInstance,
  | 'layer'
  | 'layerGradient'
  | 'activationBackward'
  | 'accumulateRows'
  | 'foldGates'
  | 'unfoldGates'
  | 'addAndSquare'
  | 'adam'
>;

const pageBytes = 65536;

/** Memory with its instance: disposed ones wait here, since an engine takes back a memory only when it collects garbage. */
interface Slot {
  readonly memory: WebAssembly.Memory;
  readonly exports: Exports;
}

/** Bytes that live executors hold. */
let inUse = 0;

/** Bytes of WebAssembly memory that executors which were not disposed of hold. */
export function wasmBytesInUse(): number {
  return inUse;
}

/**
 * Kernels from a compiled module: each executor has a memory of its own, sized once, so that arrays in it stay valid.
 * Pages that are never touched cost no memory.
 */
export function kernelsFrom(module: WebAssembly.Module, name: string): CreateKernels {
  const idle: Slot[] = [];
  return (floats) => {
    const pages = Math.ceil((4 * floats + 64) / pageBytes);
    const slot = takeIdle(idle, pages) ?? newSlot(module, pages);
    const heap = new Float32Array(slot.memory.buffer);
    const {
      layer,
      layerGradient,
      activationBackward,
      accumulateRows,
      foldGates,
      unfoldGates,
      addAndSquare,
      adam,
    } = slot.exports;
    inUse += heap.byteLength;
    let disposed = false;
    return {
      name,
      heap,
      tables: new Int32Array(slot.memory.buffer),
      layer,
      layerGradient,
      activationBackward,
      accumulateRows,
      foldGates,
      unfoldGates,
      addAndSquare,
      adam,
      dispose() {
        if (disposed) return;
        disposed = true;
        inUse -= heap.byteLength;
        if (idle.length >= 8 || pages > 1024) return;
        heap.fill(0, kernelScratch); // what lies before belongs to the kernels
        idle.push(slot);
      },
    };
  };
}

function takeIdle(idle: Slot[], pages: number): Slot | undefined {
  const index = idle.findIndex(({ memory }) => {
    const has = memory.buffer.byteLength / pageBytes;
    return has >= pages && has <= 2 * pages;
  });
  return index < 0 ? undefined : idle.splice(index, 1)[0];
}

function newSlot(module: WebAssembly.Module, pages: number): Slot {
  const memory = newMemory(pages);
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, exports: instance.exports as unknown as Exports };
}

function newMemory(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (error) {
    throw new CfeError(
      'backend-wasm/out-of-memory',
      `createWasmExecutor: this plan needs ${Math.ceil(pages / 16)} MB of WebAssembly memory, which the engine does not give (${messageOf(error)}). Dispose of executors that are no longer used; createCpuExecutor computes the same outside WebAssembly.`,
      { bytes: pages * pageBytes },
      { cause: error },
    );
  }
}
