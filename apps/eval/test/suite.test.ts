import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { defineJob, inProcessRunner } from '@cfe/base';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { measureClassic } from '../src/classic/measure.ts';
import type { CellInput, Experiment, Measured } from '../src/experiment.ts';
import { needs } from '../src/experiments/real-tables.ts';
import { main } from '../src/main.ts';
import { reportPage } from '../src/suite/report.ts';
import { resultsOf, writeResults } from '../src/suite/results.ts';
import { resultsPage } from '../src/suite/results-page.ts';
import { runSuite } from '../src/suite/run-suite.ts';
import { writeCell } from '../src/suite/stored-cell.ts';
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
  if (cell.settings.diverges === true) return { figures: { loss: Number.NaN } };
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
    expect(files.every((name) => name.endsWith('.json'))).toBe(true);
    expect(files).toHaveLength(3);
    rmSync(join(folder, 'cells', 'X1', files[1] as string));
    ran = [];
    const [again] = await run([experiment('X1')]);
    expect(ran).toEqual([1]);
    expect(again?.judgement?.metrics[0]).toMatchObject({ name: 'square', mean: 5 / 3, min: 0, max: 4, n: 3 });
  });

  test('measures a data set once that several experiments look at', async () => {
    ran = [];
    const results = await run([experiment('X1'), experiment('X2')]);
    expect(ran).toEqual([0, 1, 2]);
    expect(results[1]?.judgement).toEqual(results[0]?.judgement);
    expect(readdirSync(join(folder, 'cells', 'X2'))).toHaveLength(3);
  });

  test('records an experiment that throws, and goes on', async () => {
    const results = await run([experiment('X1', { throws: true }), experiment('X2')]);
    expect(results.map(({ status }) => status)).toEqual(['failed', 'done']);
    expect(results[0]?.message).toContain('this cell diverged');
  });

  test('records one that diverges as failed, with the data set and the figure', async () => {
    const [failed] = await run([experiment('X1', { diverges: true })]);
    expect(failed?.status).toBe('failed');
    expect(failed?.message).toBe('seed 0, diverges true: loss is NaN: it diverged');
    expect(existsSync(join(folder, 'cells', 'X1'))).toBe(false);
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

  test('a data set that is not here is skipped by name, with how to get it', async () => {
    vi.stubEnv('CFE_DATA_DIR', folder);
    vi.stubEnv('XDG_CACHE_HOME', folder);
    const [skipped] = await run([{ ...experiment('X1'), missing: needs('sachs') }]);
    vi.unstubAllEnvs();
    expect(skipped?.status).toBe('skipped');
    expect(skipped?.message).toMatch(/sachs needs .*`cfe data fetch sachs`.*CFE_DATA_DIR/);
  });

  test('a planted cheat runs only through code that knows cheats', async () => {
    const results = await runSuite([experiment('X1'), { ...experiment('X2'), takesFakes: true }], {
      ...extent,
      folder,
      runner: inProcessRunner(),
      fake: 'half-effect',
    });
    expect(results.map(({ status }) => status)).toEqual(['skipped', 'done']);
    await expect(run([experiment('X2')])).resolves.toMatchObject([{ status: 'failed' }]); // its cells are a cheat's
  });

  test.skipIf(!existsSync('/dev/full'))(
    'a full disk ends it, saying so, with what was measured kept',
    async () => {
      const cells = join(folder, 'cells', 'X1');
      mkdirSync(cells, { recursive: true });
      const draft = join(cells, `0001.json.${process.pid}.part`);
      symlinkSync('/dev/full', draft);
      const outcome = run([experiment('X1'), experiment('X2')]);
      await expect(outcome).rejects.toMatchObject({ code: 'eval/write' });
      await expect(outcome).rejects.toThrow(/0001\.json could not be written: ENOSPC.*--resume/);
      expect(readdirSync(cells)).toEqual(['0000.json']);
      expect(existsSync(join(folder, 'cells', 'X2'))).toBe(false);
      const results = await run([experiment('X1')]);
      expect(results[0]?.status).toBe('done');
    },
  );

  test('stops when told, with what was done kept', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(
      runSuite([experiment('X1')], { ...extent, folder, runner: inProcessRunner(), signal: stop.signal }),
    ).rejects.toThrow('enough');
  });
});

