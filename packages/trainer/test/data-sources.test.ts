import { columnsFrom } from '@cfe/base';
import { batches, createTable, type Table } from '@cfe/data';
import { createNetwork } from '@cfe/network';
import { linearGaussian } from '@cfe/scm';
import { createTrainer, memoryCheckpoints, type TableStream, type TrainerOptions } from '@cfe/trainer';
import { expect, test } from 'vitest';

const truth = linearGaussian({
  nodes: ['x', 'y'],
  weights: [
    [0, 2],
    [0, 0],
  ],
});
const rows = truth.sample(600, { seed: 1 });
const table = createTable(
  truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
);
const adam: TrainerOptions = {
  optimizer: { kind: 'adam' },
  learningRate: { kind: 'cosine', from: 0.03, to: 0, over: 360 },
  seed: 3,
};

/** The least-squares slope of y on x. */
const slope = (() => {
  const [x, y] = [table.column('x'), table.column('y')];
  const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  return (
    x.reduce((sum, v, r) => sum + (v - mx) * ((y[r] as number) - my), 0) /
    x.reduce((sum, v) => sum + (v - mx) ** 2, 0)
  );
})();

/** The table in pieces of 100 rows, in another order each epoch. */
const stream: TableStream = { epoch: (epoch) => batches(table, { size: 100, seed: epoch }) };

test('a table, its columns and its numbers row by row are the same data', async () => {
  const parameters = async (
    data: Parameters<ReturnType<typeof createTrainer>['fit']>[0],
  ): Promise<Float64Array> => {
    const network = createNetwork({ graph: truth.graph, mechanisms: 'linear', seed: 1 });
    await createTrainer(network, { seed: 1 }).fit(data);
    return network.state.parameters;
  };
  const values = Float32Array.from(
    { length: 1200 },
    (_, at) => table.column(at % 2 === 0 ? 'x' : 'y')[at >> 1] as number,
  );
  const single = createTable(
    table.variables.map((variable) => ({
      variable,
      values: Float64Array.from(Float32Array.from(table.column(variable.name))),
    })),
  );
  const columns = columnsFrom({ x: table.column('x'), y: table.column('y') });
  expect(await parameters(columns)).toEqual(await parameters(table));
  expect(await parameters({ values, shape: [600, 2] })).toEqual(await parameters(single));
  const turned = {
    values: values.map((_, at) => values[at ^ 1] as number),
    shape: [600, 2],
    names: ['y', 'x'],
  } as const;
  expect(await parameters(turned)).toEqual(await parameters(single));
});

test('tables that come in pieces, asynchronously, teach what the whole does', async () => {
  const network = createNetwork({ graph: truth.graph, mechanisms: 'linear', seed: 1 });
  let read = 0;
  const slow: TableStream = {
    async *epoch(epoch) {
      for await (const piece of stream.epoch(epoch)) {
        read += piece.rows;
        yield piece;
      }
    },
  };
  const trainer = createTrainer(network, adam);
  const result = await trainer.fit(slow, { epochs: 30, batchSize: 64, validation: table, patience: 100 });
  expect(read).toBe(600 * (1 + result.history.length));
  expect(result.rows).toBe(600);
  expect(result.steps).toBe(12 * result.history.length); // pieces of 100 in batches of 64 and 36
  const noise = network.noise(1, { seed: 1 });
  const y = (x: number): number => network.predict(noise, { do: { x } }).column('y')[0] as number;
  expect(Math.abs(y(1) - y(0) - slope)).toBeLessThan(0.02); // half a standard error, which is 1/√600
  // its scales are those of all rows
  const whole = createNetwork({ graph: truth.graph, mechanisms: 'linear', seed: 1 });
  await createTrainer(whole, adam).fit(table, { epochs: 1, validation: 0 });
  for (const [j, { centre, scale }] of whole.state.scales.entries()) {
    expect(network.state.scales[j]?.centre).toBeCloseTo(centre, 12);
    expect(network.state.scales[j]?.scale).toBeCloseTo(scale, 12);
  }
});

