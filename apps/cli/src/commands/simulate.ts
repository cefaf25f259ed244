import { join } from 'node:path';
import { InputError } from '@cfe/base';
import {
  type GraphFamily,
  type MechanismFamily,
  type NoiseFamily,
  type SimulateOptions,
  simulate as simulateRows,
  toCsvPieces,
} from '@cfe/data';
import { type Dag, graphToJson } from '@cfe/graph';
import type { LinearGaussian } from '@cfe/scm';
import type { Command } from '../command.ts';
import { readGraph } from '../input/graph.ts';
import { choiceOf, numberOf, required, textOf, wholeOf } from '../input/options.ts';
import { writeWhole } from '../output/write-file.ts';

const families: readonly GraphFamily[] = ['erdos-renyi', 'scale-free', 'small-world', 'bipartite'];
const mechanisms: readonly MechanismFamily[] = [
  'linear',
  'wave',
  'mlp',
  'gp',
  'additive',
  'location-scale',
  'multiplicative',
  'sign-multiplicative',
  'noisy-mlp',
  'table',
];
const noises: readonly NoiseFamily[] = [
  'gaussian',
  'laplace',
  'uniform',
  'exponential',
  'student',
  'gumbel',
  'logistic',
];

export const simulate: Command = {
  name: 'simulate',
  summary: 'draw a causal model and rows from it: data, graph, exact model and truth in a folder',
  options: [
    ['--graph <file|family>', `a graph file, or ${families.join(', ')}`, 'erdos-renyi'],
    ['--nodes <d>', 'how many variables', '5'],
    ['--degree <k>', 'expected number of neighbours', '2'],
    ['--mechanism <family>', mechanisms.join(', '), 'linear'],
    ['--noise <family>', noises.join(', '), 'gaussian'],
    ['-n, --rows <n>', 'observational rows', '1000'],
    ['--interventions <n>', 'also so many rows under an intervention on each variable', '0'],
    ['--out <folder>', 'where data.csv, graph.json, model.json and truth.json go'],
  ],
  examples: ['cfe simulate --nodes 6 --mechanism mlp -n 2000 --out twin'],
  async run(_args, options, { seed }) {
    const out = required(options, 'out');
    const wanted = textOf(options, 'graph') ?? 'erdos-renyi';
    const family = families.find((name) => name === wanted);
    const each = wholeOf(options, 'interventions') ?? 0;
    const asked: SimulateOptions = {
      ...(family === undefined
        ? { graph: dagOf(await readGraph(wanted), wanted), columns: 'as-drawn' as const }
        : { family, nodes: wholeOf(options, 'nodes', 1) ?? 5, degree: numberOf(options, 'degree') ?? 2 }),
      mechanism: choiceOf(options, 'mechanism', mechanisms) ?? 'linear',
      noise: choiceOf(options, 'noise', noises) ?? 'gaussian',
      rows: wholeOf(options, 'rows', 1) ?? 1000,
      ...(each === 0 ? {} : { interventions: { rows: each } }),
      seed,
    };
    const { table, graph, model, simulator, sortability } = simulateRows(asked);
    const spec = 'spec' in model ? exactJson(model as LinearGaussian) : simulator;
    const regimeColumn = table.regimes === undefined ? undefined : freeName('regime', table.names);
    const truth = {
      seed,
      rows: table.rows,
      sortability,
      ...(table.regimes === undefined
        ? {}
        : {
            regimeColumn,
            targets: Object.fromEntries(
              table.regimes.list.map(({ name, targets }) => [
                name,
                targets === 'unknown' ? targets : targets.map(({ variable }) => variable),
              ]),
            ),
          }),
      simulator,
    };
    const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
    const data = [...toCsvPieces(table, regimeColumn === undefined ? {} : { regimeColumn })].join('');
    const files = {
      data: await writeWhole(join(out, 'data.csv'), data),
      graph: await writeWhole(join(out, 'graph.json'), json(graphToJson(graph))),
      model: await writeWhole(join(out, 'model.json'), json(spec)),
      truth: await writeWhole(join(out, 'truth.json'), json(truth)),
      ...('targets' in truth
        ? { targets: await writeWhole(join(out, 'targets.json'), json(truth.targets)) }
        : {}),
    };
    return {
      json: { ...files, rows: table.rows, nodes: graph.nodes, edges: graphToJson(graph).edges },
      text: [
        `${table.rows} rows of ${table.names.length} variables, ${graph.children.items.length} edges.`,
        ...Object.values(files),
      ].join('\n'),
    };
  },
};

function dagOf(graph: Awaited<ReturnType<typeof readGraph>>, path: string): Dag {
  if (graph.kind === 'dag') return graph as Dag;
  throw new InputError('cli/no-dag', `${path}: only a DAG can be simulated, this is a ${graph.kind}.`, {
    path,
  });
}

function exactJson({ spec }: LinearGaussian): object {
  return {
    kind: 'linear-gaussian',
    nodes: spec.nodes,
    weights: spec.weights.map((row) => [...Array.from(row)]),
    intercepts: Array.from(spec.intercepts),
    noiseVariances: Array.from(spec.noiseVariances),
  };
}

function freeName(name: string, taken: readonly string[]): string {
  return taken.includes(name) ? freeName(`${name}_`, taken) : name;
}
