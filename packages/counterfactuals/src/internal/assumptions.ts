import type { IdentifiedBy } from '../answer.ts';

const causal = [
  'the graph is right: no missing or reversed edge among these variables',
  'no hidden common cause of any two variables',
] as const;

/** What an interventional answer rests on. */
export function interventionalAssumptions(): readonly string[] {
  return [...causal, 'the fitted mechanisms are flexible enough for the values asked about'];
}

/** What a counterfactual answer rests on. */
export function counterfactualAssumptions(by: IdentifiedBy): readonly string[] {
  const increasing =
    'each mechanism is strictly increasing in its noise, and the noise is independent of the causes; no data can confirm the first';
  const gumbel =
    'categorical outcomes come about by the Gumbel-max rule, a convention that no data can confirm';
  return [...causal, increasing, ...(by === 'convention' ? [gumbel] : [])];
}

/** What an answer rests on in which one individual's values from two worlds meet. */
export function crossWorldAssumptions(): readonly string[] {
  return [
    ...interventionalAssumptions(),
    'the noise of different variables is independent, so that what a mediator would have been says nothing more of the outcome',
  ];
}
