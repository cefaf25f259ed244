import type { Answer } from '@cfe/counterfactuals';

const rests: Readonly<Record<Answer['identifiedBy'], string>> = {
  graph: 'the graph',
  'functional-form': "the graph and the mechanisms' form, which no data can confirm",
  convention: "the graph, the mechanisms' form and the Gumbel-max rule, which no data can confirm",
  not: 'nothing that identifies it: one of many numbers that fit',
};

/** What an answer rests on, what it assumes, and what to mind, a line each. */
export function basisLines({
  identifiedBy,
  assumptions,
  warnings,
}: Pick<Answer, 'identifiedBy' | 'assumptions' | 'warnings'>): string[] {
  return [
    ...(identifiedBy === 'graph' ? [] : [`Rests on ${rests[identifiedBy]}.`]),
    `Assumed: ${assumptions.join('; ')}.`,
    ...warnings.map((warning) => `Note: ${warning}`),
  ];
}
