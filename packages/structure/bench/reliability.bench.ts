/** Whether edges with bootstrap confidence c are right in a share c of cases. `SETS` data sets, default 3. */
import { hasEdge } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { learnStructure } from '../src/index.ts';
import { simulated } from '../test/support/simulated.ts';

const sets = Number(process.env.SETS ?? 3);
const bins = Array.from({ length: 10 }, () => ({ said: 0, right: 0, count: 0 }));
for (let seed = 0; seed < sets; seed++) {
  const { table, dag } = simulated(4000 + seed, { d: 10, edges: 15, rows: 300, low: 0.1 });
  const { confidence } = await learnStructure(table, {
    method: 'flop',
    bootstrap: 50,
    budget: { restarts: 5 },
  });
  for (let i = 0; i < table.names.length; i++) {
    for (let j = i + 1; j < table.names.length; j++) {
      const c = confidence![i]![j]! + confidence![j]![i]!;
      if (c === 0) continue;
      const bin = bins[Math.min(9, Math.floor(10 * c))]!;
      bin.said += c;
      bin.count++;
      if (hasEdge(dag, i, j) || hasEdge(dag, j, i)) bin.right++;
    }
  }
}
console.log(
  `\n### Reliability of the confidence that two variables are joined, d = 10, n = 300, ${sets} data sets\n`,
);
console.log('| confidence | pairs | mean confidence | joined in truth |\n| --- | --- | --- | --- |');
for (const [k, { said, right, count }] of bins.entries()) {
  if (count > 0)
    console.log(
      `| ${k / 10} – ${(k + 1) / 10} | ${count} | ${(said / count).toFixed(2)} | ${(right / count).toFixed(2)} ± ${(1.96 * Math.sqrt(((right / count) * (1 - right / count)) / count)).toFixed(2)} |`,
    );
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
