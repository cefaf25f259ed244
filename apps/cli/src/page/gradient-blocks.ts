import type { Block } from '@cfe/report';
import { type CheckedExecutor, gradientSentence } from '../model/check-gradients.ts';

/** The gradient check as a sentence and a table. */
export function gradientBlocks(checked: readonly CheckedExecutor[]): Block[] {
  return [
    {
      kind: 'text',
      text: 'Where a variable is set, its own mechanism must get no gradient, and everything downstream all of it. The reference and the executor that fitted this model are held against complex-step differentiation of a separate interpreter.',
    },
    { kind: 'text', text: gradientSentence(checked) },
    {
      kind: 'details',
      summary: 'All scenarios',
      blocks: checked.map(({ executor, dtype, scenarios }) => ({
        kind: 'table',
        head: [`${executor.split('/')[0]} (${dtype})`, 'Leak', 'Relative error', ''],
        numeric: [1, 2],
        rows: scenarios.map(({ name, leak, maxRelativeError, passed }) => [
          name,
          leak === 0 ? '0' : leak.toExponential(1),
          maxRelativeError.toExponential(1),
          passed ? 'passed' : 'FAILED',
        ]),
      })),
    },
  ];
}
