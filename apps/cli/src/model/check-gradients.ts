import { checkScenarios, type Executor, type Plan, type ScenarioResult } from '@cfe/autograd';
import { selectedExecutor } from './executor.ts';

/** One executor in every scenario. */
export interface CheckedExecutor {
  readonly executor: string;
  readonly dtype: string;
  readonly scenarios: readonly ScenarioResult[];
  readonly passed: boolean;
}

/** Holds the reference, and what models here really run on, against complex-step differentiation. */
export async function checkGradients(): Promise<readonly CheckedExecutor[]> {
  const used = checkOne(await selectedExecutor());
  const reference = checkOne();
  return used.executor === reference.executor ? [reference] : [reference, used];
}

function checkOne(create?: (plan: Plan) => Executor): CheckedExecutor {
  let [executor, dtype] = ['reference', 'float64'];
  const scenarios =
    create === undefined
      ? checkScenarios()
      : checkScenarios((plan) => {
          const made = create(plan);
          [executor, dtype] = [made.name, made.dtype];
          return made;
        });
  return { executor, dtype, scenarios, passed: scenarios.every(({ passed }) => passed) };
}

/** The check in a sentence. */
export function gradientSentence(checked: readonly CheckedExecutor[]): string {
  const all = checked.flatMap(({ scenarios }) => scenarios);
  const leak = Math.max(...all.map((scenario) => scenario.leak));
  const good = all.filter(({ passed }) => passed).length;
  const errors = checked.map(
    ({ executor, dtype, scenarios }) =>
      `${Math.max(...scenarios.map(({ maxRelativeError }) => maxRelativeError)).toExponential(0)} (${executor.split('/')[0]}, ${dtype})`,
  );
  return `${good} of ${all.length} passed: largest gradient past an intervention ${leak === 0 ? 'exactly 0' : leak.toExponential(1)}, largest relative error ${errors.join(' and ')} against complex-step differentiation.`;
}
