import { createReferenceExecutor, type Executor } from '@cfe/autograd';
import { type Columns, columnsFrom } from '@cfe/base';
import { createTable, type Regimes, type Table } from '@cfe/data';
import { createDag, parentsOf } from '@cfe/graph';
import { invariantRisk, type Loss, sparsity } from '@cfe/losses';
import { type CausalNetwork, createCausalUnitNetwork, createNetwork } from '@cfe/network';
import { type Do, linearGaussian } from '@cfe/scm';
import {
  createTrainer,
  fitNetwork,
  memoryCheckpoints,
  type Schedule,
  scheduleValue,
  type TrainerOptions,
} from '@cfe/trainer';
import { describe, expect, test } from 'vitest';
import { chain } from './support/chain.ts';

function tableOf(rows: Columns, regimes?: Regimes): Table {
  return createTable(
    chain.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
    { regimes },
  );
}

const observed = tableOf(chain.sample(800, { seed: 1 }));
const adam = { kind: 'adam', learningRate: 0.01 } as const;

/** The effect of x on y per unit, as a linear network has it. */
function effect(network: CausalNetwork): number {
  const noise = network.noise(1, { seed: 1 });
  const y = (x: number): number => network.predict(noise, { do: { x } }).column('y')[0] as number;
  return y(1) - y(0);
}

async function trained(
  options: TrainerOptions,
  table: Table = observed,
  epochs = 30,
): Promise<CausalNetwork> {
  const network = createNetwork({ graph: chain.graph, mechanisms: 'linear', seed: 2 });
  const trainer = createTrainer(network, { optimizer: adam, seed: 3, ...options });
  const { status } = await trainer.fit(table, { epochs, batchSize: 64, validation: 0 });
  expect(status).toBe('max-steps');
  return network;
}

describe('schedules', () => {
  const cases: readonly [Schedule, number, number][] = [
    [0.3, 99, 0.3],
    [{ kind: 'linear', from: 0, to: 1, over: 10 }, 5, 0.5],
    [{ kind: 'linear', from: 0, to: 1, over: 10 }, 50, 1],
    [{ kind: 'cosine', from: 1, to: 0, over: 100 }, 50, 0.5],
    [{ kind: 'cosine', from: 1, to: 0.2, over: 100 }, 100, 0.2],
    [{ kind: 'steps', from: 1, factor: 0.1, every: 10 }, 25, 0.01],
    [{ kind: 'then', first: 1, for: 10, second: { kind: 'linear', from: 2, to: 3, over: 10 } }, 15, 2.5],
    [{ kind: 'product', of: [2, { kind: 'steps', from: 1, factor: 0.5, every: 1 }] }, 2, 0.5],
  ];
  test.each(cases)('%j after %i steps', (schedule, step, value) => {
    expect(scheduleValue(schedule, step)).toBeCloseTo(value, 12);
    expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
  });
  test.each([
    [{ interventionProbability: 1.5 }, /interventionProbability/],
    [{ interventionProbability: { kind: 'linear', from: 0, to: 2, over: 10 } }, /holds 2/],
    [{ interventionProbability: { probability: 0.5, select: 'best' } }, /'select' is best/],
    [{ interventionProbability: { probability: 0.5, count: 0 } }, /count/],
    [{ learningRate: { kind: 'steps', from: 1, factor: 2, every: 1 }, optimizer: adam }, /factor 2/],
    [{ learningRate: { kind: 'wave' }, optimizer: adam }, /no schedule/],
    [{ learningRate: -1, optimizer: adam }, /learningRate/],
    [{ clipNorm: -1, optimizer: adam }, /'clipNorm' is -1; it must be a number ≥ 0/],
    [{ structureWeight: Number.NaN }, /'structureWeight' is NaN/],
    [{ counterfactualWeight: '1' }, /'counterfactualWeight' is "1"/],
  ] as unknown as [TrainerOptions, RegExp][])('%j is refused', async (options, message) => {
    await expect(createTrainer(createNetwork({ graph: chain.graph }), options).fit(observed)).rejects.toThrow(
      message,
    );
  });
  test.each([
    [{ batchSize: 0 }, /'batchSize' is 0; it must be a whole number ≥ 1/],
    [{ batchSize: 2.5 }, /'batchSize' is 2.5/],
    [{ epochs: -1 }, /'epochs' is -1; it must be a whole number ≥ 0/],
    [{ patience: Number.NaN }, /'patience' is NaN/],
  ])('%j is refused, where it would never end', async (options, message) => {
    const trainer = createTrainer(createNetwork({ graph: chain.graph }), { optimizer: adam });
    await expect(trainer.fit(observed, options)).rejects.toThrow(message);
  });
  test('the learning rate follows its schedule', async () => {
    const network = createNetwork({ graph: chain.graph, seed: 2 });
    const learningRate: Schedule = { kind: 'cosine', from: 0.01, to: 0, over: 26 };
    const { history } = await createTrainer(network, { optimizer: adam, learningRate }).fit(observed, {
      epochs: 4,
      batchSize: 64,
      validation: 0,
    });
    expect(history.map((point) => point.learningRate)).toEqual(
      [13, 26, 39, 52].map((step) => scheduleValue(learningRate, step)),
    );
  });
  test('where the schedule of interventions stands is in the history', async () => {
    const network = createNetwork({ graph: chain.graph, seed: 2 });
    const probability: Schedule = { kind: 'linear', from: 0, to: 0.3, over: 26 };
    const interventionProbability = { probability, count: 2 };
    const { history } = await createTrainer(network, { optimizer: adam, interventionProbability }).fit(
      observed,
      { epochs: 3, batchSize: 64, validation: 0 },
    );
    expect(history.map((point) => point.interventions)).toEqual(
      [13, 26, 39].map((step) => ({ probability: scheduleValue(probability, step), count: 2 })),
    );
  });
});

