import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { defineJob, inProcessRunner, type Runner } from '../src/index.ts';

// Worker threads load built files, so these tests run on the build.
const built = new URL('../dist/threads.js', import.meta.url);
const isBuilt = existsSync(fileURLToPath(built));

const fixture = pathToFileURL(fileURLToPath(new URL('./fixtures/jobs.mjs', import.meta.url))).href;
const spin = defineJob(fixture, 'spin', (n: number): number => n);
const fail = defineJob(fixture, 'fail', (n: number): number => n);

describe.skipIf(!isBuilt)('threadRunner (needs the build)', async () => {
  const { threadRunner } = isBuilt
    ? ((await import(built.href)) as typeof import('../src/threads.ts'))
    : { threadRunner: undefined };
  const runners: Runner[] = [];
  const start = (workers: number): Runner => {
    const runner = (threadRunner as NonNullable<typeof threadRunner>)({ workers });
    runners.push(runner);
    return runner;
  };
  afterAll(async () => {
    await Promise.all(runners.map((runner) => runner.dispose()));
  });

  test('results are the same for one thread, two, and none', async () => {
    const { spin: local } = (await import(fixture)) as { spin: typeof spin };
    const inputs = [5, 1, 4, 2, 3];
    const expected = await inProcessRunner().map(local, inputs);
    expect(await start(1).map(spin, inputs)).toEqual(expected);
    expect(await start(2).map(spin, inputs)).toEqual(expected);
  });

  test('an error keeps its code and details on the way back, and the pool stays usable', async () => {
    const runner = start(1);
    await expect(runner.map(fail, [7])).rejects.toMatchObject({ code: 'test/fail', details: { input: 7 } });
    expect(await runner.map(spin, [1])).toHaveLength(1);
  });

  test('an abort ends work that is under way', async () => {
    const stop = new AbortController();
    const running = start(1).map(spin, [1e12], { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(running).rejects.toThrow('enough');
  });
});
