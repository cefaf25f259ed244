import * as tf from '@tensorflow/tfjs-core';

/** What TensorFlow.js's GPU backends show of their device. */
interface DeviceBackend {
  readonly device?: { readonly lost: Promise<{ readonly message: string }> };
  readonly gpgpu?: Gpgpu;
}

interface Gpgpu {
  readonly gl: {
    isContextLost(): boolean;
    readonly canvas?: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
  };
  /** fences that reads wait for */
  itemsToPoll?: unknown[];
}

/** The device of a backend, watched. */
export interface WatchedDevice {
  /** why it was lost, or `undefined` while it is there */
  loss(): Promise<string | undefined>;
  /** rejects when a WebGL context is lost, whose reads never end then; otherwise pending */
  readonly contextLost: Promise<never>;
  /** stops watching */
  dispose(): void;
}

/** Watches the device of the active backend. */
export function watchDevice(): WatchedDevice {
  const { device, gpgpu } = tf.backend() as unknown as DeviceBackend;
  let lost: string | undefined;
  void device?.lost.then(({ message }) => {
    lost = message === '' ? 'the device was lost' : message;
  });
  let onContextLost = (): void => {};
  const contextLost = new Promise<never>((_, reject) => {
    onContextLost = () => {
      // TensorFlow.js would ask for ever whether a fence of the lost context has passed.
      if (gpgpu?.itemsToPoll !== undefined) gpgpu.itemsToPoll = [];
      reject(new Error('the WebGL context was lost'));
    };
  });
  contextLost.catch(() => {}); // it may be lost while nobody reads
  gpgpu?.gl.canvas?.addEventListener('webglcontextlost', onContextLost);
  return {
    contextLost,
    async loss() {
      if (gpgpu?.gl.isContextLost() === true) return 'the WebGL context was lost';
      // A read that fails may be heard of a moment before the loss itself.
      if (device !== undefined && lost === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
      return lost;
    },
    dispose: () => gpgpu?.gl.canvas?.removeEventListener('webglcontextlost', onContextLost),
  };
}

/** Whether a result just read comes from a context that is gone: WebGL answers zeros then, without an error. */
export function contextIsLost(): boolean {
  return (tf.backend() as unknown as DeviceBackend).gpgpu?.gl.isContextLost() === true;
}
