import { createCpuExecutor } from '@cfe/autograd';
import { createRng, standardNormal, type Variable } from '@cfe/base';
import { createTable, type Regimes, type Table, type TableColumn } from '@cfe/data';
import { createDag } from '@cfe/graph';
import { createNetwork, type MechanismChoice, type NetworkState } from '@cfe/network';
import { linearGaussian } from '@cfe/scm';
import { createTrainer, fitNetwork } from '@cfe/trainer';
import { describe, expect, test } from 'vitest';

const truth = linearGaussian({
  nodes: ['x', 'm', 'y'],
  weights: [
    [0, 1.5, -1],
    [0, 0, 2],
    [0, 0, 0],
  ],
  intercepts: [5, -3, 100],
  noiseVariances: [4, 1, 0.25],
});

function tableOf(columns: Readonly<Record<string, ArrayLike<number>>>, regimes?: Regimes): Table {
  return createTable(
    Object.entries(columns).map(
      ([name, values]): TableColumn => ({
        variable: { name, kind: 'continuous' },
        values: Float64Array.from(values),
      }),
    ),
    { regimes },
  );
}

function sampled(rows: number, seed: number): Record<string, Float64Array> {
  const found = truth.sample(rows, { seed });
  return Object.fromEntries(found.names.map((name) => [name, found.column(name)]));
}

describe('linear mechanisms', () => {
  test('the residuals are orthogonal to a constant and to every parent, which only least squares does', async () => {
    const columns = sampled(200, 1);
    const network = createNetwork({ graph: truth.graph, mechanisms: 'linear' });
    const result = await fitNetwork(network, tableOf(columns));
    expect(result).toMatchObject({ status: 'converged', rows: 200, steps: 0, warnings: [] });
    const noise = network.abduct(tableOf(columns));
    const [x, m, u] = [columns.x, columns.m, noise.column('y')] as Float64Array[];
    for (const against of [new Float64Array(200).fill(1), x, m] as Float64Array[]) {
      expect(
        Math.abs(u?.reduce((sum, value, r) => sum + value * (against[r] as number), 0) as number),
      ).toBeLessThan(1e-8);
    }
  });
  test('the loss is the mean negative log density of the rows, and R² the share explained', async () => {
    const table = tableOf(sampled(300, 2));
    const network = createNetwork({ graph: truth.graph, mechanisms: 'linear' });
    const { losses } = await fitNetwork(network, table);
    const density = network.logDensity(table).reduce((sum, value) => sum + value, 0) / 300;
    expect(Object.values(losses).reduce((sum, value) => sum + value, 0)).toBeCloseTo(-density, 9);
    const y = table.column('y');
    const mean = y.reduce((sum, value) => sum + value, 0) / 300;
    const spread = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const left = network
      .abduct(table)
      .column('y')
      .reduce((sum, value) => sum + value ** 2, 0);
    expect(network.state.fit[2]?.r2).toBeCloseTo(1 - left / spread, 9);
  });
  test('means under actions are within 4 standard errors of the exact ones', async () => {
    const network = createNetwork({ graph: truth.graph });
    await fitNetwork(network, tableOf(sampled(2000, 3)), { seed: 1 });
    const rows = 4000;
    const y = network.sample(rows, { do: { m: 2 }, seed: 5 }).column('y');
    const exact = truth.exact({ do: { m: 2 } });
    const mean = y.reduce((sum, value) => sum + value, 0) / rows;
    expect(Math.abs(mean - (exact.mean.y as number))).toBeLessThan(
      (4 * (exact.sd.y as number)) / Math.sqrt(2000),
    );
  });
});

