import { InputError } from '@cfe/base';
import { formatGraph, type Graph, graphToJson } from '@cfe/graph';
import { graphFrom, readGraph } from '../../input/graph.ts';
import { choiceOf } from '../../input/options.ts';
import type { GraphVerb } from './verb.ts';

const formats = ['json', 'dot', 'dagitty', 'bif', 'gml', 'graphml', 'mermaid', 'csv'] as const;
type Format = (typeof formats)[number];

interface Request {
  readonly graph: Graph;
  readonly to: Format;
}

export const convert: GraphVerb<Request> = {
  name: 'convert',
  summary: 'a graph file in another format',
  arguments: [['<graph>', 'graph file']],
  options: [['--to <format>', formats.join(', '), 'json']],
  examples: ['cfe graph convert cars.json --to dot > cars.dot'],
  async requestFrom([path = ''], options) {
    return { graph: await readGraph(path), to: choiceOf(options, 'to', formats) ?? 'json' };
  },
  requestFromJson({ graph, to = 'json' }) {
    const format = formats.find((name) => name === to);
    if (format === undefined)
      throw new InputError('cli/request', `"to" must be one of ${formats.join(', ')}.`);
    return { graph: graphFrom(graph), to: format };
  },
  answer({ graph, to }) {
    return to === 'json' ? { graph: graphToJson(graph) } : { format: to, text: formatGraph(graph, to) };
  },
  textOf(answer) {
    const { graph, text } = answer as { readonly graph?: object; readonly text?: string };
    return text ?? JSON.stringify(graph, null, 2);
  },
};
