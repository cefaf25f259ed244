import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const here = join(import.meta.dirname, '..');
const script = `
import { inProcessRunner } from '@cfe/base';
import { threadRunner } from '@cfe/base/threads';
import { createTable } from '@cfe/data';
import { linearGaussian } from '@cfe/scm';
import { learnStructure } from '@cfe/structure';
const truth = linearGaussian({ nodes: ['a', 'b', 'c', 'd'], weights: [[0, 1, 0.3, 0], [0, 0, 0.5, 0.2], [0, 0, 0, 1], [0, 0, 0, 0]] });
const rows = truth.sample(80, { seed: 1 });
const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
const answers = [];
for (const runner of [inProcessRunner(), threadRunner({ workers: 1 }), threadRunner({ workers: 3 })]) {
  const { confidence } = await learnStructure(table, { bootstrap: 12, seed: 7, budget: { restarts: 2 }, runner });
  answers.push(confidence.map((row) => [...row]));
  await runner.dispose();
}
console.log(JSON.stringify(answers));
`;

test('confidence is the same in this thread, in one worker and in three', (ctx) => {
  const packages = ['autograd', 'base', 'data', 'graph', 'scm', 'structure'].map((name) =>
    join(here, '..', name),
  );
  for (const folder of packages) {
    const built = join(folder, 'dist', 'index.js');
    if (!existsSync(built)) ctx.skip('worker threads need a build: npm run build');
    if (statSync(built).mtimeMs < newest(join(folder, 'src')))
      ctx.skip('the build is older than the sources');
  }
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: here,
    encoding: 'utf8',
  });
  const [one, two, three] = JSON.parse(out) as number[][][];
  expect(one!.flat().some((share) => share > 0 && share < 1)).toBe(true);
  expect(two).toEqual(one);
  expect(three).toEqual(one);
});

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
      (file) => statSync(join(folder, file)).mtimeMs,
    ),
  );
}