describe('rows that leave a term out', () => {
  const base = sampled(300, 4);
  const of = Int32Array.from({ length: 300 }, (_, r) => (r < 200 ? 0 : 1));
  const regimes: Regimes = {
    list: [
      { name: 'seen', targets: [] },
      { name: 'do(m)', targets: [{ variable: 'm', kind: 'hard' }] },
    ],
    of,
  };
  const fit = async (
    columns: Readonly<Record<string, ArrayLike<number>>>,
    known?: Regimes,
  ): Promise<NetworkState> => {
    const network = createNetwork({ graph: truth.graph, mechanisms: 'linear' });
    await fitNetwork(network, tableOf(columns, known));
    return network.state;
  };
  /** The fitted line of m on x in data units. */
  const slope = (state: NetworkState): number =>
    ((state.parameters[2] as number) * (state.scales[1]?.scale as number)) /
    (state.scales[0]?.scale as number);

  test('what m was set to has no say in the mechanism of m, but in that of y', async () => {
    const set = { ...base, m: base.m?.map((v, r) => (r < 200 ? v : 40 - r / 10)) as Float64Array };
    const [known, unknown] = [await fit(set, regimes), await fit(set)];
    const alone = await fit(
      Object.fromEntries(Object.entries(base).map(([name, v]) => [name, v.slice(0, 200)])),
    );
    expect(slope(known)).toBeCloseTo(slope(alone), 9);
    expect(Math.abs(slope(unknown) - slope(alone))).toBeGreaterThan(0.1); // ignoring the regime is seen to hurt
    expect(known.fit.map(({ rows }) => rows)).toEqual([300, 200, 300]);
  });
  test('a missing value leaves out the terms of its variable and its children, and no other', async () => {
    const holes = { ...base, m: base.m?.map((v, r) => (r % 3 === 0 ? NaN : v)) as Float64Array };
    const state = await fit(holes);
    expect(state.fit.map(({ rows }) => rows)).toEqual([300, 200, 200]);
    const complete = Object.fromEntries(
      Object.entries(holes).map(([name, v]) => [name, v.filter((_, r) => r % 3 !== 0)]),
    );
    expect(slope(state)).toBeCloseTo(slope(await fit(complete)), 9);
  });
  test('a regime whose targets nobody knows is left out, and the result says so', async () => {
    const unknown: Regimes = {
      list: [regimes.list[0] as Regimes['list'][number], { name: 'shock', targets: 'unknown' }],
      of,
    };
    const network = createNetwork({ graph: truth.graph, mechanisms: 'linear' });
    const { warnings } = await fitNetwork(network, tableOf(base, unknown));
    expect(warnings).toEqual([expect.stringContaining('100 rows of regime "shock"')]);
    expect(network.state.fit.map(({ rows }) => rows)).toEqual([200, 200, 200]);
  });
});

