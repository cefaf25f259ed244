// What do cuts cost a plan on TensorFlow.js (its WASM backend, one thread), forwards and backwards, against the same plan
// with a mask of zeros, and against no mask at all?
//   npx vitest bench --run packages/backend-wasm/bench/tfjs-interventions.bench.ts
// Processor time; medians of rounds in which all take turns, ratios with quartiles. The mask of zeros against itself is the noise. Sparse graphs: up to 4 parents, hidden 16.
import { createPlan, initialParameters, type PlanAction } from '@cfe/autograd';
import { createTfjsExecutor } from '@cfe/autograd/tfjs';
import { createRng } from '@cfe/base';
import { bench } from 'vitest';
import { inTurns, median, pairedRatio } from '../../../test/support/turns.ts';
import { wasmBackend } from '../src/index.ts';
import { processSeconds } from './support/contest.ts';

bench('tfjs interventions', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

const sizes = [
  [10, 32],
  [10, 4096],
  [50, 256],
  [200, 256],
  [200, 4096],
] as const;

async function run(): Promise<void> {
  await wasmBackend({ tfjs: 'required' }).activate();
  console.log(
    [
      `TensorFlow.js 4.22.0, WASM, forward and backward, Node ${process.version}`,
      '| variables × rows | no mask, ms | mask of zeros | a fifth cut | half cut | a fifth / zeros | half / zeros | zeros / zeros | a fifth / no mask | half / no mask |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ].join('\n'),
  );
  for (const [variables, rows] of sizes) console.log(await line(variables, rows));
}

async function line(variables: number, rows: number): Promise<string> {
  const rng = createRng(variables);
  const parents = Array.from({ length: variables }, (_, j) => {
    const before = Array.from({ length: j }, (__, i) => i);
    while (before.length > 4) before.splice(rng.integer(before.length), 1);
    return before;
  });
  const offsets = Int32Array.from({ length: variables + 1 }, (_, j) => parents.slice(0, j).flat().length);
  const plan = createPlan({
    graph: {
      nodes: parents.map((_, j) => `v${j}`),
      parents: { offsets, items: Int32Array.from(parents.flat()) },
    },
    mechanism: { hidden: [16], head: { kind: 'additive', scale: 'unit' } },
  });
  const executor = createTfjsExecutor(plan);
  const large = variables * rows > 100_000;
  const passes = Math.ceil(10_000 / (variables * rows)); // some tens of milliseconds
  const parameters = Float32Array.from(initialParameters(plan, { seed: 1 }));
  const noise = Float32Array.from({ length: variables * rows }, () => rng.normal());
  const set = (share: number): PlanAction => ({
    cut: Uint8Array.from(noise, () => (rng.uniform() < share ? 1 : 0)),
    value: Float32Array.from(noise, () => rng.normal()),
  });
  const contestant = (action: PlanAction | undefined): (() => void) => {
    const pass = (): void => {
      executor.forward({ rows, parameters, noise, action });
      executor.backward(noise);
    };
    for (let warm = 0; warm < (large ? 1 : 20); warm++) pass();
    return () => {
      for (let i = 0; i < passes; i++) pass();
    };
  };
  const contestants = {
    none: contestant(undefined),
    zeros: contestant(set(0)),
    fifth: contestant(set(0.2)),
    half: contestant(set(0.5)),
    again: contestant(set(0)),
  };
  const costs = await inTurns(contestants, async (run) => processSeconds(run), large ? 4 : 20);
  executor.dispose();
  const { none, zeros, fifth, half, again } = costs;
  const times = [none, zeros, fifth, half].map((all) => ((1000 * median(all)) / passes).toPrecision(3));
  const ratios = [
    pairedRatio(fifth, zeros),
    pairedRatio(half, zeros),
    pairedRatio(again, zeros),
    pairedRatio(fifth, none),
    pairedRatio(half, none),
  ];
  return `| ${variables} × ${rows} | ${[...times, ...ratios].join(' | ')} |`;
}
