import type { Backend } from '@cfe/autograd';
import { CfeError, messageOf } from '@cfe/base';
import { type Host, thisHost } from './internal/host.ts';

/** How to set up WebGPU in Node. */
export interface NodeWebgpuBackendOptions {
  /** as of `webgpuBackend` in a page: default `'faster'`, which times our layer programs against TensorFlow.js's operations */
  readonly layer?: 'faster' | 'programs' | 'composed' | undefined;
  /**
   * folder of the project whose packages are looked at first; default the environment variable CFE_NODE_WEBGPU, then the working
   * folder
   */
  readonly from?: string | undefined;
  /** the machine as the probe sees it; for tests */
  readonly host?: Host | undefined;
}

interface Adapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
}

interface Gpu {
  requestAdapter(): Promise<Adapter | null>;
}

const dawn = 'webgpu';
const peer = '@tensorflow/tfjs-backend-webgpu';
const install = `npm install ${dawn}@0.3.8 ${peer}@4.22.0`;
const drivers =
  'On Linux it needs the Vulkan loader (package libvulkan1) and a driver (the one of the card, or mesa-vulkan-drivers, in Debian 12 from bookworm-backports, since Dawn refuses its Mesa 22.3); VK_ICD_FILENAMES names a driver that is not found by itself, such as the software renderer of Chromium: VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * WebGPU in Node, through Dawn (the optional peer `webgpu`) and `@tensorflow/tfjs-backend-webgpu`: a graphics card of any make, by Vulkan,
 * Metal or Direct3D 12, without CUDA.
 *
 * Reads from it are asynchronous and there is no canvas, so it brings no synchronous executor: run plans on it with
 * `createDeviceExecutor` of `@cfe/autograd/tfjs`. `activate` puts WebGPU's names into Node's globals, where TensorFlow.js looks for them.
 *
 * @example
 * import { selectBackend } from '@cfe/autograd';
 * import { nodeWebgpuBackend } from '@cfe/backend-node-gpu';
 * const { backend } = await selectBackend([nodeWebgpuBackend(), 'cpu'], { environment: {}, mode: 'probe' });
 * ['node-webgpu', 'cpu'].includes(backend.name); // → true
 */
export function nodeWebgpuBackend({
  layer = 'faster',
  from = process.env.CFE_NODE_WEBGPU,
  host = thisHost(from),
}: NodeWebgpuBackendOptions = {}): Backend {
  let gpu: Gpu | undefined;
  let globals: Readonly<Record<string, unknown>> = {};
  let layers: { readonly layer: string; readonly reason: string } | undefined;
  let lost: string | undefined;

  async function start(): Promise<Gpu> {
    if (gpu !== undefined) return gpu;
    const module = (await host.load(dawn)) as {
      create(flags: readonly string[]): Gpu;
      globals: Readonly<Record<string, unknown>>;
    };
    globals = module.globals;
    gpu = module.create([]); // must be held as long as its device is
    return gpu;
  }

  return {
    name: 'node-webgpu',
    capabilities: { device: 'gpu', dtype: 'float32', tfjs: 'webgpu' },
    async probe() {
      if (host.platform === 'linux' && host.glibc === undefined)
        return {
          available: false,
          reason:
            'this system has musl instead of the GNU C library (Alpine?), and the binary of Dawn needs glibc. Use a glibc image such as node:20-bookworm-slim',
        };
      const missing = [dawn, peer].filter((name) => host.packageFolder(name) === undefined);
      if (missing.length > 0)
        return {
          available: false,
          reason: `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not installed. Install: ${install}`,
        };
      if (lost !== undefined)
        return {
          available: false,
          reason: `the device was lost (${lost}): start the process again to use it`,
        };
      let adapter: Adapter | null;
      try {
        adapter = await (await start()).requestAdapter();
      } catch (error) {
        return { available: false, reason: `Dawn could not start: ${messageOf(error)}. ${drivers}` };
      }
      if (adapter === null) return { available: false, reason: `Dawn finds no adapter. ${drivers}` };
      const { vendor, architecture } = adapter.info ?? {};
      const device = [vendor, architecture].filter((part) => part !== undefined && part !== '').join(' ');
      return { available: true, detail: device === '' ? 'WebGPU by Dawn' : `WebGPU by Dawn on ${device}` };
    },
    async activate() {
      const scope = globalThis as Record<string, unknown>;
      const own = await start();
      for (const [name, value] of Object.entries(globals)) scope[name] ??= value;
      if ((scope.navigator as { gpu?: unknown } | undefined)?.gpu === undefined) {
        // Node 20 has no navigator; later ones have one that takes no properties.
        const navigator = Object.create((scope.navigator as object | undefined) ?? null, {
          gpu: { value: own },
        });
        Object.defineProperty(scope, 'navigator', { value: navigator, configurable: true, writable: true });
      }
      await host.load(peer);
      const [tf, ours] = await Promise.all([import('@tensorflow/tfjs-core'), import('@cfe/autograd/tfjs')]);
      if (tf.findBackendFactory('webgpu') === null) {
        throw new CfeError(
          'backend-node-gpu/two-copies',
          'nodeWebgpuBackend: TensorFlow.js knows no webgpu backend after its package was loaded: most likely two copies of @tensorflow/tfjs-core are installed. Look with npm ls @tensorflow/tfjs-core, and install one version, 4.22.0, of all @tensorflow packages.',
        );
      }
      if (!(await tf.setBackend('webgpu'))) {
        throw new CfeError(
          'backend-node-gpu/start',
          `nodeWebgpuBackend: TensorFlow.js could not start webgpu on Dawn. ${drivers}`,
        );
      }
      await tf.ready();
      const { device } = tf.backend() as unknown as { device?: { lost: Promise<{ message: string }> } };
      void device?.lost.then(({ message }) => {
        lost = message;
      });
      if (layer === 'faster') layers = await ours.chooseLayer();
      else {
        if (layer === 'programs') ours.registerLayerPrograms();
        layers = { layer, reason: 'as the option `layer` says' };
      }
    },
    async report() {
      const facts = layers === undefined ? {} : { layers: layers.layer, why: layers.reason };
      return { facts, advice: [] };
    },
    async dispose() {
      gpu = undefined;
    },
  };
}
