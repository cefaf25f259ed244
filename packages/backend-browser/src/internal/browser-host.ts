import type { Executor, Plan } from '@cfe/autograd';
import { registerZeroWhereCut } from './zero-where-cut.ts';

interface Adapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string };
}

interface TfjsCore {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  /** the backend at work */
  backend?(): unknown;
}

/** What the backends use of `@cfe/autograd/tfjs`. */
interface PlansOnTfjs {
  readonly createTfjsExecutor: (plan: Plan) => Executor;
  chooseLayer(): Promise<{ readonly layer: string; readonly reason: string }>;
  registerLayerPrograms(): () => void;
}

/** What the backends ask of the page; tests put another in its place. */
export interface BrowserHost {
  /** whether the page may use powerful features */
  readonly secure: boolean;
  readonly gpu: { requestAdapter(): Promise<Adapter | null> } | undefined;
  /** what WebGL 2 offers, or `undefined` without it */
  webgl(): { readonly floats: boolean; readonly renderer: string } | undefined;
  /** loads a backend of TensorFlow.js, which registers itself with our kernels, and the core that it registered with */
  load(name: 'webgpu' | 'webgl'): Promise<TfjsCore>;
  /** the executor of plans on TensorFlow.js */
  loadExecutor(): Promise<PlansOnTfjs>;
}

/** This page or worker. */
export function thisPage(): BrowserHost {
  const scope = globalThis as {
    readonly isSecureContext?: boolean;
    readonly navigator?: { readonly gpu?: NonNullable<BrowserHost['gpu']> };
  };
  return {
    secure: scope.isSecureContext !== false,
    gpu: scope.navigator?.gpu,
    webgl: lookAtWebgl,
    load: async (name) => {
      await (name === 'webgpu'
        ? import('@tensorflow/tfjs-backend-webgpu')
        : import('@tensorflow/tfjs-backend-webgl'));
      const core = await import('@tensorflow/tfjs-core');
      if (name === 'webgl') {
        const { layerKernels } = await import('@cfe/autograd/tfjs');
        registerZeroWhereCut(core, layerKernels.zeroWhereCut);
      }
      return core;
    },
    loadExecutor: () => import('@cfe/autograd/tfjs'),
  };
}

function lookAtWebgl(): ReturnType<BrowserHost['webgl']> {
  try {
    const canvas =
      typeof OffscreenCanvas === 'function' ? new OffscreenCanvas(1, 1) : document.createElement('canvas');
    const gl = canvas.getContext('webgl2') as WebGL2RenderingContext | null;
    if (gl === null) return undefined;
    const info = gl.getExtension('WEBGL_debug_renderer_info');
    const renderer = info === null ? '' : String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL));
    const floats = gl.getExtension('EXT_color_buffer_float') !== null;
    gl.getExtension('WEBGL_lose_context')?.loseContext(); // browsers allow few contexts
    return { floats, renderer };
  } catch {
    return undefined;
  }
}
