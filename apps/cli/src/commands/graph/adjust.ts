import { type Adjustment, adjust as adjustmentFor, type Graph } from '@cfe/graph';
import { graphFrom, readGraph } from '../../input/graph.ts';
import { namesOf, required, textOf } from '../../input/options.ts';
import { namesIn } from './request.ts';
import type { GraphVerb } from './verb.ts';

interface Request {
  readonly graph: Graph;
  readonly treatment: readonly string[];
  readonly outcome: readonly string[];
  readonly latent: readonly string[];
}

export const adjust: GraphVerb<Request> = {
  name: 'adjust',
  summary: 'what to adjust for, so that a regression gives an effect; front doors and instruments',
  arguments: [['<graph>', 'graph file']],
  options: [
    ['--treatment <names>', 'a variable, or several with commas between'],
    ['--outcome <names>', 'likewise'],
    ['--latent <names>', 'drawn in the graph but not measured'],
  ],
  examples: ['cfe graph adjust cars.json --treatment weight --outcome mpg'],
  async requestFrom([path = ''], options) {
    return {
      graph: await readGraph(path),
      treatment: namesOf(required(options, 'treatment')),
      outcome: namesOf(required(options, 'outcome')),
      latent: namesOf(textOf(options, 'latent')),
    };
  },
  requestFromJson(line) {
    return {
      graph: graphFrom(line.graph),
      treatment: namesIn(line, 'treatment'),
      outcome: namesIn(line, 'outcome'),
      latent: line.latent === undefined ? [] : namesIn(line, 'latent'),
    };
  },
  answer({ graph, treatment, outcome, latent }) {
    const question = { treatment, outcome, ...(latent.length === 0 ? {} : { latent }) };
    return adjustmentFor(graph, question);
  },
  textOf(answer) {
    const { identifiable, sets, optimal, frontdoor, instruments, reason } = answer as Adjustment;
    const list = (set: readonly string[] | null): string =>
      set === null ? 'none' : set.length === 0 ? '{} (nothing to adjust for)' : `{${set.join(', ')}}`;
    return [
      identifiable
        ? 'The effect can be told from observations.'
        : 'The effect cannot be told from observations alone.',
      `Smallest adjustment sets: ${sets.length === 0 ? 'none' : sets.map(list).join(' ')}`,
      `With the least variance: ${list(optimal)}`,
      `Front door: ${list(frontdoor)}`,
      `Instruments: ${instruments.length === 0 ? 'none' : instruments.map(({ instrument, given }) => (given.length === 0 ? instrument : `${instrument} given ${given.join(', ')}`)).join('; ')}`,
      ...(reason === null ? [] : [reason]),
    ].join('\n');
  },
};
