/**
 * Plans made with a fitted model, carried out in the true one: how often the goal is then reached, how far short it
 * falls in standard deviations of the outcome, and the price beside the oracle's plan. `SETS` models, default 200.
 */
import { createRng } from '@cfe/base';
import type { LinearGaussian } from '@cfe/scm';
import { bench, describe } from 'vitest';
import { planIntervention } from '../src/index.ts';
import { linearFamily, tableFrom } from '../test/support/exact-families.ts';

const sets = Number(process.env.SETS ?? 200);
console.log(`\n### Plans for one row in linear-Gaussian models of 4 variables, ${sets} models\n`);
console.log(
  '| rows fitted to | oracle reaches | plan reaches its goal in truth, margin 0 | shortfall / sd, mean | cost / oracle, median | goal + 0.2 sd reached |',
);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const rows of [100, 1000]) {
  let [oracleReached, reached, short, safe] = [0, 0, 0, 0];
  const ratios: number[] = [];
  for (let seed = 0; seed < sets; seed++) {
    const rng = createRng(seed).fork('plan');
    const family = linearFamily(seed);
    const truth = family.truth as unknown as LinearGaussian;
    const table = tableFrom(truth.sample(rows, { seed: rng.fork('rows') }));
    const fitted = await family.fit(table, rng);
    const test = truth.sample(1, { seed: rng.fork('test') });
    const row = Object.fromEntries(test.names.map((name) => [name, test.column(name)[0]!]));
    const spread = truth.exact({}).sd.y!;
    const bounds = Object.fromEntries(
      ['z', 'x', 'm'].map((name) => [name, [row[name]! - 9, row[name]! + 9] as const]),
    );
    const ask = (model: typeof fitted, margin: number) =>
      planIntervention(model, {
        target: { outcome: 'y', atLeast: row.y! + (1 + margin) * spread },
        row,
        most: 1,
        bounds,
      });
    const oracle = await ask(truth, 0);
    if (!oracle.reached) continue;
    oracleReached++;
    const realised = (plan: typeof oracle): number =>
      truth.exact({ factual: row, do: plan.interventions }).mean.y! - (row.y! + spread);
    const plan = await ask(fitted, 0);
    const gap = realised(plan) / spread;
    if (gap >= -1e-9) reached++;
    short += Math.max(0, -gap);
    ratios.push(plan.cost / oracle.cost);
    if (realised(await ask(fitted, 0.2)) >= 0) safe++;
  }
  ratios.sort((a, b) => a - b);
  const share = (n: number): string => (n / oracleReached).toFixed(2);
  console.log(
    `| ${rows} | ${oracleReached} | ${share(reached)} | ${(short / oracleReached).toFixed(3)} | ${ratios[Math.floor(ratios.length / 2)]!.toFixed(2)} | ${share(safe)} |`,
  );
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
