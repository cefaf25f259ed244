/**
 * How often 90% intervals hold the truth, and how wide they are beside an interval that knows the estimate's standard
 * error: a fresh data set and one fresh test row per answer. `SETS` data sets per table, default 1000; `FIRST` their first
 * seed; `ROWS` per data set, default 30,100; `FAMILY` to run one only.
 */
import { bench, describe } from 'vitest';
import { coverageOf } from '../test/support/coverage.ts';
import { interactionFamily, linearFamily } from '../test/support/exact-families.ts';

const rowCounts = (process.env.ROWS ?? '30,100').split(',').map(Number);
const first = Number(process.env.FIRST ?? 200_000);
const replicates = 99;
const sets = Number(process.env.SETS ?? 1000);
console.log(
  `\n### Coverage of 90% intervals, ${sets} data sets each from seed ${first}, ${replicates} bootstrap refits\n`,
);
console.log('| family | rows | question | coverage | 99% Wilson | width / oracle | flagged |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const [name, family] of [
  ['linear-Gaussian', linearFamily],
  ['interaction', interactionFamily],
] as const) {
  if (process.env.FAMILY !== undefined && process.env.FAMILY !== name) continue;
  for (const rows of rowCounts) {
    const families = Array.from({ length: 5 }, (_, k) => family(k));
    const found = await coverageOf(families, {
      sets,
      rows,
      replicates,
      first,
      beyond: true,
      samples: name === 'interaction' ? 1000 : 2,
    });
    for (const { question, share, wilson, relativeWidth, flagged } of found) {
      console.log(
        `| ${name} | ${rows} | ${question} | ${share.toFixed(3)} | ${wilson.map((v) => v.toFixed(3)).join(' – ')}${wilson[0] <= 0.9 && 0.9 <= wilson[1] ? '' : ' ✗'} | ${relativeWidth.toFixed(2)} | ${flagged.toFixed(3)} |`,
      );
    }
  }
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
