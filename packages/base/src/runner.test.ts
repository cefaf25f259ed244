import { describe, expect, test } from 'vitest';
import { breather, CfeError, defineJob, inProcessRunner } from './index.ts';

const double = defineJob(import.meta.url, 'double', (x: number) => 2 * x);

describe('inProcessRunner', () => {
  test('outputs follow the inputs, and progress counts them', async () => {
    const seen: number[] = [];
    const outputs = await inProcessRunner().map(double, [3, 1, 2], {
      onProgress: ({ done }) => seen.push(done),
    });
    expect(outputs).toEqual([6, 2, 4]);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('an abort between inputs rejects with its reason', async () => {
    const stop = new AbortController();
    const job = defineJob(import.meta.url, 'job', (x: number) => {
      if (x === 2) stop.abort(new Error('enough'));
      return x;
    });
    await expect(inProcessRunner().map(job, [1, 2, 3], { signal: stop.signal })).rejects.toThrow('enough');
  });

  test('a failing job rejects with its own error', async () => {
    const job = defineJob(import.meta.url, 'job', () => {
      throw new CfeError('test/broken', 'broken', { row: 3 });
    });
    await expect(inProcessRunner().map(job, [1])).rejects.toMatchObject({
      code: 'test/broken',
      details: { row: 3 },
    });
  });
});

test('breather lets an abort arrive in a loop that never awaits anything else', async () => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort('stopped'), 10);
  const breathe = breather(stop.signal, 5);
  const loop = async (): Promise<void> => {
    for (;;) {
      const turn = breathe();
      if (turn !== undefined) await turn;
    }
  };
  await expect(loop()).rejects.toBe('stopped');
  clearTimeout(timer);
});
