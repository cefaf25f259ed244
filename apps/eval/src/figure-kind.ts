/** What a figure's name says about it: how it is drawn, and which way is better. */
export interface FigureKind {
  /** figures of one unit share an axis */
  readonly unit: string;
  readonly better: 'higher' | 'lower' | 'neither';
  /** depends on the machine, so no two runs agree */
  readonly timing: boolean;
  /** how much worse a mean may become before it counts as a regression: a difference, and a share of the value */
  readonly tolerance: { readonly absolute: number; readonly relative: number };
}

const kinds: readonly (readonly [pattern: RegExp, kind: FigureKind])[] = [
  [/second|MiB|exponent/, kind('time or memory', 'lower', 0, 0, true)],
  [/\bskill\b/, kind('skill: 1 is perfect, 0 is no better than copying', 'higher', 0.02)],
  [
    /\b(f1|precision|recall|accuracy|coverage|flagged|announced|exact|right|won)\b/,
    kind('share', 'higher', 0.05),
  ],
  [/log rmse|log ratio/, kind('logarithm of a ratio', 'neither', 0)],
  [/relative error/, kind('relative error', 'lower', 1e-9, 0.15)],
  [/\bover\b/, kind('ratio', 'lower', 0.02, 0.15)],
  [/\b(shd|aid|edges wrong|broken|wrong)\b/i, kind('errors, counted', 'lower', 0.5)],
  [/\b(rmse|mse|error|pehe|bias|distance|deviation|leak)\b/i, kind('error', 'lower', 1e-9, 0.15)],
];

function kind(
  unit: string,
  better: FigureKind['better'],
  absolute: number,
  relative = 0,
  timing = false,
): FigureKind {
  return { unit, better, timing, tolerance: { absolute, relative } };
}

const other = kind('as named', 'neither', 0);

/** The kind of a figure by its name. */
export function figureKind(name: string): FigureKind {
  return kinds.find(([pattern]) => pattern.test(name))?.[1] ?? other;
}
