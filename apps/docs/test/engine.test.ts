import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadNetwork } from '@cfe/network';
import { describe, expect, test } from 'vitest';
import { createEngine, type Run } from '../src/playground/engine.ts';

const run: Run = { signal: new AbortController().signal, onProgress: () => {} };
const small = `size,weight,mpg\n${Array.from({ length: 80 }, (_, i) => {
  const size = i % 20;
  const weight = 2 * size + ((i * 7) % 11) / 3;
  return `${size},${weight},${60 - weight + ((i * 5) % 13) / 4}`;
}).join('\n')}\n`;

describe('the playground’s engine', { timeout: 120_000 }, () => {
  test('from rows to an answer, with the truth of a simulation beside it', async () => {
    const engine = createEngine();
    const { columns, truth } = await engine.load(run, { kind: 'simulated', seed: 1 }, undefined);
    const names = columns.map(({ variable }) => variable.name);
    await engine.fit(run, truth!, 'mlp', 1);
    const [from, to] = truth![0]!;
    const low = columns[names.indexOf(from)]!.low / 2;
    const reply = await engine.ask(run, { row: 3, outcome: to, set: { [from]: low } }, 'full');
    const told = reply.row.find(({ name }) => name === to)!;
    const error = Math.abs(Number(told.wouldBe) - Number(told.truth));
    expect(error).toBeLessThan(0.3 * Math.abs(Number(told.was) - Number(told.truth)) + 0.3);
    expect(reply.row.find(({ name }) => name === from)?.wouldBe).toBe(low);
  });

  test('what it saves is a network that Node reads', async () => {
    const engine = createEngine();
    await engine.load(run, { kind: 'csv', name: 'own', text: small }, undefined);
    await engine.fit(
      run,
      [
        ['size', 'weight'],
        ['weight', 'mpg'],
      ],
      'linear',
      1,
    );
    const network = loadNetwork(await engine.save(run));
    expect(network.graph.nodes).toEqual(['size', 'weight', 'mpg']);
    const { row } = await engine.ask(run, { row: 0, outcome: 'mpg', set: {} }, 'full');
    for (const { was, wouldBe } of row) expect(wouldBe).toBeCloseTo(Number(was), 4);
  });

  test('while a slider moves the model alone answers the same; the intervals come when it rests', async () => {
    const engine = createEngine();
    await engine.load(run, { kind: 'csv', name: 'own', text: small }, undefined);
    await engine.fit(
      run,
      [
        ['size', 'weight'],
        ['weight', 'mpg'],
      ],
      'linear',
      1,
    );
    const question = { row: 2, outcome: 'mpg', set: { weight: 10 } };
    const quick = await engine.ask(run, question, 'quick');
    const full = await engine.ask(run, question, 'full');
    expect(quick.row.map(({ wouldBe }) => wouldBe)).toEqual(full.row.map(({ wouldBe }) => wouldBe));
    expect(quick.naive).toEqual(full.naive);
    expect(quick.row.every(({ interval }) => interval === undefined)).toBe(true);
    const [low, high] = full.row.find(({ name }) => name === 'mpg')!.interval!;
    expect(low).toBeLessThan(high);
    expect(full.after.interval).toHaveLength(2);

    // a category is drawn anew, which gives the model alone a spread of draws: that is no interval
    const mixed = small
      .replace('size,', 'kind,size,')
      .replaceAll(/^(?=\d)/gm, 'a,')
      .replaceAll(/^a,(?=\d*[13579],)/gm, 'b,');
    await engine.load(run, { kind: 'csv', name: 'own', text: mixed }, undefined);
    await engine.fit(
      run,
      [
        ['size', 'kind'],
        ['kind', 'mpg'],
      ],
      'linear',
      1,
    );
    const drawn = await engine.ask(run, { row: 2, outcome: 'mpg', set: { size: 15 } }, 'quick');
    expect(drawn.row.every(({ interval }) => interval === undefined)).toBe(true);
  });

  test('a fit that is aborted rejects, and nothing is fitted', async () => {
    const engine = createEngine();
    await engine.load(run, { kind: 'csv', name: 'own', text: small }, undefined);
    const stop = new AbortController();
    const fitting = engine.fit({ signal: stop.signal, onProgress: () => stop.abort() }, [], 'mlp', 1);
    await expect(fitting).rejects.toThrow();
    await expect(async () => engine.ask(run, { row: 0, outcome: 'mpg', set: {} }, 'quick')).rejects.toThrow(
      'fit the model first',
    );
  });

  test('the first car, 500 pounds lighter, goes further', async (context) => {
    const path = fileURLToPath(new URL('../dist/cars.csv', import.meta.url));
    if (!existsSync(path)) return context.skip('no build here: npm run build writes the cars');
    const engine = createEngine();
    await engine.load(run, { kind: 'csv', name: 'cars', text: readFileSync(path, 'utf8') }, undefined);
    const { edges } = await engine.learn(run, 1);
    await engine.fit(run, edges, 'linear', 1);
    const reply = await engine.ask(run, { row: 0, outcome: 'mpg', set: { weight: 3000 } }, 'full');
    expect(reply.row.find(({ name }) => name === 'mpg')?.wouldBe).toBeGreaterThan(18);
  });
});
