import { dSeparated, type Graph, mSeparated } from '@cfe/graph';
import { graphFrom, readGraph } from '../../input/graph.ts';
import { namesOf, required, textOf } from '../../input/options.ts';
import { namesIn } from './request.ts';
import type { GraphVerb } from './verb.ts';

interface Request {
  readonly graph: Graph;
  readonly x: readonly string[];
  readonly y: readonly string[];
  readonly given: readonly string[];
}

export const dsep: GraphVerb<Request> = {
  name: 'dsep',
  summary: 'whether two sets of variables are separated by a third',
  arguments: [['<graph>', 'graph file']],
  options: [
    ['--x <names>', 'a variable, or several with commas between'],
    ['--y <names>', 'the other side'],
    ['--given <names>', 'what is conditioned on'],
  ],
  examples: ['cfe graph dsep cars.json --x year --y mpg --given weight'],
  async requestFrom([path = ''], options) {
    return {
      graph: await readGraph(path),
      x: namesOf(required(options, 'x')),
      y: namesOf(required(options, 'y')),
      given: namesOf(textOf(options, 'given')),
    };
  },
  requestFromJson(line) {
    return {
      graph: graphFrom(line.graph),
      x: namesIn(line, 'x'),
      y: namesIn(line, 'y'),
      given: line.given === undefined ? [] : namesIn(line, 'given'),
    };
  },
  answer({ graph, x, y, given }) {
    const separated =
      graph.kind === 'admg'
        ? mSeparated(graph as Graph<'admg'>, x, y, given)
        : dSeparated(graph as Graph<'dag'>, x, y, given);
    return { separated };
  },
  textOf(answer) {
    return (answer as { readonly separated: boolean }).separated ? 'separated' : 'connected';
  },
};
