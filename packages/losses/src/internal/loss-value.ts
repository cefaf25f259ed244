import type { Floats } from '@cfe/autograd';
import { InputError } from '@cfe/base';
import type { Loss, LossInput, LossValue } from '../loss.ts';

/** A loss's value with copies of its gradients. */
export function lossValue(
  { name, scale }: Pick<Loss, 'name' | 'scale'>,
  value: number,
  parameters: Floats,
  gates?: Floats | undefined,
): LossValue {
  return {
    name,
    scale,
    value,
    gradient: {
      parameters: new Float64Array(parameters),
      ...(gates === undefined ? {} : { gates: new Float64Array(gates) }),
    },
  };
}

/** Zero gradients for an input. */
export function zeros({ parameters, gates }: LossInput): {
  parameters: Float64Array;
  gates: Float64Array | undefined;
} {
  return {
    parameters: new Float64Array(parameters.length),
    gates: gates === undefined ? undefined : new Float64Array(gates.length),
  };
}

/** to += factor · what */
export function addTo(to: Float64Array, factor: number, what: ArrayLike<number>): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (what[i] as number);
}

/** @throws {@link InputError} */
export function lacks(loss: string, what: string, remedy: string): never {
  throw new InputError('losses/missing', `${loss}: the batch has no ${what}. ${remedy}`, { loss, what });
}
