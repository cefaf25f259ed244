// In how many of 100 data sets of the classic graphs and their nonlinear twins is the DAG learned exactly, from 1,000 observational rows and
// 100 for each single-variable intervention, nothing of the truth handed in?
//   npx vitest bench --run packages/trainer/bench/classic.bench.ts
import { type ClassicGraph, simulateClassic } from '@cfe/data';
import { shd } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import { bench } from 'vitest';

bench('classic graphs', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

async function run(): Promise<void> {
  const graphs: readonly ClassicGraph[] = ['chain', 'fork', 'v-structure', 'confounder', 'complex'];
  const lines: string[] = [];
  for (const twin of ['linear', 'nonlinear'] as const) {
    let exact = 0;
    const wrong: string[] = [];
    for (let seed = 101; seed <= 110; seed++) {
      for (const id of graphs) {
        const { table, graph } = simulateClassic(id, { twin, interventions: {}, seed });
        const { dag } = await learnStructure(table, { seed });
        const { count } = dag === undefined ? { count: Number.NaN } : shd(graph, dag);
        if (count === 0) exact += 1;
        else wrong.push(`${id} ${seed}: SHD ${count}`);
      }
    }
    lines.push(`| ${twin} | ${exact} of 50 | ${wrong.join('; ') || '–'} |`);
  }
  console.log(['| | exact DAG | others |', '| --- | --- | --- |', ...lines].join('\n'));
}
