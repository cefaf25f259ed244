import { checkScenarios } from '@cfe/autograd';
import type { Block } from '@cfe/report';

/** The gradient check as a sentence and a table. */
export function gradientBlocks(): {
  readonly blocks: Block[];
  readonly passed: boolean;
  readonly sentence: string;
} {
  const scenarios = checkScenarios();
  const good = scenarios.filter(({ passed }) => passed).length;
  const leak = Math.max(...scenarios.map((scenario) => scenario.leak));
  const error = Math.max(...scenarios.map(({ maxRelativeError }) => maxRelativeError));
  const passed = good === scenarios.length;
  const sentence = `${good} of ${scenarios.length} scenarios passed: largest gradient past an intervention ${leak === 0 ? 'exactly 0' : leak.toExponential(1)}, largest relative error ${error.toExponential(0)} against complex-step differentiation.`;
  return {
    passed,
    sentence,
    blocks: [
      {
        kind: 'text',
        text: 'Where a variable is set, its own mechanism must get no gradient, and everything downstream all of it. The executor that fitted the model is held against complex-step differentiation of a separate interpreter.',
      },
      { kind: 'text', text: sentence },
      {
        kind: 'details',
        summary: `All ${scenarios.length} scenarios`,
        blocks: [
          {
            kind: 'table',
            head: ['Scenario', 'Leak', 'Relative error', ''],
            numeric: [1, 2],
            rows: scenarios.map(({ name, leak: own, maxRelativeError, passed: ok }) => [
              name,
              own === 0 ? '0' : own.toExponential(1),
              maxRelativeError.toExponential(1),
              ok ? 'passed' : 'FAILED',
            ]),
          },
        ],
      },
    ],
  };
}
