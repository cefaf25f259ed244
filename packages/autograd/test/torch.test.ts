import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type CheckAnswer,
  type CheckCase,
  checkCase,
  createOptimizer,
  type OptimizerSpec,
  optimizerStep,
} from '../src/index.ts';

interface Golden {
  readonly version: string;
  readonly cases: readonly { readonly given: CheckCase; readonly answer: CheckAnswer }[];
  readonly optimisers: readonly {
    readonly spec: OptimizerSpec;
    readonly start: number[];
    readonly steps: readonly { readonly gradient: number[]; readonly x: number[] }[];
  }[];
}

const golden = JSON.parse(readFileSync(new URL('./golden/torch.json', import.meta.url), 'utf8')) as Golden;

describe(`PyTorch ${golden.version}, another engine by other people, agrees`, () => {
  test.for(golden.cases)(
    'values and gradients under interventions of its own per row, case %#',
    ({ given, answer }) => {
      const found = checkCase(given);
      expectClose(found.X, answer.X);
      for (const name of ['W', 'b', 'v', 'U', 'value'] as const)
        expectClose(found.gradients[name], answer.gradients[name]);
      // Entries that are 0 there are what a cut hides: 0 here too, not almost.
      const [have, want] = [numbers(found.gradients), numbers(answer.gradients)];
      expect(want.filter((g) => g === 0).length).toBeGreaterThan(0);
      for (const [i, g] of want.entries()) if (g === 0) expect(Math.abs(have[i] as number)).toBe(0);
    },
  );

  test.for(golden.optimisers)('twenty optimiser steps, $spec', ({ spec, start, steps }) => {
    const state = createOptimizer(spec, start.length, { dtype: 'float64' });
    const x = Float64Array.from(start);
    for (const { gradient, x: there } of steps) {
      optimizerStep(state, x, Float64Array.from(gradient));
      expectClose([...x], there);
    }
  });
});

/** The numbers of nested lists and records, names in order. */
function numbers(nested: unknown): number[] {
  if (typeof nested === 'number') return [nested];
  const record = nested as Record<string, unknown>;
  const keys = Array.isArray(nested) ? Object.keys(record) : Object.keys(record).sort();
  return keys.flatMap((key) => numbers(record[key]));
}

function expectClose(have: unknown, want: unknown): void {
  const [a, b] = [numbers(have), numbers(want)];
  expect(a.length).toBe(b.length);
  for (const [i, x] of b.entries())
    expect(Math.abs((a[i] as number) - x)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(x)));
}
