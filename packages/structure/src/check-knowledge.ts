import { InputError, quoteName, throwUnknownName } from '@cfe/base';
import type { Knowledge } from './knowledge.ts';

/** Knowledge as flags `[child · d + parent]`: which parents a variable may have, and which it must have. */
export interface CheckedKnowledge {
  readonly allowed: Uint8Array;
  readonly required: Uint8Array;
}

/**
 * Knowledge in terms of indices, after checking that it can hold.
 *
 * @returns `undefined` if nothing is known
 * @throws {@link UnknownNameError} if it names a variable that is not among `nodes`
 * @throws {@link InputError} (`structure/contradictory-knowledge`) naming the statements that cannot hold together
 * @example
 * import { checkKnowledge } from '@cfe/structure';
 * checkKnowledge({ roots: ['x'] }, ['x', 'y'])?.allowed; // → [1, 0, 1, 1]
 */
export function checkKnowledge(
  knowledge: Knowledge | undefined,
  nodes: readonly string[],
): CheckedKnowledge | undefined {
  if (knowledge === undefined) return undefined;
  const d = nodes.length;
  const indices = new Map(nodes.map((name, i) => [name, i]));
  const index = (name: string): number =>
    indices.get(name) ?? throwUnknownName('knowledge', 'variable', name, nodes);
  const allowed = new Uint8Array(d * d).fill(1);
  const required = new Uint8Array(d * d);
  const reasons = new Map<number, string>();
  const forbid = (from: number, to: number, reason: string): void => {
    allowed[to * d + from] = 0;
    if (!reasons.has(to * d + from)) reasons.set(to * d + from, reason);
  };

  const tierOf = new Map<number, number>();
  for (const [tier, names] of (knowledge.tiers ?? []).entries()) {
    for (const name of names) {
      const i = index(name);
      const before = tierOf.get(i);
      if (before !== undefined && before !== tier) {
        contradiction(`${quoteName(name)} is in tier ${before + 1} and in tier ${tier + 1}`, {
          variable: name,
        });
      }
      tierOf.set(i, tier);
    }
  }
  for (const [a, tierA] of tierOf) {
    for (const [b, tierB] of tierOf)
      if (tierA > tierB) forbid(a, b, `${quoteName(nodes[a]!)} is in a later tier`);
  }
  for (const name of knowledge.roots ?? []) {
    const j = index(name);
    for (let i = 0; i < d; i++) if (i !== j) forbid(i, j, `${quoteName(name)} is a root`);
  }
  for (const name of knowledge.leaves ?? []) {
    const i = index(name);
    for (let j = 0; j < d; j++) if (i !== j) forbid(i, j, `${quoteName(name)} is a leaf`);
  }
  for (const [from, to] of knowledge.forbidden ?? []) forbid(index(from), index(to), 'it is forbidden');
  for (const [from, to] of knowledge.required ?? []) {
    const a = index(from);
    const b = index(to);
    if (a === b) contradiction(`${quoteName(from)} cannot cause itself`, { edge: [from, to] });
    required[b * d + a] = 1;
    if (allowed[b * d + a] === 0) {
      contradiction(
        `the edge ${quoteName(from)} → ${quoteName(to)} is required, but ${reasons.get(b * d + a)}`,
        { edge: [from, to] },
      );
    }
    allowed[a * d + b] = 0;
  }
  const cycle = cycleIn(required, d);
  if (cycle !== undefined) {
    const names = cycle.map((i) => nodes[i]!);
    contradiction(`the required edges form the cycle ${names.map(quoteName).join(' → ')}`, { cycle: names });
  }
  return { allowed, required };
}

function contradiction(what: string, details: Readonly<Record<string, unknown>>): never {
  throw new InputError(
    'structure/contradictory-knowledge',
    `knowledge: ${what}. Take one of them back.`,
    details,
  );
}

function cycleIn(required: Uint8Array, d: number): number[] | undefined {
  const state = new Uint8Array(d);
  const path: number[] = [];
  const visit = (j: number): number[] | undefined => {
    state[j] = 1;
    path.push(j);
    for (let i = 0; i < d; i++) {
      if (required[j * d + i] !== 1) continue;
      if (state[i] === 1) return [...path.slice(path.indexOf(i)), i].reverse();
      const found = state[i] === 0 ? visit(i) : undefined;
      if (found !== undefined) return found;
    }
    state[j] = 2;
    path.pop();
    return undefined;
  };
  for (let j = 0; j < d; j++) {
    const found = state[j] === 0 ? visit(j) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