describe('every mechanism', () => {
  const rng = createRng(5);
  const n = 1500;
  const x = standardNormal(rng.fork('x'), n);
  const u = standardNormal(rng.fork('u'), n);
  const graph = createDag(['x', 'y'], [['x', 'y']]);
  const cases: readonly [MechanismChoice, string, Float64Array, number][] = [
    // the true mean negative log-likelihood of y given x, by the density that made it
    ['mlp', 'a bend', x.map((v, r) => Math.sin(2 * v) + 0.5 * (u[r] as number)), Math.log(0.5) + entropy()],
    [
      { kind: 'mlp', hidden: [12, 12] },
      'a bend, two layers',
      x.map((v, r) => Math.sin(2 * v) + 0.5 * (u[r] as number)),
      Math.log(0.5) + entropy(),
    ],
    [
      { kind: 'mlp', skip: 'none' },
      'a bend, no skip',
      x.map((v, r) => Math.sin(2 * v) + 0.5 * (u[r] as number)),
      Math.log(0.5) + entropy(),
    ],
    [
      'location-scale',
      'a spread that grows',
      x.map((v, r) => 2 * v + Math.exp(0.7 * v) * (u[r] as number)),
      entropy() + 0.7 * mean(x),
    ],
    [
      'flow',
      'skew',
      x.map((v, r) => v + Math.exp(0.6 * (u[r] as number))),
      entropy() + Math.log(0.6) + 0.6 * mean(u),
    ],
  ];
  test.each(cases)(
    '%j learns %s: held-out loss within 0.06 nats of the truth',
    async (mechanisms, _, y, best) => {
      const network = createNetwork({ graph, mechanisms, seed: 2, executor: createCpuExecutor });
      const { heldOut, losses, status } = await fitNetwork(network, tableOf({ x, y }), {
        seed: 3,
        epochs: 150,
      });
      expect(status).not.toBe('diverged');
      expect(heldOut.y as number).toBeLessThan(best + 0.06 + 0.1); // 300 held-out rows: their own entropy varies by 0.04
      expect(losses.y as number).toBeLessThan(best + 0.06);
      expect(losses.y as number).toBeGreaterThan(best - 0.06);
    },
  );
  test('an interaction of two parents is found', async () => {
    const z = standardNormal(rng.fork('z'), n);
    const y = x.map((v, r) => v * (z[r] as number) + 0.3 * (u[r] as number));
    const both = createDag(
      ['x', 'z', 'y'],
      [
        ['x', 'y'],
        ['z', 'y'],
      ],
    );
    const network = createNetwork({ graph: both, seed: 2 });
    const { message } = await fitNetwork(network, tableOf({ x, z, y }), { seed: 3, epochs: 200 });
    expect(message).toContain('1 that bend');
    expect(network.state.fit[2]?.r2).toBeGreaterThan(0.9); // additive curves reach 0
  });
  test('a categorical variable answers with the probabilities that made it', async () => {
    const levels: Variable = { name: 'c', kind: 'categorical', levels: ['low', 'mid', 'high'] };
    const logits = (v: number): number[] => [0, 1 + v, -v];
    const draw = rng.fork('c');
    const c = x.map((v) => {
      const scores = logits(v).map((l) => l - Math.log(-Math.log(draw.uniform())));
      return scores.indexOf(Math.max(...scores));
    });
    const down = c.map((k, r) => ([0, 5, 2][k] as number) + 0.5 * (u[r] as number));
    const table = createTable([
      { variable: { name: 'x', kind: 'continuous' }, values: x },
      { variable: levels, values: c },
      { variable: { name: 'y', kind: 'continuous' }, values: down },
    ]);
    const chain = createDag(
      ['x', 'c', 'y'],
      [
        ['x', 'c'],
        ['c', 'y'],
      ],
    );
    const network = createNetwork({ graph: chain, variables: table.variables, seed: 1 });
    await fitNetwork(network, table, { seed: 1 });
    const after = network.sample(20_000, { do: { x: 1 }, seed: 2 });
    const e = logits(1).map(Math.exp);
    const total = e.reduce((sum, v) => sum + v, 0);
    for (const k of [0, 1, 2]) {
      const share = after.column('c').filter((v) => v === k).length / 20_000;
      expect(Math.abs(share - (e[k] as number) / total)).toBeLessThan(0.05); // 4 standard errors at about 300 rows near x = 1
    }
    const y = network.sample(1000, { do: { c: 'mid' }, seed: 3 }).column('y');
    expect(Math.abs(mean(y) - 5)).toBeLessThan(0.15);
  });
  test('a deterministic relation is fitted without trouble', async () => {
    const network = createNetwork({ graph, seed: 1 });
    const { status } = await fitNetwork(network, tableOf({ x, y: x.map((v) => 3 * v - 1) }));
    expect(status).toBe('converged');
    expect(network.sample(1, { do: { x: 10 } }).column('y')[0]).toBeCloseTo(29, 3);
  });
});