describe('what an intervention in training means', () => {
  test('neither regimes nor simulator: a mask, which does not move what is estimated', async () => {
    const exact = createNetwork({ graph: chain.graph, mechanisms: 'linear' });
    await fitNetwork(exact, observed);
    const [without, often] = [
      effect(await trained({})),
      effect(await trained({ interventionProbability: 0.3 })),
    ];
    // standard error of the product of the two slopes at n = 800
    const error = Math.sqrt((1.2 ** 2 * 1 + 0.8 ** 2 * (1 / 1.64)) / 800);
    expect(Math.abs(often - without)).toBeLessThan(2 * error);
    expect(Math.abs(often - effect(exact))).toBeLessThan(2 * error);
  });
  test('a mask of probability 1 leaves every target out: nothing is learned about it', async () => {
    // roots only: x has depth 0
    const network = await trained({ interventionProbability: { probability: 1, depth: 0 } }, observed, 3);
    const start = createNetwork({ graph: chain.graph, mechanisms: 'linear' });
    await createTrainer(start, { optimizer: { kind: 'sgd', learningRate: 0 }, seed: 3 }).fit(observed, {
      epochs: 1,
      validation: 0,
    });
    const [a, b] = [network.state.parameters, start.state.parameters];
    expect(a.slice(0, 2)).toEqual(b.slice(0, 2)); // mean and spread of x
    expect(a.slice(2)).not.toEqual(b.slice(2));
  });
  test('regimes: rows in which a variable was set, its own term left out', async () => {
    const set = chain.sample(200, {
      seed: 5,
      do: { m: Float64Array.from({ length: 200 }, (_, r) => r / 20 - 5) },
    });
    const both = Object.fromEntries(
      ['x', 'm', 'y'].map((name) => [name, [...observed.column(name), ...set.column(name)]]),
    );
    const regimes: Regimes = {
      list: [
        { name: 'seen', targets: [] },
        { name: 'do(m)', targets: [{ variable: 'm', kind: 'hard' }] },
      ],
      of: Int32Array.from({ length: 1000 }, (_, r) => (r < 800 ? 0 : 1)),
    };
    const table = tableOf(columnsFrom(both), regimes);
    expect(effect(await trained({ interventionProbability: 0.3 }, table))).toBeCloseTo(-0.96, 0);
    const blind = tableOf(columnsFrom(both));
    expect(Math.abs(effect(await trained({}, blind)))).toBeLessThan(0.8); // ignoring the regime is seen to hurt
  });
  test('a simulator: rows under do, which teach what the table does not hold', async () => {
    const few = tableOf(chain.sample(20, { seed: 9 }));
    const alone = Math.abs(effect(await trained({}, few, 400)) + 0.96);
    const learningRate: Schedule = { kind: 'cosine', from: 0.02, to: 0, over: 800 };
    const helped = await trained({ interventionProbability: 1, simulator: chain, learningRate }, few, 800);
    expect(Math.abs(effect(helped) + 0.96)).toBeLessThan(0.1);
    expect(alone).toBeGreaterThan(0.1); // 20 rows by themselves are not enough
  });
  test('a simulator that answers do with the factual outcome would be seen: the effect vanishes', async () => {
    const ignoring = {
      ...chain,
      predict: (noise: Columns, options = {}) => {
        const factual = chain.predict(noise);
        const acted = chain.predict(noise, options);
        return columnsFrom({ x: acted.column('x'), m: acted.column('m'), y: factual.column('y') });
      },
    };
    const taught = await trained({ interventionProbability: 1, simulator: ignoring }, observed, 60);
    expect(Math.abs(effect(taught))).toBeLessThan(0.7);
  });
});

