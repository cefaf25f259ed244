// Run from a build: the same confidences in this thread, in one worker and in three, as JSON.
import { inProcessRunner } from '@cfe/base';
import { threadRunner } from '@cfe/base/threads';
import { createTable } from '@cfe/data';
import { linearGaussian } from '@cfe/scm';
import { learnStructure } from '@cfe/structure';

const truth = linearGaussian({
  nodes: ['a', 'b', 'c', 'd'],
  weights: [
    [0, 1, 0.3, 0],
    [0, 0, 0.5, 0.2],
    [0, 0, 0, 1],
    [0, 0, 0, 0],
  ],
});
const rows = truth.sample(80, { seed: 1 });
const table = createTable(
  truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
);
const answers = [];
for (const runner of [inProcessRunner(), threadRunner({ workers: 1 }), threadRunner({ workers: 3 })]) {
  const { confidence } = await learnStructure(table, {
    bootstrap: 12,
    seed: 7,
    budget: { restarts: 2 },
    runner,
  });
  answers.push(confidence.map((row) => [...row]));
  await runner.dispose();
}
console.log(JSON.stringify(answers));
