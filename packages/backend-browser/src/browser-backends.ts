import type { Backend, BackendReport, Executor, Plan } from '@cfe/autograd';
import { CfeError, messageOf } from '@cfe/base';
import { type BrowserHost, thisPage } from './internal/browser-host.ts';

/** How to set up a backend of the browser. */
export interface BrowserBackendOptions {
  /**
   * how WebGPU computes mechanism layers: `'programs'`, our own; `'composed'`, of TensorFlow.js's operations; default
   * `'faster'` times both when it starts, a few milliseconds on a graphics card, and takes ours only if its numbers are right
   */
  readonly layer?: 'faster' | 'programs' | 'composed' | undefined;
  /** the page as the probe sees it; for tests */
  readonly host?: BrowserHost | undefined;
}

/**
 * WebGPU through `@tensorflow/tfjs-backend-webgpu`, an optional peer: for large models.
 *
 * Reads from it are asynchronous: train on it with `createDeviceExecutor` of `@cfe/autograd/tfjs`, which also goes on elsewhere when the
 * device is lost. It brings no synchronous executor: TensorFlow.js reads synchronously by way of a canvas, which was seen to answer zeros.
 *
 * @example
 * import { selectBackend } from '@cfe/autograd';
 * import { webglBackend, webgpuBackend } from '@cfe/backend-browser';
 * const { rejected } = await selectBackend([webgpuBackend(), webglBackend(), 'cpu'], { environment: {} });
 * rejected.map(({ name }) => name); // → ['webgpu', 'webgl']
 */
export function webgpuBackend({ layer = 'faster', host = thisPage() }: BrowserBackendOptions = {}): Backend {
  let layers: { readonly layer: string; readonly reason: string } | undefined;
  let lost: string | undefined;
  return {
    name: 'webgpu',
    capabilities: { device: 'gpu', dtype: 'float32', tfjs: 'webgpu' },
    async probe() {
      if (lost !== undefined) return { available: false, reason: lostReason(lost) };
      if (host.gpu === undefined) {
        return {
          available: false,
          reason: host.secure
            ? 'this engine has no WebGPU (navigator.gpu is not there): use a current Chrome, Edge, Firefox or Safari'
            : 'WebGPU needs a secure page: serve it over https, or from localhost',
        };
      }
      const adapter = await host.gpu.requestAdapter();
      if (adapter === null) {
        return {
          available: false,
          reason:
            'WebGPU is there, but gives no adapter: the graphics driver is blocked or missing (look at chrome://gpu)',
        };
      }
      const { vendor, architecture } = adapter.info ?? {};
      const device = [vendor, architecture].filter((part) => part !== undefined && part !== '').join(' ');
      return { available: true, detail: device === '' ? 'WebGPU' : `WebGPU on ${device}` };
    },
    async activate() {
      const core = await startTfjs('webgpu', host, '@tensorflow/tfjs-backend-webgpu');
      const { device } = (core.backend?.() ?? {}) as { device?: { lost: Promise<{ message: string }> } };
      void device?.lost.then(({ message }) => {
        lost = message;
      });
      const ours = await host.loadExecutor();
      if (layer === 'faster') layers = await ours.chooseLayer();
      else {
        if (layer === 'programs') ours.registerLayerPrograms();
        layers = { layer, reason: 'as the option `layer` says' };
      }
    },
    async report(): Promise<BackendReport> {
      return layers === undefined
        ? { facts: {}, advice: [] }
        : { facts: { layers: layers.layer, why: layers.reason }, advice: [] };
    },
    async dispose() {},
  };
}

/** TensorFlow.js keeps one device for the life of a page. */
function lostReason(message: string): string {
  return `the WebGPU device was lost${message === '' ? '' : ` (${message})`}: load the page again to use it`;
}

/** WebGL 2 through `@tensorflow/tfjs-backend-webgl`, an optional peer: where there is no WebGPU. */
export function webglBackend({ host = thisPage() }: BrowserBackendOptions = {}): Backend {
  let createExecutor: ((plan: Plan) => Executor) | undefined;
  return {
    name: 'webgl',
    capabilities: { device: 'gpu', dtype: 'float32', tfjs: 'webgl' },
    async probe() {
      const gl = host.webgl();
      if (gl === undefined) {
        return {
          available: false,
          reason:
            'this engine has no WebGL 2: hardware acceleration is switched off, or there is no canvas here',
        };
      }
      return gl.floats
        ? { available: true, detail: gl.renderer === '' ? 'WebGL 2' : `WebGL 2 on ${gl.renderer}` }
        : {
            available: false,
            reason: 'WebGL 2 is there, but cannot draw to float32 (no EXT_color_buffer_float)',
          };
    },
    async activate() {
      await startTfjs('webgl', host, '@tensorflow/tfjs-backend-webgl');
      ({ createTfjsExecutor: createExecutor } = await host.loadExecutor());
    },
    executor: (plan) => createExecutor?.(plan),
    async dispose() {
      createExecutor = undefined;
    },
  };
}

async function startTfjs(
  name: 'webgpu' | 'webgl',
  host: BrowserHost,
  peer: string,
): Promise<Awaited<ReturnType<BrowserHost['load']>>> {
  const problem = (what: string, cause?: unknown): CfeError =>
    new CfeError('backend-browser/start', `${name}Backend: ${what}`, { name }, { cause });
  let core: Awaited<ReturnType<BrowserHost['load']>>;
  try {
    core = await host.load(name);
  } catch (error) {
    throw problem(
      `${peer} could not be loaded (${messageOf(error)}). Install it: npm install @tensorflow/tfjs-core@4.22.0 ${peer}@4.22.0`,
      error,
    );
  }
  let started = false;
  try {
    started = await core.setBackend(name);
    if (started) await core.ready();
  } catch (error) {
    throw problem(`TensorFlow.js could not start '${name}' (${messageOf(error)}).`, error);
  }
  if (!started) {
    throw problem(
      `TensorFlow.js knows no backend '${name}' after ${peer} was loaded: most likely two copies of @tensorflow/tfjs-core are in the page. Look with npm ls @tensorflow/tfjs-core and keep one, or let the bundler deduplicate it (Vite: resolve.dedupe).`,
    );
  }
  return core;
}