describe('minibatches', () => {
  test('Adam comes to the least-squares loss', async () => {
    const table = tableOf(sampled(600, 7));
    const exact = createNetwork({ graph: truth.graph, mechanisms: 'linear' });
    const { losses: best } = await fitNetwork(exact, table);
    const network = createNetwork({ graph: truth.graph, mechanisms: 'linear', seed: 3 });
    network.update({ ...network.state, scales: exact.state.scales });
    const trainer = createTrainer(network, {
      optimizer: { kind: 'adam' },
      learningRate: { kind: 'cosine', from: 0.03, to: 0, over: 1500 },
      start: 'current',
      seed: 1,
    });
    const result = await trainer.fit(table, { epochs: 150, batchSize: 64, validation: 0 });
    expect(result.status).toBe('max-steps');
    for (const [name, loss] of Object.entries(best)) expect(result.losses[name]).toBeCloseTo(loss, 2);
    expect(result.steps).toBe(150 * Math.ceil(600 / 64));
  });
  test('stops early by the held-out rows, and when asked to', async () => {
    const table = tableOf(sampled(400, 8));
    const trainer = createTrainer(createNetwork({ graph: truth.graph, seed: 3 }), {
      optimizer: { kind: 'adam', learningRate: 0.01 },
    });
    const early = await trainer.fit(table, { epochs: 500, patience: 3 });
    expect(early.status).toBe('converged');
    expect(early.message).toContain('had not improved for 3 epochs');
    const stopped = await trainer.fit(table, {
      epochs: 500,
      onProgress: ({ done }) => done === 4 && trainer.stop(),
    });
    expect(stopped.status).toBe('stopped');
    expect(stopped.history.at(-1)?.step).toBe(3); // in the middle of the fourth
  });
  test('a step that blows up ends it, names the variable, and changes nothing', async () => {
    const network = createNetwork({ graph: truth.graph, seed: 3 });
    const before = network.state;
    const trainer = createTrainer(network, { optimizer: { kind: 'sgd', learningRate: 1e6 } });
    const result = await trainer.fit(tableOf(sampled(400, 8)));
    expect(result.status).toBe('diverged');
    expect(result.message).toMatch(/loss of "[xmy]" stopped being finite in step \d+/);
    expect(network.state).toBe(before);
  });
});

describe('promises', () => {
  const table = tableOf(sampled(300, 9));
  test('same seed, same bits; another seed, others', async () => {
    const fit = async (seed: number): Promise<Float64Array> => {
      const network = createNetwork({ graph: truth.graph, mechanisms: { kind: 'mlp', skip: 'none' }, seed });
      await fitNetwork(network, table, { seed, epochs: 20 });
      return network.state.parameters;
    };
    expect(await fit(1)).toEqual(await fit(1));
    expect(await fit(1)).not.toEqual(await fit(2));
  });
  test('an abort rejects with its reason and leaves the network alone', async () => {
    const network = createNetwork({ graph: truth.graph, mechanisms: 'flow', seed: 1 });
    const before = network.state;
    const controller = new AbortController();
    const fit = fitNetwork(network, table, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(fit).rejects.toThrow('enough');
    expect(network.state).toBe(before);
  });
  test('bad input is refused before any work', async () => {
    const network = createNetwork({ graph: truth.graph });
    const before = network.state;
    await expect(fitNetwork(network, tableOf({ x: [1, 2], m: [1, 2] }))).rejects.toThrow('"y"');
    await expect(fitNetwork(network, table, { validation: 1.5 })).rejects.toMatchObject({
      code: 'trainer/validation',
    });
    const categorical = createTable([
      { variable: { name: 'x', kind: 'categorical', levels: ['a', 'b'] }, values: Float64Array.of(0, 1) },
      { variable: { name: 'm', kind: 'continuous' }, values: Float64Array.of(0, 1) },
      { variable: { name: 'y', kind: 'continuous' }, values: Float64Array.of(0, 1) },
    ]);
    await expect(fitNetwork(network, categorical)).rejects.toMatchObject({
      code: 'trainer/other-kind',
      details: { variable: 'x' },
    });
    const empty = tableOf({ x: [1, 2, 3], m: [NaN, NaN, 1], y: [1, 2, 3] });
    await expect(fitNetwork(network, empty)).rejects.toMatchObject({ code: 'trainer/too-few-rows' });
    const extreme = tableOf({ x: [1, 2, 3], m: [1, 1e300, 1], y: [1, 2, 3] });
    await expect(fitNetwork(network, extreme)).rejects.toMatchObject({
      code: 'trainer/extreme-values',
      details: { variable: 'm' },
    });
    expect(network.state).toBe(before);
  });
});

function entropy(): number {
  return 0.5 * Math.log(2 * Math.PI * Math.E);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