test('a stream that was cut goes on to the same bits', async () => {
  const whole = createNetwork({ graph: truth.graph, seed: 1 });
  const fit = { epochs: 4, batchSize: 64, validation: 0 } as const;
  const options: TrainerOptions = {
    ...adam,
    interventionProbability: { probability: 0.3, select: 'active' },
  };
  await createTrainer(whole, options).fit(stream, fit);
  for (const cut of [1, 13, 30]) {
    const store = memoryCheckpoints();
    const stop = new AbortController();
    let steps = 0;
    const first = createTrainer(createNetwork({ graph: truth.graph, seed: 1 }), options).fit(stream, {
      ...fit,
      checkpoint: { store },
      signal: stop.signal,
      onProgress: () => ++steps === cut && stop.abort(new Error('cut')),
    });
    await expect(first).rejects.toThrow('cut');
    const resumed = createNetwork({ graph: truth.graph, seed: 1 });
    await createTrainer(resumed, options).fit(stream, {
      ...fit,
      checkpoint: { store, resume: 'if-present' },
    });
    expect(resumed.state).toEqual(whole.state);
  }
});

test('rows of regimes in a stream leave the own terms of targets out', async () => {
  const set = truth.sample(200, { seed: 2, do: { y: 8 } });
  const list = [
    { name: 'seen', targets: [] },
    { name: 'do(y)', targets: [{ variable: 'y', kind: 'hard' as const }] },
  ];
  const acted = createTable(
    truth.variables.map((variable) => ({ variable, values: set.column(variable.name) })),
    { regimes: { list, of: new Int32Array(200).fill(1) } },
  );
  const network = createNetwork({ graph: truth.graph, mechanisms: 'linear', seed: 1 });
  const both: TableStream = { epoch: () => [table, acted] };
  await createTrainer(network, adam).fit(both, { epochs: 25, batchSize: 50 });
  const noise = network.noise(1, { seed: 1 });
  const y = (x: number): number => network.predict(noise, { do: { x } }).column('y')[0] as number;
  expect(Math.abs(y(1) - y(0) - slope)).toBeLessThan(0.02); // with the 200 rows of do(y) it would be under 1.8
});

test.each([
  [{ values: [1, 2, 3], shape: [2, 2] }, {}, /3 values of shape \[2, 2\] for the 2 columns x, y/],
  [{ epoch: () => [] }, {}, /no rows for epoch 0/],
  [stream, { validation: 0.2 }, /no rows to hold out/],
  [{}, {}, /must be a table, columns/],
] as unknown as [Table, object, RegExp][])('%j with %j is refused', async (data, fit, message) => {
  const trainer = createTrainer(createNetwork({ graph: truth.graph }), adam);
  await expect(trainer.fit(data, fit)).rejects.toThrow(message);
});

test('the report says what ran, how long and in how much memory', async () => {
  const trainer = createTrainer(createNetwork({ graph: truth.graph, seed: 1 }), {
    ...adam,
    interventionProbability: { probability: { kind: 'linear', from: 0, to: 0.5, over: 20 }, count: 1 },
    structureWeight: 0.01,
  });
  expect(() => trainer.report()).toThrow(/nothing was fitted yet/);
  const logged: number[] = [];
  const { history } = await trainer.fit(table, {
    epochs: 3,
    batchSize: 48,
    log: ({ interventions }) => logged.push(interventions?.probability ?? -1),
  });
  expect(logged).toEqual([0.25, 0.5, 0.5]); // after 10, 20 and 30 steps
  expect(history.map(({ interventions }) => interventions?.count)).toEqual([1, 1, 1]);
  const report = trainer.report();
  expect(report).toMatchObject({ executor: 'reference/float64', epochs: 3, steps: 30, rows: 600 });
  expect(report.memory.rows).toBe(600 * 2 * 9);
  expect(report.losses.sparsity?.factor).toBe(0.01);
  expect(report.text).toMatch(/Executor reference.float64; preparing .* steps a second; .* MiB held/);
});
