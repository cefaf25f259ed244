import type { Answer, IdentifiedBy } from './answer.ts';
import { observationalAssumptions } from './internal/assumptions.ts';

const order: readonly IdentifiedBy[] = ['graph', 'functional-form', 'convention', 'not'];

/**
 * What several answers rest on that are told together: the basis of the shakiest of them.
 *
 * From firm to shaky: the graph, the form of the mechanisms, a convention, nothing that identifies the answer.
 *
 * @param parts - with none of them, the graph
 * @example
 * import { shakiest } from '@cfe/counterfactuals';
 * const parts = [
 *   { identifiedBy: 'graph', assumptions: [] },
 *   { identifiedBy: 'functional-form', assumptions: ['each mechanism is increasing in its noise'] },
 * ] as const;
 * shakiest(parts).identifiedBy; // → 'functional-form'
 */
export function shakiest(
  parts: readonly Pick<Answer, 'identifiedBy' | 'assumptions'>[],
): Pick<Answer, 'identifiedBy' | 'assumptions'> {
  const rank = ({ identifiedBy }: (typeof parts)[number]): number => order.indexOf(identifiedBy);
  const none = { identifiedBy: 'graph', assumptions: observationalAssumptions() } as const;
  const [{ identifiedBy, assumptions } = none] = [...parts].sort((a, b) => rank(b) - rank(a));
  return { identifiedBy, assumptions };
}
