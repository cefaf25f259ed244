import type { Rng, Variable } from '@cfe/base';
import type { MechanismSettings } from '../mechanism-spec.ts';
import type { MechanismState } from '../mechanism-state.ts';
import type { Feature } from './features.ts';
import { outputsOf } from './mechanism.ts';
import { responseSize } from './response.ts';

/** Random weights of variance 1/inputs over raw parents, unit noise: what a network is before its first fit. */
export function initialState(
  variable: Variable,
  parents: readonly Variable[],
  { hidden }: MechanismSettings,
  rng: Rng,
): MechanismState {
  const features = linearBases(parents).map((basis): Feature => ({ ...basis, centre: 0, scale: 1 }));
  const shape = { features: features.length, hidden: features.length === 0 ? [] : hidden, outputs: outputsOf(variable) };
  const parameters = new Float64Array(responseSize(shape));
  drawWeights(parameters, shape, rng, 1);
  return {
    features,
    hidden: shape.hidden,
    parameters,
    centre: 0,
    scale: 1,
    noise: variable.kind === 'categorical' ? undefined : { kind: 'gaussian', sd: 1 },
    rows: 0,
  };
}

/** One feature per continuous parent, one per level but the first of a categorical one. */
export function linearBases(parents: readonly Variable[]): Pick<Feature, 'parent' | 'basis'>[] {
  return parents.flatMap((parent, p): Pick<Feature, 'parent' | 'basis'>[] =>
    parent.kind === 'continuous'
      ? [{ parent: p, basis: { kind: 'linear' } }]
      : parent.levels.slice(1).map((_, l) => ({ parent: p, basis: { kind: 'level', level: l + 1 } })),
  );
}

/** Writes weights of variance 1/inputs: linear ones too where `linear` is 1, the last layer 0 where it is 0. */
export function drawWeights(
  parameters: Float64Array,
  shape: { readonly features: number; readonly hidden: readonly number[]; readonly outputs: number },
  rng: Rng,
  linear: 0 | 1,
): void {
  const { features, hidden, outputs } = shape;
  if (features === 0) return;
  const draw = (at: number, count: number, inputs: number): void => {
    const sd = 1 / Math.sqrt(inputs);
    for (let i = 0; i < count; i++) parameters[at + i] = sd * rng.normal();
  };
  if (linear === 1) draw(0, outputs * features, features);
  let at = outputs * (features + 1);
  let width = features;
  for (const h of hidden) {
    draw(at, h * width, width);
    // biases spread the units' bends over the standardised inputs
    for (let i = 0; i < h; i++) parameters[at + h * width + i] = rng.normal();
    at += h * (width + 1);
    width = h;
  }
  if (hidden.length > 0 && linear === 1) draw(at, outputs * width, width);
}
