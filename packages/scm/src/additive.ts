import type { InvertibleMechanism } from './mechanism.ts';

/** A function of the parents' columns, all rows at once; without parents it is handed an empty list and the number of rows. */
export type ParentFunction = (parents: readonly Float64Array[], rows: number) => Float64Array;

/**
 * The mechanism x = location(parents) + noise.
 *
 * @param location - `[rows]` from the parents' columns; left out, 0, so that x is its noise
 * @param slopes - ∂location/∂parent of each parent, `[rows]` each; brings gradients
 * @example
 * import { additive } from '@cfe/scm';
 * const twice = additive(([x]) => x!.map((v) => 2 * v));
 * twice.evaluate([Float64Array.of(3)], Float64Array.of(0.5)); // → Float64Array [6.5]
 * twice.abduct([Float64Array.of(3)], Float64Array.of(6.5)); // → Float64Array [0.5]
 */
export function additive(
  location?: ParentFunction,
  slopes?: (parents: readonly Float64Array[], rows: number) => readonly Float64Array[],
): InvertibleMechanism {
  const at: ParentFunction = location ?? ((_, rows) => new Float64Array(rows));
  const derivative = slopes ?? (location === undefined ? () => [] : undefined);
  return {
    evaluate: (parents, noise) => combine(noise, at(parents, noise.length), 1),
    abduct: (parents, values) => combine(values, at(parents, values.length), -1),
    logSlope: (_, noise) => new Float64Array(noise.length),
    ...(derivative && {
      backward: (parents: readonly Float64Array[], noise: Float64Array, upstream: Float64Array) => ({
        parents: derivative(parents, noise.length).map((slope) =>
          slope.map((s, r) => s * (upstream[r] as number)),
        ),
        noise: upstream,
      }),
    }),
  };
}

/**
 * The mechanism x = location(parents) + scale(parents) · noise, scale > 0.
 *
 * @example
 * import { locationScale } from '@cfe/scm';
 * const mechanism = locationScale(([x]) => x!, ([x]) => x!.map(Math.exp));
 * mechanism.evaluate([Float64Array.of(0)], Float64Array.of(2)); // → Float64Array [2]
 */
export function locationScale(location: ParentFunction, scale: ParentFunction): InvertibleMechanism {
  return {
    evaluate(parents, noise) {
      const s = scale(parents, noise.length);
      return location(parents, noise.length).map((m, r) => m + (s[r] as number) * (noise[r] as number));
    },
    abduct(parents, values) {
      const m = location(parents, values.length);
      const s = scale(parents, values.length);
      return values.map((x, r) => (x - (m[r] as number)) / (s[r] as number));
    },
    logSlope: (parents, noise) => scale(parents, noise.length).map((s) => Math.log(Math.abs(s))),
  };
}

function combine(a: Float64Array, b: Float64Array, sign: 1 | -1): Float64Array {
  const out = new Float64Array(a.length);
  for (let r = 0; r < out.length; r++) out[r] = (a[r] as number) + sign * (b[r] as number);
  return out;
}
