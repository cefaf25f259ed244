/**
 * How often 90% intervals of fitted networks (`mlp`, the graph given) hold the truth, and how wide they are beside an
 * interval that knows the estimate's standard error: z → x → y ← z with curves, a fresh data set and one fresh test row for
 * each answer. `SETS` 200 data sets, `FIRST` their first seed, `ROWS` 300, `REFITS` 39.
 */
import { createCpuExecutor } from '@cfe/autograd';
import { createRng } from '@cfe/base';
import { bootstrapEnsemble, counterfactual, effect, type Fit } from '@cfe/counterfactuals';
import { createTable } from '@cfe/data';
import { createNetwork } from '@cfe/network';
import { additive, structuralModel } from '@cfe/scm';
import { fitNetwork } from '@cfe/trainer';
import { bench, describe } from 'vitest';

const sets = Number(process.env.SETS ?? 200);
const first = Number(process.env.FIRST ?? 200_000);
const rows = Number(process.env.ROWS ?? 300);
const refits = Number(process.env.REFITS ?? 39);

const onX = (x: number): number => Math.sin(1.5 * x) + 0.8 * x;
const onZ = (z: number): number => 1.5 * Math.tanh(2 * z);
const noise = { kind: 'normal', mean: 0, sd: 0.7 } as const;
const truth = structuralModel({
  variables: [
    { name: 'z', mechanism: additive(), noise: { kind: 'normal', mean: 0, sd: 1 } },
    { name: 'x', parents: ['z'], mechanism: additive(([z]) => z!.map((v) => 0.8 * Math.tanh(v))), noise },
    {
      name: 'y',
      parents: ['x', 'z'],
      mechanism: additive(([x, z]) => x!.map((v, r) => onX(v) + onZ(z![r]!) + 0.6 * v * z![r]!)),
      noise,
    },
  ],
});
const effectOf = (from: number, to: number, z: number): number => onX(to) - onX(from) + 0.6 * (to - from) * z;
const fit: Fit = async (table, rng) => {
  const network = createNetwork({ graph: truth.graph, executor: createCpuExecutor, seed: rng });
  await fitNetwork(network, table, { seed: rng });
  return network;
};

const tallies = new Map<string, { hits: number; flagged: number; widths: number[]; errors: number[] }>();
for (let set = 0; set < sets; set++) {
  const rng = createRng(first + set).fork('network coverage');
  const sample = truth.sample(rows, { seed: rng.fork('rows') });
  const table = createTable(
    sample.names.map((name) => ({ variable: { name, kind: 'continuous' }, values: sample.column(name) })),
  );
  const test = truth.sample(1, { seed: rng.fork('test') });
  const row = Object.fromEntries(test.names.map((name) => [name, test.column(name)[0]!]));
  const ensemble = await bootstrapEnsemble(table, fit, { replicates: refits, seed: rng.fork('fit') });
  const [x, z] = [row.x!, row.z!];
  const asked = { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y', samples: 500, seed: rng.fork('ask') };
  const far = 4; // 4.5 standard deviations of x
  for (const [question, exact, { value, interval, support }] of [
    ['ATE', effectOf(0, 1, 0), await effect(ensemble, asked)],
    ['CATE', effectOf(0, 1, z), await effect(ensemble, { ...asked, samples: 200, among: { z } })],
    [
      'counterfactual',
      row.y! + effectOf(x, x + 1, z),
      (await counterfactual(ensemble, row, { do: { x: x + 1 } })).y!,
    ],
    [
      'ATE, beyond the rows',
      effectOf(0, far, 0),
      await effect(ensemble, { ...asked, treatment: { x: far } }),
    ],
  ] as const) {
    const tally = tallies.get(question) ?? { hits: 0, flagged: 0, widths: [], errors: [] };
    tallies.set(question, tally);
    const [low, high] = interval!;
    if (low <= exact && exact <= high) tally.hits++;
    if (support?.inside === false) tally.flagged++;
    tally.widths.push(high - low);
    tally.errors.push(value - exact);
  }
}

/** The Clopper–Pearson interval at 95% by bisection of the binomial distribution. */
function binomial(hits: number, of: number): [number, number] {
  const atMost = (k: number, p: number): number => {
    let [term, sum] = [(1 - p) ** of, 0];
    for (let i = 0; i <= k; i++) {
      sum += term;
      term *= ((of - i) / (i + 1)) * (p / (1 - p));
    }
    return sum;
  };
  const solve = (below: (p: number) => boolean): number => {
    let [low, high] = [0, 1];
    for (let step = 0; step < 50; step++) {
      const middle = (low + high) / 2;
      if (below(middle)) low = middle;
      else high = middle;
    }
    return low;
  };
  return [
    hits === 0 ? 0 : solve((p) => 1 - atMost(hits - 1, p) < 0.025),
    hits === of ? 1 : solve((p) => atMost(hits, p) > 0.025),
  ];
}

console.log(
  `\n### Networks fitted to ${rows} rows, ${refits} refits, ${sets} data sets from seed ${first}\n`,
);
console.log('| question | coverage | 95% binomial | width / oracle | flagged |');
console.log('| --- | --- | --- | --- | --- |');
for (const [question, { hits, flagged, widths, errors }] of tallies) {
  const sd = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / sets);
  const width = widths.reduce((a, b) => a + b, 0) / sets / (2 * 1.6449 * sd);
  const ends = binomial(hits, sets).map((p) => p.toFixed(3));
  console.log(
    `| ${question} | ${(hits / sets).toFixed(3)} | ${ends.join(' – ')} | ${width.toFixed(2)} | ${(flagged / sets).toFixed(3)} |`,
  );
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