test('predictions lie beside the figures, and scored again give the same skill', async () => {
  const cell = { seed: 3, settings: { graph: 'fork', twin: 'linear', noise: 1 } };
  const [measured] = (await inProcessRunner().map(measureClassic, [{ cell }])) as [Measured];
  const path = join(folder, 'cells', 'B2', '0000');
  writeCell(path, { cell, figures: measured.figures, seconds: 1 }, measured);
  const [head = '', ...lines] = gunzipSync(readFileSync(`${path}.predictions.csv.gz`))
    .toString()
    .trim()
    .split('\n');
  expect(head).toBe('target,value,variable,row,factual,truth,predicted');
  const sums = new Map<string, [error: number, change: number]>();
  for (const line of lines) {
    const [target, value, , , factual, truth, predicted] = line.split(',') as string[];
    const sum = sums.get(`${target} ${value}`) ?? [0, 0];
    sum[0] += (Number(predicted) - Number(truth)) ** 2;
    sum[1] += (Number(factual) - Number(truth)) ** 2;
    sums.set(`${target} ${value}`, sum);
  }
  const skill = Math.min(...Array.from(sums.values(), ([error, change]) => 1 - error / change));
  expect(skill).toBeCloseTo(measured.figures['counterfactual skill'] as number, 5);
}, 120_000);

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
  expect(readFileSync(join(folder, 'figures.csv'), 'utf8')).toContain(
    '"X1","supported","ours","all","square"',
  );
  expect(resultsPage(results, 'a command')).toContain(
    '| <a id="x1"></a>[X1](#x1-figures) | Experiment X1 | supported | 3 cells |',
  );
  const page = await reportPage(results);
  expect(page).toContain('squares are squares');
  // Every table of figures has its picture: all figures of X1, and none of X2, which failed.
  expect(page.match(/<figure>/g)).toHaveLength(1);
  expect(page.match(/<details>/g)).toHaveLength(1);
  expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|<script|src=/);
});

test('a breakdown and a curve have tables and pictures of their own, on the page too', async () => {
  const [result] = await run([
    {
      ...experiment('X1', { even: true }),
      breakdown: { by: 'even', figures: ['square'] },
      prototype: [{ figure: 'loss', printed: 0.5, measured: 'nothing much', beside: 'square' }],
      judge: (cells) => ({
        verdict: 'refuted',
        reason: '',
        metrics: summariseAll(['square'], cells),
        floors: [],
        ceiling: [],
        curves: [
          {
            title: 'Squares',
            x: 'seed',
            y: 'square',
            scale: 'log',
            lines: [{ name: 'ours', role: 'ours', points: [1, 2].map((x) => ({ x, y: x * x, n: 1 })) }],
          },
        ],
      }),
    },
  ]);
  const results = resultsOf([result as NonNullable<typeof result>], extent);
  const report = await reportPage(results);
  expect(report.match(/<figure>/g)).toHaveLength(3);
  expect(report.match(/<details>/g)).toHaveLength(3);
  const page = resultsPage(results, 'a command');
  expect(page).toContain('| X1 | loss | 0.5 | nothing much | 1.67 | square |');
  expect(page).toMatch(/\| true \| square \| 1\.667 \|/);
  expect(page).toContain('| ours | 2 | 4 |  | 1 |');
  writeResults(folder, results);
  expect(readFileSync(join(folder, 'curves.csv'), 'utf8')).toContain('"X1","Squares","ours","ours",2,4,,,1');
}, 60_000);

describe('the command', () => {
  test('an unknown experiment is refused with the nearest', async () => {
    expect(await main(['--only', 'B9', '--out', folder])).toBe(2);
    expect(await main(['--seeds', 'many', '--out', folder])).toBe(2);
    expect(await main(['--nonsense'])).toBe(2);
    expect(await main(['--check', join(folder, 'nothing.csv')])).toBe(2);
    expect(await main(['--workers', 'two'])).toBe(2);
    expect(existsSync(join(folder, 'results.json'))).toBe(false);
  });

  test('runs one for real, in this thread', async () => {
    expect(await main(['--only', 'G1', '--workers', '0', '--out', folder, '--seeds', '1', '--json'])).toBe(0);
    const { experiments } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
    expect(experiments[0]).toMatchObject({ id: 'G1', verdict: 'supported' });
  }, 120_000);
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
