import { InputError } from '@cfe/base';

/** The level that was asked for, checked. */
export function levelOf(level = 0.9): number {
  if (!(level > 0 && level < 1)) {
    throw new InputError('counterfactuals/level', `The level must lie between 0 and 1, got ${level}.`, {
      level,
    });
  }
  return level;
}

/** The central interval of replicate values, linear between order statistics; `undefined` for fewer than 10. */
export function percentileInterval(
  values: readonly number[],
  level: number,
): readonly [number, number] | undefined {
  if (values.length < 10) return undefined;
  const sorted = Float64Array.from(values).sort();
  return [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)];
}

/** The p-quantile of ascending values, linear between order statistics (Hyndman and Fan's type 7). */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  const below = sorted[low] as number;
  return below + (at - low) * ((sorted[high] as number) - below);
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}
