import type { Backend, Plan } from '@cfe/autograd';
import { CfeError, messageOf } from '@cfe/base';
import {
  diagnose,
  explainLoadError,
  packages,
  type TensorFlowPackage,
  unusableGpu,
} from './internal/diagnose.ts';
import { type Host, thisHost } from './internal/host.ts';
import { registerLayerKernels } from './internal/layer-kernels.ts';
import { restoreUtil } from './internal/util-shim.ts';

/** How to set up the backend. */
export interface NodeGpuBackendOptions {
  /**
   * `'fall-back'` (default) takes `@tensorflow/tfjs-node`, TensorFlow on the CPU, where CUDA cannot be used;
   * `'gpu-only'` does not
   */
  readonly without?: 'fall-back' | 'gpu-only' | undefined;
  /**
   * folder of the project whose packages are looked at first; default the environment variable CFE_TFJS_NODE, then the
   * working folder
   */
  readonly from?: string | undefined;
  /** the machine as diagnosis sees it; for tests */
  readonly host?: Host | undefined;
}

/**
 * TensorFlow's own binary in Node: CUDA through `@tensorflow/tfjs-node-gpu`, else its CPU build `@tensorflow/tfjs-node`. Both are
 * optional peers that you install; where one cannot work, `probe` names the fault and its exact remedy.
 *
 * Nothing of TensorFlow is loaded before `activate`. On Node 23 and later `activate` puts back `util.isNullOrUndefined` and
 * `util.isArray`, which these packages call, and it sets TF_ENABLE_ONEDNN_OPTS=1 where nothing is set: with it a
 * large train step took a quarter less time on TensorFlow's CPU build. CUDA itself was not available to test this on.
 *
 * @example
 * import { selectBackend } from '@cfe/autograd';
 * import { nodeGpuBackend } from '@cfe/backend-node-gpu';
 * const { backend } = await selectBackend([nodeGpuBackend({ without: 'gpu-only' }), 'cpu'], { environment: {}, mode: 'probe' });
 * ['node-gpu', 'cpu'].includes(backend.name); // → true
 */
export function nodeGpuBackend({
  without = 'fall-back',
  from,
  host = thisHost(from),
}: NodeGpuBackendOptions = {}): Backend {
  const wanted: readonly TensorFlowPackage[] = without === 'gpu-only' ? [packages[0]] : packages;
  let createExecutor: ((plan: Plan) => ReturnType<NonNullable<Backend['executor']>>) | undefined;
  let loaded: TensorFlowPackage | undefined;
  /** why TensorFlow with CUDA, once it was loaded, computes on the CPU all the same */
  let withoutGpu: string | undefined;

  const usable = (): {
    readonly name: TensorFlowPackage | undefined;
    readonly reasons: readonly string[];
  } => {
    const reasons: string[] = [];
    for (const name of wanted) {
      const fault = diagnose(host, name);
      if (fault === undefined) return { name, reasons };
      reasons.push(fault.message);
    }
    return { name: undefined, reasons };
  };

  return {
    name: 'node-gpu',
    capabilities: { device: 'gpu', dtype: 'float32', tfjs: 'tensorflow' },
    async probe() {
      const { name, reasons } = usable();
      if (name === undefined)
        return {
          available: false,
          reason: reasons.map((reason) => reason.replace(/\.$/, '')).join('. Nor its CPU build: '),
        };
      if (withoutGpu !== undefined && without === 'gpu-only') return { available: false, reason: withoutGpu };
      const notCuda = withoutGpu ?? reasons[0];
      return {
        available: true,
        detail:
          notCuda === undefined ? 'TensorFlow with CUDA' : `TensorFlow on the CPU. Not CUDA: ${notCuda}`,
      };
    },
    async activate() {
      restoreUtil(host);
      process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
      const problems: string[] = [];
      for (const name of wanted) {
        const fault = diagnose(host, name) ?? (await tryLoad(host, name));
        if (fault === undefined) {
          loaded = name;
          const started = await startTfjs();
          withoutGpu = name === packages[0] && !started.usesGpu ? unusableGpu.message : undefined;
          if (withoutGpu === undefined || without === 'fall-back') {
            createExecutor = started.createExecutor;
            return;
          }
          problems.push(withoutGpu);
          continue;
        }
        problems.push(fault.message);
      }
      throw new CfeError('backend-node-gpu/unavailable', `nodeGpuBackend: ${problems.join(' ')}`, {
        problems,
      });
    },
    executor: (plan) => createExecutor?.(plan),
    async report() {
      const { name, reasons } = usable();
      return {
        facts: {
          package: loaded ?? name ?? 'none',
          platform: `${host.platform} ${host.arch}`,
          node: host.node,
          glibc: host.glibc ?? 'none',
        },
        advice:
          withoutGpu !== undefined
            ? [withoutGpu]
            : reasons.length > 0 && host.packageFolder(packages[0]) !== undefined
              ? reasons.slice(0, 1)
              : [],
      };
    },
    async dispose() {
      createExecutor = undefined;
    },
  };
}

async function tryLoad(
  host: Host,
  name: TensorFlowPackage,
): Promise<ReturnType<typeof explainLoadError> | undefined> {
  try {
    await host.load(name);
    return undefined;
  } catch (error) {
    return explainLoadError(host, name, error);
  }
}

/** The package has registered itself; turns to it. */
async function startTfjs(): Promise<{
  readonly createExecutor: (plan: Plan) => ReturnType<NonNullable<Backend['executor']>>;
  readonly usesGpu: boolean;
}> {
  const tf = await import('@tensorflow/tfjs-core');
  let started = false;
  let cause: unknown;
  try {
    started = tf.findBackend('tensorflow') !== null && (await tf.setBackend('tensorflow'));
  } catch (error) {
    cause = error;
  }
  if (!started) {
    throw new CfeError(
      'backend-node-gpu/two-copies',
      `nodeGpuBackend: TensorFlow was loaded but does not show in this @tensorflow/tfjs-core${cause === undefined ? '' : ` (${messageOf(cause)})`}: most likely two copies are installed. Look with npm ls @tensorflow/tfjs-core, and install one version, 4.22.0, of all @tensorflow packages.`,
      {},
      { cause },
    );
  }
  const { createTfjsExecutor, layerKernels } = await import('@cfe/autograd/tfjs');
  registerLayerKernels(tf, layerKernels);
  const { isUsingGpuDevice } = tf.backend() as { readonly isUsingGpuDevice?: boolean };
  return { createExecutor: createTfjsExecutor, usesGpu: isUsingGpuDevice === true };
}
