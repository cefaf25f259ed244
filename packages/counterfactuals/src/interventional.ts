import type { Do, Evidence } from '@cfe/scm';
import { interventionsOf } from '@cfe/scm';
import { interventionalAssumptions } from './internal/assumptions.ts';
import { type LawAnswer, type LawOptions, lawOf } from './observational.ts';
import type { Subject } from './subject.ts';

/**
 * What a variable would be on average, and how it would vary, if everyone were treated so: new individuals, with
 * their mechanisms replaced as the action says. The second rung.
 *
 * With `given`, only those of whom that is observed *after* the action. Each member of an ensemble draws its own noise,
 * so the interval covers the parameters' uncertainty and the simulation's.
 *
 * Asking for a variable that the action itself sets is answered, with a warning that it says nothing.
 *
 * @throws {@link UnknownNameError} if the model has no such outcome
 * @throws {@link InputError} if the evidence is impossible or too unlikely to simulate
 * @see Pearl (2009), Causality, section 3.2
 * @example
 * import { interventional } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * (await interventional(model, 'y', { do: { x: 3 }, samples: 10 })).identifiedBy; // → 'graph'
 */
export async function interventional(
  subject: Subject,
  outcome: string,
  options: LawOptions & { readonly do: Do; readonly given?: Evidence | undefined },
): Promise<LawAnswer> {
  const answer = await lawOf(
    'interventional',
    subject,
    outcome,
    { do: options.do, given: options.given },
    options,
    { identifiedBy: 'graph', assumptions: interventionalAssumptions() },
  );
  const degenerate = interventionsOf(options.do).some(
    ({ target, kind }) => target === outcome && kind === 'hard',
  );
  if (!degenerate) return answer;
  return {
    ...answer,
    warnings: [...answer.warnings, `${outcome} is itself set by the action: the answer is that value.`],
  };
}