describe('losses on top of the likelihood', () => {
  test('pairs teach the counterfactual, and without any the result says so', async () => {
    const noise = chain.noise(200, { seed: 4 });
    const pairs = {
      before: chain.predict(noise),
      do: { x: 2 },
      after: chain.predict(noise, { do: { x: 2 } }),
    };
    const network = createNetwork({ graph: chain.graph, mechanisms: 'linear', seed: 1 });
    const few = tableOf(chain.sample(15, { seed: 8 }));
    const options = { counterfactualWeight: 20, optimizer: adam };
    const result = await createTrainer(network, options).fit(few, { epochs: 400, validation: 0, pairs });
    expect(Math.abs(effect(network) + 0.96)).toBeLessThan(0.02); // 15 rows alone: about 0.3
    expect(result.history.at(-1)?.losses?.['paired counterfactual']?.value).toBeLessThan(1e-3);
    const { warnings } = await createTrainer(createNetwork({ graph: chain.graph }), options).fit(few, {
      epochs: 1,
    });
    expect(warnings).toEqual([expect.stringContaining('neither pairs nor a simulator')]);
  });
  test('a structure weight makes edges earn their place', async () => {
    const extra = createDag(
      ['x', 'm', 'y'],
      [
        ['x', 'y'],
        ['m', 'y'],
      ],
    );
    // m is set at random, so that x has nothing to do with y
    const action: Do = [
      { target: 'm', kind: 'stochastic', distribution: { kind: 'normal', mean: 0, sd: 1 } },
    ];
    const table = tableOf(chain.sample(800, { seed: 6, do: action }));
    const direct = async (structureWeight: number): Promise<number> => {
      const network = createNetwork({ graph: extra, mechanisms: 'linear', seed: 1 });
      const learningRate: Schedule = { kind: 'cosine', from: 0.02, to: 0, over: 400 };
      const trainer = createTrainer(network, { optimizer: adam, learningRate, structureWeight });
      await trainer.fit(table, { epochs: 60, validation: 0 });
      return Math.abs(effect(network));
    };
    const [free, paid] = [await direct(0), await direct(0.1)];
    expect(free).toBeGreaterThan(0.005); // chance's doing
    expect(paid).toBeLessThan(0.1 * free);
  });
  test('scaling by gradients is reported, and whatever the units it is the same pull', async () => {
    const louder: Loss = {
      ...sparsity(),
      evaluate: (at) => {
        const { value, gradient, ...rest } = sparsity().evaluate(at);
        return {
          ...rest,
          value: 1000 * value,
          gradient: { parameters: gradient.parameters.map((g) => 1000 * g) },
        };
      },
    };
    const run = async (loss: Loss): Promise<readonly [CausalNetwork, number]> => {
      const network = createNetwork({ graph: chain.graph, seed: 1 });
      const { history } = await createTrainer(network, { losses: [{ loss, weight: 0.1 }] }).fit(observed, {
        epochs: 5,
      });
      return [network, history.at(-1)?.losses?.sparsity?.factor as number];
    };
    const [[a, soft], [b, loud]] = [await run(sparsity()), await run(louder)];
    expect(soft / loud).toBeCloseTo(1000, 6);
    for (const [i, p] of a.state.parameters.entries()) expect(b.state.parameters[i]).toBeCloseTo(p, 8);
  });
  test('a loss that lacks its rows is refused', async () => {
    const trainer = createTrainer(createNetwork({ graph: chain.graph }), {
      losses: [{ loss: invariantRisk({ target: 'y' }) }],
    });
    await expect(trainer.fit(observed)).rejects.toThrow(/no environments/);
  });
});

