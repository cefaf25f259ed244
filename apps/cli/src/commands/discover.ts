import { graphToJson } from '@cfe/graph';
import { learnStructure, type MethodName, type StructureResult } from '@cfe/structure';
import type { Command } from '../command.ts';
import { readKnowledge } from '../input/knowledge.ts';
import { numberOf, textOf, wholeOf } from '../input/options.ts';
import { readTable, tableOptions } from '../input/table.ts';
import { edgeLines, toldEdges } from '../output/edges.ts';
import { shown } from '../output/numbers.ts';
import { writeWhole } from '../output/write-file.ts';
import { withRunner } from '../runner.ts';

/** With fewer variables a search is over before threads have started. */
const worthThreads = 100;

export const discover: Command = {
  name: 'discover',
  summary: 'learn the causal graph behind a table, as far as the data tell it',
  arguments: [['<data>', 'CSV file']],
  options: [
    ['--method <name>', 'how to learn', 'auto'],
    ...tableOptions,
    ['--knowledge <file>', 'JSON: tiers, required, forbidden, roots, leaves'],
    ['--bootstrap <n>', 'resamples from which the confidence of every edge is told', '0'],
    ['--restarts <n>', 'how long to search: rounds after the first optimum'],
    ['--seconds <s>', 'how long to search, in seconds'],
    ['--out <file>', 'also write the graph there, as JSON'],
  ],
  examples: [
    'cfe discover cars.csv --bootstrap 50',
    'cfe discover cells.csv --regime experiment --targets targets.json',
  ],
  async run([path = ''], options, context) {
    const knowledge = await readKnowledge(textOf(options, 'knowledge'));
    const resamples = wholeOf(options, 'bootstrap') ?? 0;
    const [restarts, limit] = [wholeOf(options, 'restarts'), numberOf(options, 'seconds')];
    const { table, notes } = await readTable(path, options, context);
    const begun = performance.now();
    const { seed, signal, onProgress } = context;
    const result = await withRunner(resamples > 1 || table.names.length >= worthThreads, (runner) =>
      learnStructure(table, {
        method: textOf(options, 'method') as MethodName,
        knowledge,
        bootstrap: resamples,
        budget: {
          ...(restarts === undefined ? {} : { restarts }),
          ...(limit === undefined ? {} : { seconds: limit }),
        },
        seed,
        signal,
        onProgress,
        runner,
      }),
    );
    const seconds = (performance.now() - begun) / 1000;
    const edges = toldEdges(result.graph, result.confidence, table.names);
    const out = textOf(options, 'out');
    if (out !== undefined) await writeWhole(out, `${JSON.stringify(graphToJson(result.graph), null, 2)}\n`);
    const { method, score, status, message, details } = result;
    return {
      json: {
        kind: result.graph.kind,
        nodes: result.graph.nodes,
        edges,
        method,
        score,
        seconds,
        status,
        message,
        notes,
        ...told(details, ['intercepts', 'smallestDetectablePartialCorrelation', 'determined']),
      },
      text: [
        `${table.names.length} variables, ${table.rows} rows, ${method}, ${seconds.toFixed(1)} s. ${message}`,
        edgeLines(edges),
        meaningOf(result),
        ...(resamples === 0 ? [] : [`%: share of ${resamples} resamples with that edge.`]),
        `Score ${shown(score, 7)} (lower is better).${out === undefined ? '' : ` Graph written to ${out}.`}`,
      ].join('\n'),
    };
  },
};

/** Those of a result's details that it has. */
function told(details: StructureResult['details'], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => details[name] !== undefined).map((name) => [name, details[name]]),
  );
}

/** What the graph stands for, in a sentence. */
export function meaningOf({ graph }: Pick<StructureResult, 'graph'>): string {
  const open = graph.neighbours.items.length / 2;
  if (open === 0)
    return 'Every direction is settled by the data and what was stated, if no common cause is hidden.';
  return `— : the data do not tell the direction (${open} ${open === 1 ? 'edge' : 'edges'}); experiments or knowledge would.`;
}
