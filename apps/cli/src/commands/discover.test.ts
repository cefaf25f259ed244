import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linearGaussian } from '@cfe/scm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context, Typed } from '../command.ts';
import { discover } from './discover.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cfe-discover-'));
  const model = linearGaussian({
    nodes: ['a', 'b', 'c'],
    weights: [
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 0],
    ],
  });
  const parts = [
    { regime: 'seen', rows: model.sample(300, { seed: 1 }) },
    { regime: 'set', rows: model.sample(60, { seed: 2, do: { b: 3 } }) },
  ];
  const lines = parts.flatMap(({ regime, rows }) =>
    Array.from({ length: rows.rows }, (_, r) =>
      [...['a', 'b', 'c'].map((name) => rows.column(name)[r]), regime].join(),
    ),
  );
  writeFileSync(join(folder, 'both.csv'), ['a,b,c,regime', ...lines].join('\n'));
  const observed = lines.slice(0, 300).map((line) => line.slice(0, line.lastIndexOf(',')));
  writeFileSync(join(folder, 'seen.csv'), ['a,b,c', ...observed].join('\n'));
  writeFileSync(join(folder, 'targets.json'), JSON.stringify({ seen: [], set: ['b'] }));
  writeFileSync(join(folder, 'known.json'), JSON.stringify({ tiers: [['a'], ['b'], ['c']] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Found {
  readonly edges: readonly { readonly from: string; readonly to: string; readonly type: string }[];
  readonly method: string;
  readonly message: string;
  readonly status: string;
  readonly score: number;
  readonly intercepts?: Readonly<Record<string, string>>;
  readonly smallestDetectablePartialCorrelation?: number;
}

async function run(file: string, options: Typed, signal = new AbortController().signal): Promise<Found> {
  const context: Context = { seed: 1, level: 0.95, say: () => {}, onProgress: () => {}, signal };
  return (await discover.run([join(folder, file)], options, context)).json as Found;
}

describe.each(['auto', 'flop', 'pc', 'ges', 'direct-lingam', 'cam', 'dagma'])(
  'cfe discover --method %s',
  (method) => {
    test('finds a graph that keeps to what is known', async () => {
      const found = await run('seen.csv', { method, knowledge: join(folder, 'known.json') });
      expect(found.method).toBe(method === 'auto' ? 'flop' : method);
      expect(found.status).toBe('converged');
      expect(Number.isFinite(found.score)).toBe(true);
      expect(found.message).not.toBe('');
      const edges = found.edges.map(({ from, to, type }) => `${from} ${type} ${to}`);
      expect(edges).toEqual(expect.arrayContaining(['a directed b', 'b directed c']));
      for (const { from, to } of found.edges) expect(from < to).toBe(true);
    });
  },
);

test('with regimes it tells the intercept of every variable, and what it could not have seen', async () => {
  const found = await run('both.csv', {
    method: 'auto',
    regime: 'regime',
    targets: join(folder, 'targets.json'),
    restarts: '3',
  });
  expect(found.method).toBe('flop (interventional)');
  expect(found.edges.map(({ from, to }) => from + to).sort()).toEqual(['ab', 'bc']);
  expect(found.intercepts).toEqual({ a: 'shared', b: 'shared', c: 'shared' });
  expect(found.smallestDetectablePartialCorrelation).toBeCloseTo(Math.sqrt(1 - 360 ** (-2 / 360)), 9);
});

test('a time limit and an abort reach the search', async () => {
  expect((await run('seen.csv', { method: 'flop', seconds: '0.001' })).status).toBe('budget');
  const stopped = new AbortController();
  stopped.abort(new Error('enough'));
  await expect(run('seen.csv', { method: 'flop' }, stopped.signal)).rejects.toThrow('enough');
});
