import * as tf from '@tensorflow/tfjs-core';

/** What TensorFlow.js's GPU backends show of their device. */
interface DeviceBackend {
  readonly device?: { readonly lost: Promise<{ readonly message: string }> };
  readonly gpgpu?: { readonly gl: { isContextLost(): boolean } };
}

/** Watches the device of the active backend; the function says why it was lost, or `undefined` while it is there. */
export function watchDevice(): () => Promise<string | undefined> {
  const { device, gpgpu } = tf.backend() as unknown as DeviceBackend;
  let lost: string | undefined;
  void device?.lost.then(({ message }) => {
    lost = message === '' ? 'the device was lost' : message;
  });
  return async () => {
    if (gpgpu?.gl.isContextLost() === true) return 'the WebGL context was lost';
    // A read that fails may be heard of a moment before the loss itself.
    if (device !== undefined && lost === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    return lost;
  };
}

/** Whether a result just read comes from a context that is gone: WebGL answers zeros then, without an error. */
export function contextIsLost(): boolean {
  return (tf.backend() as unknown as DeviceBackend).gpgpu?.gl.isContextLost() === true;
}
