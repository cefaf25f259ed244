import type { Floats } from '../floats.ts';
import type { Activation } from '../plan.ts';

/** Applies an activation to all of `y`, in place. */
export function activate(kind: Activation, y: Floats, length: number): void {
  const f = functions[kind];
  if (kind === 'identity') return;
  for (let i = 0; i < length; i++) y[i] = f(y[i] as number);
}

/** Multiplies `dy` by the activation's derivative, read off its own output `y`. */
export function activateBackward(kind: Activation, y: Floats, dy: Floats, length: number): void {
  const slope = slopes[kind];
  if (kind === 'identity') return;
  for (let i = 0; i < length; i++) dy[i] = (dy[i] as number) * slope(y[i] as number);
}

const functions: Readonly<Record<Activation, (x: number) => number>> = {
  identity: (x) => x,
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

const slopes: Readonly<Record<Activation, (y: number) => number>> = {
  identity: () => 1,
  tanh: (y) => 1 - y * y,
  relu: (y) => (y > 0 ? 1 : 0),
  elu: (y) => (y > 0 ? 1 : y + 1),
  softplus: (y) => -Math.expm1(-y),
  sigmoid: (y) => y * (1 - y),
};