describe('checkpoints', () => {
  const options: TrainerOptions = {
    optimizer: adam,
    learningRate: { kind: 'cosine', from: 0.01, to: 0.001, over: 100 },
    interventionProbability: { probability: 0.3, select: 'uncertain', count: 1.5 },
    structureWeight: 0.01,
    seed: 5,
  };
  const fit = { epochs: 8, batchSize: 64, patience: 100 };
  const create = (): CausalNetwork => createNetwork({ graph: chain.graph, seed: 4 });

  test('a run that was cut anywhere and went on ends in the same bits', async () => {
    const whole = create();
    const expected = await createTrainer(whole, options).fit(observed, fit);
    for (const cut of [1, 7, 10, 11, 35, 79]) {
      const store = memoryCheckpoints();
      const cutShort = create();
      const controller = new AbortController();
      let steps = 0;
      await expect(
        createTrainer(cutShort, options).fit(observed, {
          ...fit,
          checkpoint: { store },
          signal: controller.signal,
          onProgress: () => ++steps === cut && controller.abort(new Error('cut')),
        }),
      ).rejects.toThrow('cut');
      expect(cutShort.state.rows).toBe(0);
      const resumed = create();
      const result = await createTrainer(resumed, options).fit(observed, {
        ...fit,
        checkpoint: { store, resume: 'if-present' },
      });
      expect(resumed.state).toEqual(whole.state);
      expect(result.losses).toEqual(expected.losses);
      expect(result.steps).toBe(expected.steps);
      const timeless = expected.history.map((point) => ({ ...point, seconds: 0 }));
      expect(result.history.map((point) => ({ ...point, seconds: 0 }))).toEqual(timeless);
    }
  });
  test('an abort waits for a checkpoint that is being written', async () => {
    const store = memoryCheckpoints();
    let writing = 0;
    let most = 0;
    const slow = {
      ...store,
      async write(bytes: Uint8Array) {
        most = Math.max(most, ++writing);
        await new Promise((resolve) => setTimeout(resolve, 20));
        await store.write(bytes);
        writing -= 1;
      },
    };
    const controller = new AbortController();
    const checkpoint = { store: slow, everySteps: 1 };
    let steps = 0;
    const run = createTrainer(create(), options).fit(observed, {
      ...fit,
      checkpoint,
      signal: controller.signal,
      onProgress: () => ++steps === 3 && controller.abort(new Error('cut')),
    });
    await expect(run).rejects.toThrow('cut');
    expect([most, writing]).toEqual([1, 0]);
    const resumed = await createTrainer(create(), options).fit(observed, {
      ...fit,
      checkpoint: { store, resume: 'if-present' },
    });
    expect(resumed.status).toBe('max-steps');
  });
  test('one lost at any step costs the steps since, no more', async () => {
    const store = memoryCheckpoints();
    let written = 0;
    const counting = {
      ...store,
      write: (bytes: Uint8Array) => {
        written += 1;
        return store.write(bytes);
      },
    };
    await createTrainer(create(), options).fit(observed, {
      ...fit,
      checkpoint: { store: counting, everySteps: 5 },
    });
    expect(written).toBe(80 / 5 + 1);
  });
  test('of another run, table or version, or damaged, it is refused by name', async () => {
    const store = memoryCheckpoints();
    await createTrainer(create(), options).fit(observed, { ...fit, epochs: 1, checkpoint: { store } });
    const again = (change: TrainerOptions, table = observed, more = {}): Promise<unknown> =>
      createTrainer(create(), { ...options, ...change }).fit(table, {
        ...fit,
        ...more,
        checkpoint: { store, resume: 'if-present' },
      });
    await expect(again({ seed: 6 })).rejects.toThrow(/differs in (data, )?seed/);
    await expect(again({ structureWeight: 0.02 })).rejects.toThrow(/differs in losses/);
    await expect(again({}, observed, { batchSize: 32 })).rejects.toThrow(/differs in batchSize/);
    await expect(again({}, tableOf(chain.sample(800, { seed: 2 })))).rejects.toThrow(/differs in data/);
    const bytes = (await store.read()) as Uint8Array;
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1;
    await store.write(bytes);
    await expect(again({})).rejects.toThrow(/checksum/);
    await store.write(Uint8Array.of(1, 2, 3));
    await expect(again({})).rejects.toThrow(/not a CFE model/);
  });
});

