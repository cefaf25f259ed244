import type { ParentRules } from './parent-scorer.ts';

/** What may orient an edge beside the class itself. */
export interface OrientationEvidence extends ParentRules {
  /** sets of nodes intervened on together */
  readonly targets?: readonly (readonly number[])[] | undefined;
}

/**
 * The maximally oriented graph of all DAGs that fit a DAG's equivalence class, the targets and the knowledge, as a
 * row-major `[d · d]` matrix: 1 at [i][j] is i → j, 2 at both places is i — j.
 *
 * Every orientation is read off the member DAG, so that the closure decides only *whether* an edge is compelled.
 *
 * @param parents - of the member DAG, which obeys the knowledge
 * @see Meek (1995), Causal inference and causal explanation with background knowledge, rules 1–4
 * @see Hauser and Bühlmann (2012), JMLR 13, 2409–2464
 */
export function orientClass(
  parents: readonly ArrayLike<number>[],
  evidence: OrientationEvidence,
): Uint8Array {
  const d = parents.length;
  const { targets = [], allowed, required } = evidence;
  const marks = new Uint8Array(d * d);
  const adjacent: number[][] = Array.from({ length: d }, () => []);
  for (let b = 0; b < d; b++) {
    for (const a of Array.from(parents[b]!)) {
      marks[a * d + b] = marks[b * d + a] = 2;
      adjacent[a]!.push(b);
      adjacent[b]!.push(a);
    }
  }
  const joined = (a: number, b: number): boolean => marks[a * d + b] !== 0 || marks[b * d + a] !== 0;
  const arrow = (a: number, b: number): boolean => marks[a * d + b] === 1;
  const loose = (a: number, b: number): boolean => marks[a * d + b] === 2;
  const orient = (a: number, b: number): void => {
    marks[a * d + b] = 1;
    marks[b * d + a] = 0;
  };
  const inTarget = targets.map((set) => {
    const flags = new Uint8Array(d);
    for (const v of set) flags[v] = 1;
    return flags;
  });
  const open: [number, number][] = [];
  for (let b = 0; b < d; b++) {
    const into = Array.from(parents[b]!);
    for (const a of into) {
      const collider = into.some((c) => c !== a && !joined(a, c));
      const separated = inTarget.some((flags) => flags[a] !== flags[b]);
      const known = allowed?.[a * d + b] === 0 || required?.[b * d + a] === 1;
      if (collider || separated || known) orient(a, b);
      else open.push([a, b]);
    }
  }
  const compelled = (a: number, b: number): boolean => {
    for (const c of adjacent[a]!) {
      if (c === b) continue;
      if (arrow(c, a) && !joined(c, b)) return true;
      if (arrow(a, c) && arrow(c, b)) return true;
      if (!loose(a, c)) continue;
      if (arrow(c, b)) {
        for (const e of adjacent[a]!) if (e !== c && loose(a, e) && arrow(e, b) && !joined(c, e)) return true;
      }
      if (!joined(c, b)) {
        for (const e of adjacent[a]!) if (e !== c && arrow(c, e) && arrow(e, b)) return true;
      }
    }
    return false;
  };
  for (let left = open, count = -1; count !== left.length; ) {
    count = left.length;
    left = left.filter(([a, b]) => {
      if (!compelled(a, b)) return true;
      orient(a, b);
      return false;
    });
  }
  return marks;
}
