/** Restarts side by side: workers may change the time a search takes, never what it finds. */
import { defineJob, type Job, type Runner } from '@cfe/base';
import { edgesOf } from '@cfe/graph';
import { describe, expect, test } from 'vitest';
import { flop, learnStructure } from '../src/index.ts';
import { simulated } from './support/simulated.ts';

/** A runner that says it has so many workers and works here, on copies of what it is given, last input first. */
function pretending(workers: number): Runner & { readonly sent: number[] } {
  const sent: number[] = [];
  return {
    workers,
    sent,
    async map<Input, Output>(
      job: Job<Input, Output>,
      inputs: readonly Input[],
      { signal }: { readonly signal?: AbortSignal | undefined } = {},
    ): Promise<Output[]> {
      sent.push(inputs.length);
      const outputs: Output[] = [];
      for (const [k, input] of [...inputs.entries()].reverse()) {
        outputs[k] = structuredClone(await job.run(structuredClone(input), { signal }));
      }
      return outputs;
    },
    dispose: async () => {},
  };
}

describe('restarts on a runner', () => {
  // many effects and few rows, so that restarts do improve and what was tried ahead is thrown away
  const { table } = simulated(7, { d: 30, edges: 150, rows: 200, low: 0.3 });
  const search = (runner?: Runner) =>
    flop().learn(table, { seed: 3, budget: { restarts: 8 }, ...(runner === undefined ? {} : { runner }) });

  test('give the graph, the score and the steps that one thread gives, for any number of workers', async () => {
    const alone = await search();
    expect(alone.trace.length).toBeGreaterThan(3);
    let thrownAway = 0;
    for (const workers of [2, 5]) {
      const runner = pretending(workers);
      const found = await search(runner);
      expect(runner.sent.length).toBeGreaterThan(0);
      expect(Math.max(...runner.sent)).toBe(workers);
      thrownAway += runner.sent.reduce((a, b) => a + b) - 8;
      expect(found.score).toBe(alone.score);
      expect(edgesOf(found.graph)).toEqual(edgesOf(alone.graph));
      expect(found.trace.map(({ step, score }) => [step, score])).toEqual(
        alone.trace.map(({ step, score }) => [step, score]),
      );
    }
    expect(thrownAway).toBeGreaterThan(0);
  });

  test('under regimes and knowledge too', async () => {
    const { table: regimes } = simulated(5, { d: 24, edges: 80, rows: 300, low: 0.1, targets: 5 });
    const knowledge = {
      tiers: [['x0', 'x1', 'x2'], regimes.names.slice(3)],
      required: [['x3', 'x4']],
    } as const;
    const run = (runner?: Runner) =>
      learnStructure(regimes, { seed: 1, knowledge, budget: { restarts: 4 }, ...(runner && { runner }) });
    const alone = await run();
    const runner = pretending(4);
    const found = await run(runner);
    expect(runner.sent.length).toBeGreaterThan(0);
    expect(found.score).toBe(alone.score);
    expect(edgesOf(found.graph)).toEqual(edgesOf(alone.graph));
  });

  test('are told one by one, up to the total', async () => {
    const done: number[] = [];
    await flop().learn(table, {
      budget: { restarts: 5 },
      runner: pretending(4),
      onProgress: (progress) => done.push(progress.done),
    });
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('end with the time limit, wherever they run', async () => {
    const began = performance.now();
    const { status, dag } = await flop().learn(table, { budget: { seconds: 0.5 }, runner: pretending(3) });
    expect(status).toBe('budget');
    expect(dag!.nodes).toEqual(table.names);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test('stop on abort with its reason', async () => {
    const stop = new AbortController();
    const runner = pretending(2);
    const found = flop().learn(table, {
      budget: { restarts: 1_000_000 },
      signal: stop.signal,
      runner: {
        ...runner,
        map: (job, inputs, options) => {
          stop.abort('enough');
          return runner.map(job, inputs, options);
        },
      },
    });
    await expect(found).rejects.toBe('enough');
  });

  test('an error on another thread arrives here', async () => {
    const broken = defineJob(import.meta.url, 'broken', () => {
      throw new RangeError('no such thread');
    });
    const runner = pretending(2);
    await expect(
      flop().learn(table, {
        budget: { restarts: 3 },
        runner: { ...runner, map: async () => [broken.run(0, {})] as never },
      }),
    ).rejects.toThrow('no such thread');
  });
});
