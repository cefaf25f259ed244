import type { Plan } from '@cfe/autograd';
import { throwUnknownName } from '@cfe/base';

/** Indices of variables by name; all of them without names. */
export function indicesOf(plan: Plan, names: readonly string[] | undefined, where: string): number[] {
  if (names === undefined) return plan.names.map((_, j) => j);
  return names.map((name) => {
    const j = plan.names.indexOf(name);
    return j >= 0 ? j : throwUnknownName(where, 'variable', name, plan.names);
  });
}
