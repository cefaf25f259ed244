import { layerKernels } from '@cfe/autograd/kernels';
import { CfeError, messageOf } from '@cfe/base';
import { registerZeroWhereCut } from './zero-where-cut.ts';

/** Where TensorFlow.js's WASM backend finds its binaries. */
export interface TfjsWasmOptions {
  /**
   * Address of the folder that holds `tfjs-backend-wasm*.wasm`, ending in '/'. Default: in Node beside the installed
   * package; in a browser the same version on jsDelivr, since no bundler copies the files by itself
   */
  readonly assets?: string | undefined;
}

type TfjsCore = typeof import('@tensorflow/tfjs-core');

interface TfjsWasm {
  readonly version_wasm: string;
  setWasmPaths(prefix: string): void;
}

/**
 * Turns on tfjs's own WASM backend, with its binaries found. The engine of tfjs is global: this is for the whole process.
 *
 * @returns the version that is active, or `undefined` where tfjs is not installed and not required
 */
export async function activateTfjsWasm(
  need: 'if-installed' | 'required',
  { assets }: TfjsWasmOptions,
): Promise<string | undefined> {
  const loaded = await load(need);
  if (loaded === undefined) return undefined;
  const { core, wasm } = loaded;
  if (core.version_core !== wasm.version_wasm) {
    throw new CfeError(
      'backend-wasm/tfjs-versions',
      `wasmBackend: @tensorflow/tfjs-core is ${core.version_core} and @tensorflow/tfjs-backend-wasm ${wasm.version_wasm}. Install the same version of both.`,
      { core: core.version_core, wasm: wasm.version_wasm },
    );
  }
  const prefix = assets ?? defaultAssets(wasm.version_wasm);
  if (prefix !== undefined && core.getBackend() !== 'wasm') wasm.setWasmPaths(prefix);
  let active = false;
  let cause: unknown;
  try {
    active = await core.setBackend('wasm');
    if (active) await core.ready();
  } catch (error) {
    cause = error;
  }
  if (active && ownsEngine(core)) {
    registerZeroWhereCut(core, layerKernels.zeroWhereCut);
    return wasm.version_wasm;
  }
  if (active) {
    throw new CfeError(
      'backend-wasm/two-tfjs-cores',
      'wasmBackend: two copies of @tensorflow/tfjs-core are loaded. The engine belongs to the one that was loaded first, so that tensors of one are foreign to the other. Find them with npm ls @tensorflow/tfjs-core, keep one version (4.22.0), and in a bundler add it to resolve.dedupe.',
      { version: core.version_core },
    );
  }
  throw new CfeError(
    'backend-wasm/tfjs-start',
    `wasmBackend: TensorFlow.js could not start its WASM backend${cause === undefined ? '' : ` (${messageOf(cause)})`}. In a page, serve the three tfjs-backend-wasm*.wasm files of @tensorflow/tfjs-backend-wasm/dist yourself and give their folder as { assets: '/wasm/' }; if two copies of @tensorflow/tfjs-core are installed (npm ls @tensorflow/tfjs-core), remove one.`,
    { assets: prefix },
    { cause },
  );
}

/** The engine is global and makes tensors of the copy that was loaded first: another copy's class shows that there are two. */
function ownsEngine(core: TfjsCore): boolean {
  const tensor = core.scalar(0);
  const isOwn = tensor.constructor === core.Tensor;
  tensor.dispose();
  return isOwn;
}

async function load(
  need: 'if-installed' | 'required',
): Promise<{ readonly core: TfjsCore; readonly wasm: TfjsWasm } | undefined> {
  try {
    const [core, wasm] = await Promise.all([
      import('@tensorflow/tfjs-core'),
      import('@tensorflow/tfjs-backend-wasm'),
    ]);
    return { core: unwrapped(core), wasm: unwrapped(wasm) };
  } catch (error) {
    if (need === 'if-installed' && isMissing(error)) return undefined;
    throw new CfeError(
      'backend-wasm/tfjs-missing',
      `wasmBackend: TensorFlow.js's WASM backend could not be loaded (${messageOf(error)}). Install it: npm install @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0`,
      {},
      { cause: error },
    );
  }
}

/** A CommonJS build imported in Node may have everything under `default`. */
function unwrapped<T extends object>(module: T | { readonly default: T }): T {
  return 'default' in module && Object.keys(module).length <= 2 ? (module.default as T) : (module as T);
}

/** Whether a module was not found, itself or as the cause of what was thrown: in Node, in a page, or as Vite says. */
function isMissing(error: unknown): boolean {
  if (error === undefined || error === null) return false;
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return (
    code === 'ERR_MODULE_NOT_FOUND' ||
    code === 'MODULE_NOT_FOUND' ||
    /Cannot find (module|package)|Could not resolve|Failed to resolve module|bare specifier/i.test(
      messageOf(error),
    ) ||
    isMissing(cause)
  );
}

/** Node's build finds its files by itself; pages get the same version from a CDN. */
function defaultAssets(version: string): string | undefined {
  const inNode =
    (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;
  return inNode ? undefined : `https://cdn.jsdelivr.net/npm/@tensorflow/tfjs-backend-wasm@${version}/dist/`;
}
