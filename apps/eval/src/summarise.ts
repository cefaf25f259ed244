import type { Figures, Summary } from './experiment.ts';

/** Two-sided 95% quantiles of Student's t by degrees of freedom, 1 to 30 (Fisher and Yates, table III). */
const t95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** A figure over cells: mean with a 95% interval, extremes, and how many cells have it. */
export function summarise(name: string, cells: readonly { readonly figures: Figures }[]): Summary {
  const values = cells.map(({ figures }) => figures[name]).filter((value) => typeof value === 'number');
  const n = values.length;
  if (n === 0) return { name, mean: null, min: null, max: null, n };
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, n - 1);
  const half = (t95[Math.min(n - 1, t95.length) - 1] ?? 0) * Math.sqrt(variance / n);
  return {
    name,
    mean,
    ...(n >= 3 ? { interval: [mean - half, mean + half] as const } : {}),
    min: Math.min(...values),
    max: Math.max(...values),
    n,
  };
}

/** Several figures over the same cells. */
export function summariseAll(
  names: readonly string[],
  cells: readonly { readonly figures: Figures }[],
): Summary[] {
  return names.map((name) => summarise(name, cells));
}
