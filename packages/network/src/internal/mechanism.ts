import type { Variable } from '@cfe/base';
import type { MechanismState } from '../mechanism-state.ts';
import { evaluateFeatures, featureSlope } from './features.ts';
import { evaluateResponse, type ResponseShape, responseBackward } from './response.ts';

export function outputsOf(variable: Variable): number {
  return variable.kind === 'categorical' ? variable.levels.length : 1;
}

export function shapeOf(variable: Variable, state: Pick<MechanismState, 'features' | 'hidden'>): ResponseShape {
  return { features: state.features.length, hidden: state.hidden, outputs: outputsOf(variable) };
}

/** Location of a continuous variable, or logits of a categorical one, `[outputs][rows]`. */
export function respond(
  variable: Variable,
  state: MechanismState,
  parents: readonly Float64Array[],
  rows: number,
): Float64Array[] {
  const features = evaluateFeatures(state.features, parents, rows);
  const { outputs } = evaluateResponse(shapeOf(variable, state), state.parameters, features, rows);
  for (const out of outputs) for (let r = 0; r < rows; r++) out[r] = state.centre + state.scale * (out[r] as number);
  return outputs;
}

/** The derivative of Σ upstream ∘ location with respect to each parent. */
export function respondBackward(
  variable: Variable,
  state: MechanismState,
  parents: readonly Float64Array[],
  upstream: Float64Array,
): Float64Array[] {
  const rows = upstream.length;
  const features = evaluateFeatures(state.features, parents, rows);
  const shape = shapeOf(variable, state);
  const trace = evaluateResponse(shape, state.parameters, features, rows);
  const scaled = upstream.map((g) => g * state.scale);
  const back = responseBackward(shape, state.parameters, features, trace, [scaled]).features;
  const out = parents.map(() => new Float64Array(rows));
  for (const [f, feature] of state.features.entries()) {
    const to = out[feature.parent] as Float64Array;
    const from = parents[feature.parent] as Float64Array;
    const delta = back[f] as Float64Array;
    for (let r = 0; r < rows; r++) {
      const g = delta[r] as number;
      if (g !== 0) to[r] = (to[r] as number) + g * featureSlope(feature, from[r] as number);
    }
  }
  return out;
}
