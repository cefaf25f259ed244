import { InputError, quoteName, type Rng, standardNormal, type Variable } from '@cfe/base';
import { drawFrom } from '@cfe/scm';
import type { NoiseLaw } from '../network-state.ts';

/** Draws of one variable's plan noise, one array per column. */
export function drawNoise(
  variable: Variable,
  law: NoiseLaw,
  names: readonly string[],
  rows: number,
  rng: Rng,
): Float64Array[] {
  if (variable.kind === 'categorical') {
    return names.map((name) => drawFrom({ kind: 'gumbel', location: 0, scale: 1 }, rows, rng.fork(name)));
  }
  if (law.kind === 'empirical') return [drawFrom(law, rows, rng)];
  return [standardNormal(rng, rows)];
}

/** @throws {@link InputError} if an empirical law has no values or one that is not finite */
export function checkNoiseLaw(variable: Variable, law: NoiseLaw): void {
  if (law.kind === 'standard') return;
  if (law.values.length > 0 && law.values.every(Number.isFinite)) return;
  throw new InputError(
    'network/noise-law',
    `update: the empirical noise of ${quoteName(variable.name)} needs one or more values, all of them finite.`,
    { variable: variable.name },
  );
}
