// Run from a build: the same confidences, and the same search, in this thread, in one worker and in three, as JSON.
import { inProcessRunner } from '@cfe/base';
import { threadRunner } from '@cfe/base/threads';
import { createTable } from '@cfe/data';
import { edgesOf } from '@cfe/graph';
import { linearGaussian } from '@cfe/scm';
import { flop, learnStructure } from '@cfe/structure';

const truth = linearGaussian({
  nodes: ['a', 'b', 'c', 'd'],
  weights: [
    [0, 1, 0.3, 0],
    [0, 0, 0.5, 0.2],
    [0, 0, 0, 1],
    [0, 0, 0, 0],
  ],
});
const table = tableOf(truth, 80);
// weak effects of all on all, so that the search has much to try
const d = 40;
const many = linearGaussian({
  nodes: Array.from({ length: d }, (_, i) => `x${i}`),
  weights: Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) =>
      j > i && (i * 7 + j * 3) % 5 === 0 ? 0.25 * ((i + j) % 2 === 0 ? 1 : -1) : 0,
    ),
  ),
});
const large = tableOf(many, 300);
const answers = [];
for (const runner of [inProcessRunner(), threadRunner({ workers: 1 }), threadRunner({ workers: 3 })]) {
  const { confidence } = await learnStructure(table, {
    bootstrap: 12,
    seed: 7,
    budget: { restarts: 2 },
    runner,
  });
  let sent = 0;
  const counting = {
    workers: runner.workers,
    map: (job, inputs, options) => {
      sent += inputs.length;
      return runner.map(job, inputs, options);
    },
  };
  const { graph, score } = await flop().learn(large, { seed: 7, budget: { restarts: 9 }, runner: counting });
  answers.push({ confidence: confidence.map((row) => [...row]), graph: edgesOf(graph), score, sent });
  await runner.dispose();
}
console.log(JSON.stringify(answers));

function tableOf(model, size) {
  const rows = model.sample(size, { seed: 1 });
  return createTable(model.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
}
