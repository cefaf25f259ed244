import {
  additive,
  type InvertibleMechanism,
  locationScale,
  type Mechanism,
  type Monotonicity,
} from '@cfe/scm';
import { type NamedMechanism, namedMechanisms } from './named-mechanisms.ts';
import {
  checkFunction,
  evaluateFunction,
  functionSlopes,
  type ParentFunctionSpec,
} from './parent-function.ts';

/**
 * How a variable comes about from its parents p and its noise u, as plain data.
 *
 * - `additive`: x = location(p) + u
 * - `location-scale`: x = location(p) + exp(logScale(p)) · u
 * - `multiplicative`: x = exp(logFactor(p)) · u, increasing in u; with `factor`, x = factor(p) · u, whose direction
 *   depends on the parents
 * - `noisy-network`: x = network(p, u), the noise its last input: neither monotone nor invertible
 * - `table`: a level with the probabilities of the parents' configuration (the last parent's level changing fastest)
 * - `named`: an equation of the literature, by its name
 */
export type MechanismSpec =
  | { readonly kind: 'additive'; readonly location: ParentFunctionSpec }
  | {
      readonly kind: 'location-scale';
      readonly location: ParentFunctionSpec;
      readonly logScale: ParentFunctionSpec;
    }
  | { readonly kind: 'multiplicative'; readonly logFactor: ParentFunctionSpec }
  | { readonly kind: 'multiplicative'; readonly factor: ParentFunctionSpec }
  | { readonly kind: 'noisy-network'; readonly network: ParentFunctionSpec }
  | { readonly kind: 'table'; readonly probabilities: readonly (readonly number[])[] }
  | { readonly kind: 'named'; readonly name: NamedMechanism };

/** The mechanism itself, and how it moves with its noise. */
export interface BuiltMechanism {
  readonly mechanism: Mechanism | InvertibleMechanism;
  readonly monotone: Monotonicity;
}

/**
 * @param parents - how many there are
 * @param noiseCentre - taken off the noise first
 */
export function buildMechanism(
  spec: Exclude<MechanismSpec, { kind: 'table' }>,
  parents: number,
  noiseCentre: number,
  where: string,
): BuiltMechanism {
  const built = build(spec, parents, where);
  return noiseCentre === 0 ? built : { ...built, mechanism: recentred(built.mechanism, noiseCentre) };
}

function build(
  spec: Exclude<MechanismSpec, { kind: 'table' }>,
  parents: number,
  where: string,
): BuiltMechanism {
  const of =
    (part: ParentFunctionSpec) =>
    (inputs: readonly Float64Array[], rows: number): Float64Array =>
      evaluateFunction(part, inputs, rows);
  const exp =
    (part: ParentFunctionSpec) =>
    (inputs: readonly Float64Array[], rows: number): Float64Array =>
      evaluateFunction(part, inputs, rows).map(Math.exp);
  const zero = (_: unknown, rows: number): Float64Array => new Float64Array(rows);
  switch (spec.kind) {
    case 'additive': {
      const { location } = spec;
      checkFunction(location, parents, where);
      const mechanism = additive(of(location), (inputs, rows) => functionSlopes(location, inputs, rows));
      return { mechanism, monotone: 'increasing' };
    }
    case 'location-scale':
      checkFunction(spec.location, parents, where);
      checkFunction(spec.logScale, parents, where);
      return { mechanism: locationScale(of(spec.location), exp(spec.logScale)), monotone: 'increasing' };
    case 'multiplicative':
      if ('logFactor' in spec) {
        checkFunction(spec.logFactor, parents, where);
        return { mechanism: locationScale(zero, exp(spec.logFactor)), monotone: 'increasing' };
      }
      checkFunction(spec.factor, parents, where);
      return { mechanism: locationScale(zero, of(spec.factor)), monotone: 'neither' };
    case 'noisy-network': {
      const { network } = spec;
      checkFunction(network, parents + 1, where);
      const mechanism: Mechanism = {
        evaluate: (inputs, noise) => evaluateFunction(network, [...inputs, noise], noise.length),
        backward(inputs, noise, upstream) {
          const slopes = functionSlopes(network, [...inputs, noise], noise.length).map((slope) =>
            slope.map((s, r) => s * (upstream[r] as number)),
          );
          return { parents: slopes.slice(0, -1), noise: slopes.at(-1) as Float64Array };
        },
      };
      return { mechanism, monotone: 'neither' };
    }
    case 'named':
      return namedMechanisms[spec.name];
  }
}

function recentred(
  mechanism: Mechanism | InvertibleMechanism,
  centre: number,
): Mechanism | InvertibleMechanism {
  const about = (noise: Float64Array): Float64Array => noise.map((u) => u - centre);
  const shifted: Mechanism = {
    evaluate: (parents, noise) => mechanism.evaluate(parents, about(noise)),
    ...(mechanism.backward && {
      backward: (parents, noise, upstream) =>
        (mechanism.backward as NonNullable<Mechanism['backward']>)(parents, about(noise), upstream),
    }),
  };
  if (!('abduct' in mechanism)) return shifted;
  const { logSlope } = mechanism;
  return {
    ...shifted,
    abduct: (parents, values) => mechanism.abduct(parents, values).map((u) => u + centre),
    ...(logSlope && { logSlope: (parents, noise) => logSlope(parents, about(noise)) }),
  };
}
