import { InputError, quoteName } from '@cfe/base';
import { selectColumns, type Table } from '@cfe/data';
import { type Dag, extendToDag, type Graph } from '@cfe/graph';
import type { MechanismKind } from '@cfe/network';
import { type Falsification, falsify } from '@cfe/structure';
import type { Command, Typed } from '../command.ts';
import { readGraph } from '../input/graph.ts';
import { readKnowledge } from '../input/knowledge.ts';
import { choiceOf, required, textOf, wholeOf } from '../input/options.ts';
import { readTable, tableOptions } from '../input/table.ts';
import { fitEnsemble } from '../model/fit-ensemble.ts';
import { modelText } from '../model/model-file.ts';
import type { Recipe } from '../model/refit.ts';
import { fitOutcome } from '../output/fit-outcome.ts';
import { writeWhole } from '../output/write-file.ts';
import { withRunner } from '../runner.ts';

const kinds: readonly MechanismKind[] = ['mlp', 'linear', 'location-scale', 'flow'];

export const fit: Command = {
  name: 'fit',
  summary: 'fit a mechanism to every variable of a graph that is given, or learned from the same file',
  arguments: [['<data>', 'CSV file']],
  options: [
    ['--graph <file>', 'the causal graph'],
    ['--discover', 'learn the graph instead; every refit then learns its own'],
    ['--method <name>', 'how to learn it', 'auto'],
    ['--knowledge <file>', 'JSON: tiers, required, forbidden, roots, leaves'],
    ...tableOptions,
    ['--mechanism <kind>', kinds.join(', '), 'mlp'],
    ['--replicates <n>', 'refits on resampled rows, for intervals', '30'],
    ['--out <model>', 'where the model goes'],
  ],
  examples: ['cfe fit cars.csv --discover --knowledge tiers.json --out cars.model'],
  async run([path = ''], options, context) {
    const out = required(options, 'out');
    const replicates = wholeOf(options, 'replicates') ?? 30;
    const mechanisms = choiceOf(options, 'mechanism', kinds) ?? 'mlp';
    const file = textOf(options, 'graph');
    if ((file === undefined) === (options.discover !== true)) {
      throw new InputError('cli/graph-or-discover', 'fit takes either --graph FILE or --discover.');
    }
    const given = file === undefined ? undefined : await readGraph(file);
    const read = await readTable(path, options, context);
    const notes = [...read.notes];
    const table = given === undefined ? read.table : columnsOf(read.table, given, path, notes);
    const graph = given && memberOf(given, notes);
    const recipe: Recipe =
      graph === undefined ? { mechanisms, learn: await learning(options) } : { mechanisms, graph };
    for (const note of notes.slice(read.notes.length)) context.say(note);
    const begun = performance.now();
    const { seed, signal, onProgress } = context;
    let check: Falsification | undefined;
    if (graph !== undefined) {
      check = await falsify(table, graph, { seed, signal, onProgress });
      notes.push(check.message);
      context.say(check.message);
    }
    const fitted = await withRunner(replicates > 1, (runner) =>
      fitEnsemble(table, recipe, { replicates, seed, signal, onProgress, runner }),
    );
    const seconds = (performance.now() - begun) / 1000;
    signal.throwIfAborted();
    const model = await writeWhole(out, modelText(fitted, notes));
    return fitOutcome(fitted, { model, notes, seconds, check });
  },
};

async function learning(options: Typed): Promise<Extract<Recipe, { learn: object }>['learn']> {
  return {
    method: textOf(options, 'method') ?? 'auto',
    knowledge: await readKnowledge(textOf(options, 'knowledge')),
  };
}

/** The columns that the graph speaks of. */
export function columnsOf(table: Table, graph: Graph, path: string, notes: string[]): Table {
  const missing = graph.nodes.find((name) => !table.names.includes(name));
  if (missing !== undefined) {
    throw new InputError(
      'cli/graph-columns',
      `${path}: the graph has ${quoteName(missing)}, which is no usable column. Columns: ${table.names.slice(0, 12).map(quoteName).join(', ')}. ${notes.join(' ')}`.trim(),
      { path, node: missing },
    );
  }
  const extra = table.names.filter((name) => !graph.nodes.includes(name));
  if (extra.length > 0) notes.push(`Not in the graph, so left out: ${extra.map(quoteName).join(', ')}.`);
  return selectColumns(table, graph.nodes);
}

/** The graph itself, or a member of the class that it is. */
export function memberOf(graph: Graph, notes: string[]): Dag {
  if (graph.kind === 'dag') return graph as Dag;
  const dag = graph.kind === 'admg' ? undefined : extendToDag(graph);
  if (dag === undefined) {
    throw new InputError(
      'cli/no-dag',
      `fit: this ${graph.kind} is no DAG and stands for none. Give every edge a direction.`,
    );
  }
  notes.push('The graph leaves directions open; one member of its class was fitted.');
  return dag;
}