describe('trouble', () => {
  /** An executor whose gradient is NaN at some steps. */
  const failing =
    (at: (step: number) => boolean) =>
    (plan: Parameters<typeof createReferenceExecutor>[0]): Executor => {
      const executor = createReferenceExecutor(plan);
      let step = 0;
      return {
        ...executor,
        step(input) {
          step += 1;
          const result = at(step)
            ? { ...executor.likelihood(input), gradientNorm: Number.NaN }
            : executor.step(input);
          return at(step)
            ? {
                ...result,
                loss: Number.NaN,
                byVariable: Float64Array.of(0, Number.NaN, 0),
                gradientNorm: Number.NaN,
              }
            : (result as ReturnType<Executor['step']>);
        },
      };
    };
  test('a gradient that is not finite goes back to the best parameters at half the rate, and says where', async () => {
    const network = createNetwork({ graph: chain.graph, seed: 1 });
    // what the optimiser remembers before each step: its steps, and how large its moments are
    const remembered: [steps: number, moments: number][] = [];
    const trainer = createTrainer(network, {
      optimizer: adam,
      executor: (plan) => {
        const executor = failing((step) => step === 25)(plan);
        return {
          ...executor,
          step(input) {
            const { first, second, steps } = input.optimizer;
            remembered.push([steps, [...first, ...second].reduce((sum, x) => sum + Math.abs(x), 0)]);
            return executor.step(input);
          },
        };
      },
    });
    const result = await trainer.fit(observed, { epochs: 5, batchSize: 64 });
    expect(result.status).toBe('max-steps');
    expect(remembered[24]?.[0]).toBe(24);
    expect(remembered[24]?.[1]).toBeGreaterThan(0);
    expect(remembered[25]).toEqual([0, 0]); // of the bad way nothing is left
    expect(result.warnings).toEqual([
      expect.stringMatching(/step 25 \(epoch 3, batch 5\).*"m".*half the learning rate/),
    ]);
    expect(result.history.at(-1)?.learningRate).toBeCloseTo(0.005, 12);
  });
  test('when it keeps happening the fit has diverged, and the network is as it was', async () => {
    const network = createNetwork({ graph: chain.graph, seed: 1 });
    const before = network.state;
    const trainer = createTrainer(network, { optimizer: adam, executor: failing((step) => step > 10) });
    const result = await trainer.fit(observed, { epochs: 50, batchSize: 64 });
    expect(result.status).toBe('diverged');
    expect(result.message).toContain('"m"');
    expect(network.state).toBe(before);
  });
  test('a callback ends the fit', async () => {
    const trainer = createTrainer(createNetwork({ graph: chain.graph, seed: 1 }), { optimizer: adam });
    const result = await trainer.fit(observed, { onEpoch: ({ step }) => (step === 3 ? 'stop' : undefined) });
    expect(result.status).toBe('stopped');
    expect(result.history.length).toBe(3);
    expect(Object.keys(result.phases)).toEqual(['preparing', 'searching', 'finishing']);
  });
});

test('a unit network whose structure is to be learned gets its graph, inputs before outputs', async () => {
  const unit = createCausalUnitNetwork({ inputs: 3, hidden: [8], structure: 'learn', seed: 1 });
  const truth = linearGaussian({
    nodes: ['x1', 'x2', 'x3', 'y'],
    weights: [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [0.9, 0, 0, 0],
      [0, 0, 0, 0],
    ].map((row, i) => row.map((w, j) => (i === 0 && j === 3 ? 1 : i === 1 && j === 2 ? 0.8 : w))),
  });
  const rows = truth.sample(1000, { seed: 2 });
  const table = createTable(
    ['y', 'x3', 'x1', 'x2'].map((name) => ({
      variable: { name, kind: 'continuous' },
      values: rows.column(name),
    })),
  );
  const result = await createTrainer(unit, { seed: 1 }).fit(table);
  expect(result.status).toBe('converged');
  expect(result.structure?.dag?.nodes).toEqual(['x1', 'x2', 'x3', 'y']);
  // x1's only effect is on y; x1 itself is moved by x3, and x3 by x2, in one order or the other
  const y = (value: number): number =>
    unit.predict([[0, 0, 0]], { do: { x1: value } }).column('y')[0] as number;
  expect(y(1) - y(0)).toBeCloseTo(1, 1);
  const other = unit.predict([[0, 0, 0]], { do: { x1: 0, x2: 5 } }).column('y')[0] as number;
  expect(other).toBeCloseTo(y(0), 9);

  const known = createCausalUnitNetwork({ inputs: 3, structure: 'learn', seed: 1 });
  const required = [
    ['x3', 'x1'],
    ['x2', 'x3'],
  ] as const;
  await createTrainer(known, { seed: 1, knowledge: { required } }).fit(table);
  expect(parentsOf(known.model.graph, 'x1')).toContain('x3');
  expect(parentsOf(known.model.graph, 'x3')).toContain('x2');
});
