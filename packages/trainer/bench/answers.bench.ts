/**
 * Answers of fitted networks on the structural models of the causal normalising flow paper and on random additive models:
 * counterfactual skill on unseen rows (the smallest over targets and quartiles of them, over true descendants), the error
 * of average effects in standard deviations of the outcome (75th against 25th percentile), and how often and how wide
 * their 90% intervals are. The graph is given, or learned from the same rows.
 *
 * Beside it stands what least squares in the true forms reaches on the same rows, where a model has an entry there.
 *
 * `ROWS` 2000, `SEED` 1 of the rows, `GRAPHS` given,learned, `REFITS` 19 bootstrap refits (0: no intervals), `RANDOM` 20 random models, `MODELS` names to keep, `DUMP` a
 * folder for rows and questions, which answers-dowhy.py reads.
 */
import { writeFileSync } from 'node:fs';
import { createCpuExecutor } from '@cfe/autograd';
import type { Columns } from '@cfe/base';
import { bootstrapEnsemble, effect, type Fit } from '@cfe/counterfactuals';
import {
  createTable,
  drawSimulator,
  namedSimulator,
  namedSimulators,
  simulatorModel,
  type Table,
} from '@cfe/data';
import { createDag, type Dag, descendantsOf, edgesOf } from '@cfe/graph';
import { createNetwork } from '@cfe/network';
import { learnStructure } from '@cfe/structure';
import { fitNetwork } from '@cfe/trainer';
import { bench, describe } from 'vitest';
import { knownFormAnswers } from './answers-ceiling.ts';

const rows = Number(process.env.ROWS ?? 2000);
const refits = Number(process.env.REFITS ?? 19);
const random = Number(process.env.RANDOM ?? 20);
const seed = Number(process.env.SEED ?? 1);
const graphs = (process.env.GRAPHS ?? 'given,learned').split(',');
const keep = process.env.MODELS?.split(',');
const simulators = [
  ...namedSimulators
    .filter((name) => !name.startsWith('twin'))
    .map((name) => ({ name: name as string, spec: namedSimulator(name) })),
  ...Array.from({ length: random }, (_, seed) => ({
    name: `additive ${seed}`,
    spec: drawSimulator({ nodes: 6, edges: 8, mechanism: 'additive', scale: 'unit', noiseScale: 0.5, seed }),
  })),
].filter(({ name }) => keep === undefined || keep.includes(name));

const tableOf = (columns: Columns): Table =>
  createTable(
    columns.names.map((name) => ({
      variable: { name, kind: 'continuous' },
      values: columns.column(name),
    })),
  );

const fitOn =
  (graph: Dag): Fit =>
  async (table, rng) => {
    const network = createNetwork({ graph, executor: createCpuExecutor, seed: rng });
    await fitNetwork(network, table, { seed: rng });
    return network;
  };

const quantile = (column: Float64Array, p: number): number =>
  Float64Array.from(column).sort()[Math.round(p * (column.length - 1))] as number;
const mean = (v: Float64Array): number => v.reduce((a, b) => a + b, 0) / v.length;
const sd = (v: Float64Array): number => {
  const m = mean(v);
  return Math.sqrt(v.reduce((a, b) => a + (b - m) ** 2, 0) / v.length);
};

console.log(`\n### Answers of networks fitted to ${rows} rows, ${refits} refits\n`);
console.log(
  '| model | graph | min skill | of the true forms | ATE error, mean (max) | coverage | width / sd |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const { name, spec } of simulators) {
  const truth = simulatorModel(spec);
  const table = tableOf(truth.sample(rows, { seed }));
  const noise = truth.noise(500, { seed: 2 });
  const unseen = truth.predict(noise);
  const many = truth.noise(20_000, { seed: 3 });
  const nodes = truth.graph.nodes;
  const below = (target: string): string[] =>
    descendantsOf(truth.graph, target).filter((other) => other !== target);
  const cells = nodes
    .filter((target) => below(target).length > 0)
    .flatMap((target) =>
      [0.25, 0.5, 0.75].map((p) => ({ target, value: quantile(table.column(target), p) })),
    );
  if (process.env.DUMP !== undefined) {
    const plain = (columns: Columns) => Object.fromEntries(nodes.map((n) => [n, [...columns.column(n)]]));
    writeFileSync(
      `${process.env.DUMP}/${name}.json`,
      JSON.stringify({
        edges: edgesOf(truth.graph),
        train: plain(table),
        unseen: plain(unseen),
        cells: cells.map((cell) => ({
          ...cell,
          below: below(cell.target),
          truth: plain(truth.predict(noise, { do: { [cell.target]: cell.value } })),
        })),
      }),
    );
  }
  /** The lowest skill over cells of somebody's columns after an action. */
  const lowest = async (
    answer: (target: string, value: number) => Promise<(other: string) => Float64Array>,
  ): Promise<number> => {
    let skill = 1;
    for (const { target, value } of cells) {
      const real = truth.predict(noise, { do: { [target]: value } });
      const said = await answer(target, value);
      let [error, change] = [0, 0];
      for (const other of below(target)) {
        const [y, a, b] = [unseen.column(other), real.column(other), said(other)];
        for (let r = 0; r < y.length; r++) {
          error += (b[r]! - a[r]!) ** 2;
          change += (y[r]! - a[r]!) ** 2;
        }
      }
      skill = Math.min(skill, 1 - error / change);
    }
    return skill;
  };
  const knowing = knownFormAnswers(name, truth.graph, table);
  for (const source of graphs) {
    const learned = source === 'given' ? undefined : (await learnStructure(table, { seed: 1 })).dag;
    const graph =
      source === 'given' ? truth.graph : createDag(nodes, learned === undefined ? [] : edgesOf(learned));
    const ensemble = await bootstrapEnsemble(table, fitOn(graph), { replicates: refits, seed: 1 });
    const model = ensemble.model;
    const noises = await model.abduct!(unseen);
    const skill = await lowest(async (target, value) => {
      const said = await model.predict(noises, { do: { [target]: value } });
      return (other) => said.column(other);
    });
    const ceiling =
      knowing &&
      (await lowest(async (target, value) => {
        const said = knowing(unseen, target, value);
        return (other) => said[other]!;
      }));
    const errors: number[] = [];
    const widths: number[] = [];
    let held = 0;
    for (const target of nodes) {
      const [low, high] = [0.25, 0.75].map((p) => quantile(table.column(target), p)) as [number, number];
      for (const outcome of below(target)) {
        const at = (x: number): number => mean(truth.predict(many, { do: { [target]: x } }).column(outcome));
        const scale = sd(table.column(outcome));
        const exact = (at(high) - at(low)) / scale;
        const { value, interval } = await effect(ensemble, {
          treatment: { [target]: high },
          control: { [target]: low },
          outcome,
          samples: 4000,
          seed: 4,
        });
        errors.push(Math.abs(value / scale - exact));
        if (interval === undefined) continue;
        widths.push((interval[1] - interval[0]) / scale);
        if (interval[0] / scale <= exact && exact <= interval[1] / scale) held++;
      }
    }
    const share = widths.length === 0 ? 'n/a' : `${held}/${widths.length}`;
    const width = widths.length === 0 ? 'n/a' : mean(Float64Array.from(widths)).toFixed(3);
    console.log(
      `| ${name} | ${source} | ${skill.toFixed(3)} | ${ceiling?.toFixed(3) ?? ''} | ${mean(Float64Array.from(errors)).toFixed(3)} (${Math.max(...errors).toFixed(3)}) | ${share} | ${width} |`,
    );
  }
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
