import { ancestorsOf, descendantsOf } from '@cfe/graph';
import { type AnyCausalModel, type Do, interventionsOf } from '@cfe/scm';
import type { Answer, IdentifiedBy } from '../answer.ts';

const noHiddenCause = 'no hidden common cause of any two variables';
const causal = [
  'the graph is right: no missing or reversed edge among these variables',
  noHiddenCause,
] as const;

/** The same assumptions where some hidden causes were declared, and found to do no harm. */
export function despiteDeclared(assumptions: readonly string[]): readonly string[] {
  return assumptions.map((text) => (text === noHiddenCause ? `${text} but those declared` : text));
}

/** What an answer rests on that only conditions the fitted joint law. */
export function observationalAssumptions(): readonly string[] {
  return ['the fitted mechanisms are flexible enough for the values asked about'];
}

/** What an interventional answer rests on. */
export function interventionalAssumptions(): readonly string[] {
  return [...causal, ...observationalAssumptions()];
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

/**
 * What each variable's counterfactual rests on: only the graph where the action cannot reach it, and the Gumbel-max rule
 * only where a category is decided anew on the way.
 */
export function counterfactualBasis(
  { graph, variables }: AnyCausalModel,
  action: Do,
): (name: string) => Pick<Answer, 'identifiedBy' | 'assumptions'> {
  const acted = new Set(interventionsOf(action).map(({ target }) => target));
  const reached = new Set(descendantsOf(graph, [...acted]));
  const anew = variables.filter(
    ({ kind, name }) => kind === 'categorical' && reached.has(name) && !acted.has(name),
  );
  return (name) => {
    if (!reached.has(name)) return { identifiedBy: 'graph', assumptions: observationalAssumptions() };
    const causes = new Set(ancestorsOf(graph, name));
    const identifiedBy = anew.some((variable) => causes.has(variable.name))
      ? 'convention'
      : 'functional-form';
    return { identifiedBy, assumptions: counterfactualAssumptions(identifiedBy) };
  };
}
