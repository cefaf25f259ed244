import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createPlan, type Plan } from '@cfe/autograd';
import { expect, test } from 'vitest';
import { sharesOf, workOf } from './internal/shares.ts';

function widePlan(d: number): Plan {
  const parents = Array.from({ length: d }, (_, j) => Array.from({ length: j }, (__, i) => i));
  const offsets = Int32Array.from({ length: d + 1 }, (_, j) => parents.slice(0, j).flat().length);
  return createPlan({
    graph: {
      nodes: parents.map((_, j) => `v${j}`),
      parents: { offsets, items: Int32Array.from(parents.flat()) },
    },
    mechanism: { hidden: [8] },
  });
}

test.for([
  [2, 'gated'],
  [3, 'gated'],
  [2, 'plain'],
] as const)(
  '%i threads give what one gives, to the bit (%s)',
  { timeout: 60_000 },
  async ([threads, kind], context) => {
    if (!existsSync(new URL('../dist/threads.js', import.meta.url)))
      return context.skip('no build here: node scripts/build.mjs');
    const script = fileURLToPath(new URL('../test/support/threads.mjs', import.meta.url));
    const output = execFileSync(process.execPath, [script, String(threads), kind], { encoding: 'utf8' });
    const { name, own, refused } = JSON.parse(output) as Record<string, string>;
    expect(name).toBe(`${own} × ${threads}`);
    expect(refused).toMatch(/"v6" is NaN/);
  },
);

test('shares are of about equal work and cover all mechanisms', () => {
  for (const [d, threads] of [
    [100, 2],
    [50, 3],
    [2, 4],
    [1, 1],
  ] as const) {
    const plan = widePlan(d);
    const work = workOf(plan);
    const shares = sharesOf(plan, threads);
    expect(shares.flatMap(([from, to]) => Array.from({ length: to - from }, (_, k) => from + k))).toEqual([
      ...Array(d).keys(),
    ]);
    const each = shares.map(([from, to]) => work.subarray(from, to).reduce((sum, w) => sum + w, 0));
    const even = work.reduce((sum, w) => sum + w, 0) / threads;
    for (const sum of each) expect(Math.abs(sum - even)).toBeLessThanOrEqual(Math.max(...work));
  }
});
