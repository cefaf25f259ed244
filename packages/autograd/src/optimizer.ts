import { InputError } from '@cfe/base';
import { type Dtype, type Floats, floats } from './floats.ts';

/**
 * A rule that turns gradients into steps.
 *
 * - `adam`: Kingma and Ba (2015); `weightDecay` joins the gradient
 * - `adamw`: Loshchilov and Hutter (2019); `weightDecay` shrinks the parameters themselves. Default 0.01
 * - `sgd`: optionally with momentum (heavy ball), or Nesterov's
 */
export type OptimizerSpec =
  | {
      readonly kind: 'adam' | 'adamw';
      /** default 1e-3 */
      readonly learningRate?: number | undefined;
      /** default 0.9 */
      readonly beta1?: number | undefined;
      /** default 0.999 */
      readonly beta2?: number | undefined;
      /** default 1e-8 */
      readonly epsilon?: number | undefined;
      readonly weightDecay?: number | undefined;
    }
  | {
      readonly kind: 'sgd';
      /** default 1e-2 */
      readonly learningRate?: number | undefined;
      /** default 0 */
      readonly momentum?: number | undefined;
      /** default `'classic'` */
      readonly momentumKind?: 'classic' | 'nesterov' | undefined;
      readonly weightDecay?: number | undefined;
    };

/** An optimiser with every setting written out. */
export interface OptimizerSettings {
  readonly kind: 'adam' | 'adamw' | 'sgd';
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** An optimiser and what it remembers: plain data, to save and to resume to the same bits. Steps write to it. */
export interface OptimizerState {
  readonly settings: OptimizerSettings;
  /** steps taken */
  steps: number;
  /** first moment, or velocity; `[parameters]` */
  readonly first: Floats;
  /** second moment; empty for `sgd` */
  readonly second: Floats;
}

/**
 * A fresh optimiser for so many parameters.
 *
 * @param options.dtype - precision of its memory; default `'float32'`
 * @param options.allocate - where its memory comes from; an executor's own `allocate` saves copies
 * @throws {@link InputError} if a setting is out of range
 * @example
 * import { createOptimizer, optimizerStep } from '@cfe/autograd';
 * const x = new Float64Array([1]);
 * const sgd = createOptimizer({ kind: 'sgd', learningRate: 0.1 }, 1, { dtype: 'float64' });
 * optimizerStep(sgd, x, new Float64Array([2]));
 * x[0]; // → 0.8
 */
export function createOptimizer(
  spec: OptimizerSpec,
  parameters: number,
  {
    dtype = 'float32',
    allocate = (length) => floats(dtype, length),
  }: { readonly dtype?: Dtype; readonly allocate?: (length: number) => Floats } = {},
): OptimizerState {
  const settings = settingsOf(spec);
  const needsFirst = settings.kind !== 'sgd' || settings.momentum > 0;
  return {
    settings,
    steps: 0,
    first: allocate(needsFirst ? parameters : 0),
    second: allocate(settings.kind === 'sgd' ? 0 : parameters),
  };
}

/**
 * One step: writes new parameters and new memory in place.
 *
 * @param options.learningRate - for this step; default the optimiser's own
 * @param options.scale - multiplies the gradient first, as clipping does; default 1
 */
export function optimizerStep(
  state: OptimizerState,
  parameters: Floats,
  gradient: Floats,
  { learningRate = state.settings.learningRate, scale = 1 }: { learningRate?: number; scale?: number } = {},
): void {
  state.steps += 1;
  if (state.settings.kind === 'sgd') sgdStep(state, parameters, gradient, learningRate, scale);
  else adamStep(state, parameters, gradient, learningRate, scale);
}

function adamStep(state: OptimizerState, x: Floats, gradient: Floats, rate: number, scale: number): void {
  const { beta1, beta2, epsilon, weightDecay, kind } = state.settings;
  const { first, second } = state;
  const correction1 = 1 - beta1 ** state.steps;
  const correction2 = Math.sqrt(1 - beta2 ** state.steps);
  const stepSize = rate / correction1;
  const coupled = kind === 'adam' ? weightDecay : 0;
  const shrink = kind === 'adamw' ? 1 - rate * weightDecay : 1;
  for (let i = 0; i < x.length; i++) {
    const xi = x[i] as number;
    const g = scale * (gradient[i] as number) + coupled * xi;
    const m = beta1 * (first[i] as number) + (1 - beta1) * g;
    const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    x[i] = xi * shrink - (stepSize * m) / (Math.sqrt(v) / correction2 + epsilon);
  }
}

function sgdStep(state: OptimizerState, x: Floats, gradient: Floats, rate: number, scale: number): void {
  const { momentum, nesterov, weightDecay } = state.settings;
  const velocity = state.first;
  for (let i = 0; i < x.length; i++) {
    const xi = x[i] as number;
    let g = scale * (gradient[i] as number) + weightDecay * xi;
    if (momentum > 0) {
      const v = momentum * (velocity[i] as number) + g;
      velocity[i] = v;
      g = nesterov ? g + momentum * v : v;
    }
    x[i] = xi - rate * g;
  }
}

function settingsOf(spec: OptimizerSpec): OptimizerSettings {
  const adam = spec.kind === 'sgd' ? undefined : spec;
  const sgd = spec.kind === 'sgd' ? spec : undefined;
  const settings: OptimizerSettings = {
    kind: spec.kind,
    learningRate: spec.learningRate ?? (sgd === undefined ? 1e-3 : 1e-2),
    beta1: adam?.beta1 ?? 0.9,
    beta2: adam?.beta2 ?? 0.999,
    epsilon: adam?.epsilon ?? 1e-8,
    weightDecay: spec.weightDecay ?? (spec.kind === 'adamw' ? 0.01 : 0),
    momentum: sgd?.momentum ?? 0,
    nesterov: sgd?.momentumKind === 'nesterov',
  };
  const inRange: readonly [name: keyof OptimizerSettings, ok: boolean, range: string][] = [
    ['learningRate', settings.learningRate >= 0 && settings.learningRate < Infinity, 'finite and ≥ 0'],
    ['beta1', settings.beta1 >= 0 && settings.beta1 < 1, 'from 0 up to, not including, 1'],
    ['beta2', settings.beta2 >= 0 && settings.beta2 < 1, 'from 0 up to, not including, 1'],
    ['epsilon', settings.epsilon > 0, 'above 0'],
    ['weightDecay', settings.weightDecay >= 0 && settings.weightDecay < Infinity, 'finite and ≥ 0'],
    ['momentum', settings.momentum >= 0 && settings.momentum < 1, 'from 0 up to, not including, 1'],
  ];
  for (const [name, ok, range] of inRange) {
    if (ok) continue;
    throw new InputError(
      'autograd/optimizer',
      `createOptimizer: ${name} must be ${range}, got ${settings[name]}.`,
      { name, value: settings[name] },
    );
  }
  return settings;
}
