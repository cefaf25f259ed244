import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineJob, inProcessRunner } from '@cfe/base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CellInput, Experiment, Measured } from '../src/experiment.ts';
import { main } from '../src/main.ts';
import { reportPage } from '../src/suite/report.ts';
import { resultsOf, writeResults } from '../src/suite/results.ts';
import { resultsPage } from '../src/suite/results-page.ts';
import { runSuite } from '../src/suite/run-suite.ts';
import { summarise, summariseAll } from '../src/summarise.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cfe eval '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let ran: number[] = [];
const squares = defineJob(import.meta.url, 'squares', ({ cell }: CellInput): Measured => {
  ran.push(cell.seed);
  if (cell.settings.throws === true) throw new Error('this cell diverged');
  return { figures: { square: cell.seed ** 2, skill: 1 / (1 + cell.seed) } };
});

function experiment(id: string, settings: Record<string, boolean> = {}): Experiment {
  return {
    id,
    title: `Experiment ${id}`,
    claim: 'squares are squares',
    rule: 'supported if they are',
    cells: ({ seeds }) => seeds.map((seed) => ({ seed, settings })),
    measure: squares,
    judge: (cells) => ({
      verdict: 'supported',
      reason: `${cells.length} cells`,
      metrics: summariseAll(['square', 'skill'], cells),
      floors: [],
      ceiling: [],
    }),
  };
}

const extent = { size: 'quick', seeds: [0, 1, 2] } as const;
const run = (experiments: readonly Experiment[]) =>
  runSuite(experiments, { ...extent, folder, runner: inProcessRunner() });

describe('a run', () => {
  test('is written cell by cell, and goes on where it was', async () => {
    ran = [];
    await run([experiment('X1')]);
    const files = readdirSync(join(folder, 'cells', 'X1'));
    expect(files).toHaveLength(3);
    rmSync(join(folder, 'cells', 'X1', files[1] as string));
    ran = [];
    const [again] = await run([experiment('X1')]);
    expect(ran).toEqual([1]);
    expect(again?.judgement?.metrics[0]).toMatchObject({ name: 'square', mean: 5 / 3, min: 0, max: 4, n: 3 });
  });

  test('records an experiment that throws, and goes on', async () => {
    const results = await run([experiment('X1', { throws: true }), experiment('X2')]);
    expect(results.map(({ status }) => status)).toEqual(['failed', 'done']);
    expect(results[0]?.message).toContain('this cell diverged');
  });

  test('skips by name what cannot run here', async () => {
    const [skipped] = await run([{ ...experiment('X1'), missing: () => 'no such data' }]);
    expect(skipped).toMatchObject({ status: 'skipped', message: 'no such data' });
  });

  test('does not mix in cells of other settings', async () => {
    await run([experiment('X1')]);
    const [failed] = await run([experiment('X1', { other: true })]);
    expect(failed).toMatchObject({ status: 'failed' });
    expect(failed?.message).toContain('other seeds or settings');
  });

  test('stops when told, with what was done kept', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(
      runSuite([experiment('X1')], { ...extent, folder, runner: inProcessRunner(), signal: stop.signal }),
    ).rejects.toThrow('enough');
  });
});

test('results, figures and a page that asks nothing of anyone', async () => {
  const results = resultsOf(await run([experiment('X1'), experiment('X2', { throws: true })]), extent);
  writeResults(folder, results);
  const document = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
  expect(document).toMatchObject({
    schema: 2,
    seeds: [0, 1, 2],
    experiments: [{ id: 'X1', verdict: 'supported' }, {}],
  });
  expect(document.experiments[1].verdict).toBe('failed');
  expect(readFileSync(join(folder, 'figures.csv'), 'utf8')).toContain('"X1","supported","metric","square"');
  expect(resultsPage(results, 'a command')).toContain('| X1 | Experiment X1 | supported | 3 cells |');
  const page = await reportPage(results);
  expect(page).toContain('squares are squares');
  expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|<script|src=/);
});

describe('the command', () => {
  test('an unknown experiment is refused with the nearest', async () => {
    expect(await main(['--only', 'B9', '--out', folder])).toBe(2);
    expect(await main(['--seeds', 'many', '--out', folder])).toBe(2);
    expect(await main(['--nonsense'])).toBe(2);
    expect(existsSync(join(folder, 'results.json'))).toBe(false);
  });

  test('runs one for real, in this thread', async () => {
    expect(await main(['--only', 'G1', '--workers', '0', '--out', folder, '--seeds', '1', '--json'])).toBe(0);
    const { experiments } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
    expect(experiments[0]).toMatchObject({ id: 'G1', verdict: 'supported' });
  });
});

test('intervals are Student’s: of 1, 2, 3 the half width is 4.303 / √3', () => {
  const { mean, interval } = summarise(
    'x',
    [1, 2, 3].map((x) => ({ figures: { x } })),
  );
  expect(mean).toBe(2);
  expect((interval as readonly [number, number])[1] - 2).toBeCloseTo(4.303 / Math.sqrt(3), 9);
  expect(summarise('x', [{ figures: { x: null } }])).toMatchObject({ mean: null, n: 0 });
});
