import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcessRunner, type Runner } from '@cfe/base';
import { sweep } from '@cfe/trainer';
import { fileResults, jsonLog } from '@cfe/trainer/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { calls, fitOne } from './support/sweep-job.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cfe-sweep-'));
  calls.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

const options = {
  configurations: [{ learningRate: 0.01 }, { learningRate: 0.1 }, { learningRate: 1e-4 }],
  seeds: [1, 2],
};

/** One that says it has several workers, and finishes its jobs in another order. */
function backwards(workers: number): Runner {
  return {
    workers,
    async map(job, inputs, run = {}) {
      const outputs = new Array(inputs.length);
      for (const k of [...inputs.keys()].reverse()) outputs[k] = await job.run(inputs[k] as never, run);
      return outputs;
    },
    dispose: async () => {},
  };
}

test('outcomes come in order and do not depend on the number of workers', async () => {
  const one = await sweep(fitOne, { ...options, runner: inProcessRunner() });
  expect(one.map(({ configuration, seed }) => [configuration.learningRate, seed])).toEqual([
    [0.01, 1],
    [0.01, 2],
    [0.1, 1],
    [0.1, 2],
    [1e-4, 1],
    [1e-4, 2],
  ]);
  for (const workers of [2, 4, 7])
    expect(await sweep(fitOne, { ...options, runner: backwards(workers) })).toEqual(one);
});

test('a sweep that was cut goes on, and what is stored is not run again', async () => {
  const whole = await sweep(fitOne, options);
  calls.length = 0;
  const path = join(folder, 'results.jsonl');
  const stop = new AbortController();
  const cut = sweep(fitOne, {
    ...options,
    results: fileResults(path),
    signal: stop.signal,
    onProgress: ({ done }) => done === 2 && stop.abort(new Error('cut')),
  });
  await expect(cut).rejects.toThrow('cut');
  await appendFile(path, '{"key": "half a li'); // as a crash leaves it
  expect(await sweep(fitOne, { ...options, results: fileResults(path) })).toEqual(whole);
  expect(calls.length).toBe(6);
  calls.length = 0;
  const turned = options.configurations.map((one) => ({ ...one })).reverse();
  const again = await sweep(fitOne, { ...options, configurations: turned, results: fileResults(path) });
  expect(calls.length).toBe(0);
  expect(again.slice(0, 2)).toEqual(whole.slice(4));
  expect((await readFile(path, 'utf8')).trim().split('\n').length).toBe(7); // six and the half
});

test('a run that is there twice is refused', async () => {
  await expect(sweep(fitOne, { ...options, seeds: [1, 1] })).rejects.toThrow(/there twice/);
});

test('the log has a line of JSON for each point', async () => {
  const path = join(folder, 'log.jsonl');
  await writeFile(path, '');
  const log = jsonLog(path);
  await log({ phase: 'training', step: 1, loss: 2, seconds: 0.5 });
  await log({ phase: 'training', step: 2, loss: 1, seconds: 1, learningRate: 0.1 });
  const lines = (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    { step: 1, loss: 2 },
    { step: 2, learningRate: 0.1 },
  ]);
  expect(lines.every((line) => 'wallTime' in line)).toBe(true);
});
