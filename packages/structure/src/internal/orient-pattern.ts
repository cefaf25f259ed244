import type { ParentRules } from './parent-scorer.ts';

/** Why two variables are not joined: the set that separates them, and how clearly. */
export interface Separator {
  readonly set: readonly number[];
  readonly pValue: number;
}

/**
 * Orients a skeleton: what knowledge compels, colliders off the separating sets, and what follows by Meek's rules. A
 * collider that contradicts an orientation made before it is left out; the clearest independences come first.
 *
 * @param separators - by pair, at key min · d + max
 * @returns row-major `[d · d]` marks (1 at [i][j] is i → j, 2 at both is i — j), and the colliders left out
 */
export function orientPattern(
  d: number,
  adjacent: readonly ReadonlySet<number>[],
  separators: ReadonlyMap<number, Separator>,
  { allowed, required }: ParentRules,
): { readonly marks: Uint8Array; readonly conflicts: readonly (readonly number[])[] } {
  const marks = new Uint8Array(d * d);
  for (let i = 0; i < d; i++) for (const j of adjacent[i]!) marks[i * d + j] = 2;
  const may = (i: number, j: number): boolean => allowed === undefined || allowed[j * d + i] === 1;
  const orient = (i: number, j: number): void => {
    marks[i * d + j] = 1;
    marks[j * d + i] = 0;
  };
  for (let i = 0; i < d; i++) {
    for (const j of adjacent[i]!) if (required?.[j * d + i] === 1 || !may(j, i)) orient(i, j);
  }
  const colliders: { readonly triple: readonly [number, number, number]; readonly pValue: number }[] = [];
  for (let k = 0; k < d; k++) {
    const around = [...adjacent[k]!].sort((a, b) => a - b);
    for (const i of around) {
      for (const j of around) {
        if (j <= i || adjacent[i]!.has(j)) continue;
        const separator = separators.get(i * d + j);
        if (separator !== undefined && !separator.set.includes(k)) {
          colliders.push({ triple: [i, k, j], pValue: separator.pValue });
        }
      }
    }
  }
  colliders.sort((a, b) => b.pValue - a.pValue);
  const conflicts: (readonly number[])[] = [];
  for (const { triple } of colliders) {
    const [i, k, j] = triple;
    const fits = [i, j].every((a) => marks[a * d + k]! > 0 && may(a, k));
    if (fits) for (const a of [i, j]) orient(a, k);
    else conflicts.push(triple);
  }
  closeUnderMeek(marks, d, adjacent, may);
  return { marks, conflicts };
}

/** Meek (1995), rules 1 to 4. */
function closeUnderMeek(
  marks: Uint8Array,
  d: number,
  adjacent: readonly ReadonlySet<number>[],
  may: (i: number, j: number) => boolean,
): void {
  const arrow = (a: number, b: number): boolean => marks[a * d + b] === 1;
  const loose = (a: number, b: number): boolean => marks[a * d + b] === 2;
  const compelled = (a: number, b: number): boolean => {
    for (const c of adjacent[a]!) {
      if (c === b) continue;
      if (arrow(c, a) && !adjacent[c]!.has(b)) return true;
      if (arrow(a, c) && arrow(c, b)) return true;
      if (!loose(a, c)) continue;
      for (const e of adjacent[a]!) {
        if (e === c || e === b) continue;
        if (arrow(c, b) && loose(a, e) && arrow(e, b) && !adjacent[c]!.has(e)) return true;
        if (!adjacent[c]!.has(b) && arrow(c, e) && arrow(e, b)) return true;
      }
    }
    return false;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let a = 0; a < d; a++) {
      for (const b of adjacent[a]!) {
        if (!loose(a, b) || !may(a, b) || !compelled(a, b)) continue;
        marks[a * d + b] = 1;
        marks[b * d + a] = 0;
        changed = true;
      }
    }
  }
}
