/**
 * How often sets over learned graphs hold an effect, and how wide they are, beside the interval under the one class that
 * was learned on the same rows. `SETS` data sets per line, default 1000; `FIRST` their first
 * seed; `ROWS`, default 200,1000.
 */
import { bench, describe } from 'vitest';
import { structureCoverage } from '../test/support/structure-coverage.ts';

const sets = Number(process.env.SETS ?? 1000);
const first = Number(process.env.FIRST ?? 200_000);
console.log(
  `\n### Effects over learned graphs, 5 variables, weights 0.25 – 1, level 0.9, ${sets} data sets each from seed ${first}\n`,
);
console.log(
  '| rows | graphs | set | 99% Wilson | width | pieces | one learned class | its width | true graph width |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const rows of (process.env.ROWS ?? '200,1000').split(',').map(Number)) {
  const graphs = 15;
  const found = await structureCoverage({ sets, rows, graphs, first });
  console.log(
    `| ${rows} | ${graphs} | ${found.set.toFixed(3)} | ${found.wilson.map((v) => v.toFixed(3)).join(' – ')} | ${found.width.toFixed(2)} | ${found.pieces.toFixed(1)} | ${found.naive.toFixed(3)} | ${found.naiveWidth.toFixed(2)} | ${found.oracleWidth.toFixed(2)} |`,
  );
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
