import { InputError, quoteName, throwUnknownName } from '@cfe/base';
import type { Evidence } from '../causal-model.ts';
import type { DiscreteNode } from '../discrete-model.ts';

/** Evidence as node index → level index. */
export function readLevels(
  role: string,
  nodes: readonly DiscreteNode[],
  evidence: Evidence | undefined,
): Map<number, number> {
  const names = nodes.map(({ name }) => name);
  const found = new Map<number, number>();
  for (const [name, value] of Object.entries(evidence ?? {})) {
    const j = names.indexOf(name);
    if (j < 0) throwUnknownName(role, 'variable', name, names);
    found.set(j, levelOf(role, nodes[j] as DiscreteNode, value));
  }
  return found;
}

/** A level by name, or by index as a number. */
export function levelOf(role: string, { name, levels }: DiscreteNode, value: unknown): number {
  if (typeof value === 'string') {
    const named = levels.indexOf(value);
    return named >= 0 ? named : throwUnknownName(role, `level of ${quoteName(name)}`, value, levels);
  }
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < levels.length)
    return value as number;
  throw new InputError(
    'scm/evidence',
    `${role}: ${quoteName(name)} needs one of its levels (${levels.slice(0, 8).map(quoteName).join(', ')}) or an index from 0 to ${levels.length - 1}, got ${String(value)}.`,
    { name, value },
  );
}
