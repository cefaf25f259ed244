import type { Distribution } from './distribution.ts';
import type { Mechanism } from './mechanism.ts';

/** One number or level name for all rows, or one number per row. In a per-row value NaN leaves that row alone. */
export type Value = number | string | ArrayLike<number>;

/**
 * What is done to one variable.
 *
 * With f the variable's own mechanism and u its noise:
 * - `hard`: x := value; edges into it are cut, for that row only
 * - `stochastic`: x ~ distribution, independent of everything; edges cut
 * - `shift`: x := f + by
 * - `scale`: x := f · by
 * - `noise`: u's scale times `factor`
 * - `replace`: f replaced by `mechanism`, which reads `parents` (what the literature calls imperfect or soft)
 * - `blend`: x := (1 − weight) · f + weight · what `with` would give
 * - `sometimes`: for each row, with `probability`, `with`; otherwise f. A different law from `blend`.
 */
export type Intervention = { readonly target: string } & Act;

type Act =
  | { readonly kind: 'hard'; readonly value: Value }
  | { readonly kind: 'stochastic'; readonly distribution: Distribution }
  | { readonly kind: 'shift'; readonly by: Value }
  | { readonly kind: 'scale'; readonly by: Value }
  | { readonly kind: 'noise'; readonly factor: number }
  | { readonly kind: 'replace'; readonly mechanism: Mechanism; readonly parents: readonly string[] }
  | { readonly kind: 'blend'; readonly with: Intervention; readonly weight: number }
  | { readonly kind: 'sometimes'; readonly with: Intervention; readonly probability: number };

/** An action on a model: hard values by name, or a list of interventions, applied in order. */
export type Do = Readonly<Record<string, Value>> | readonly Intervention[];

/**
 * The list form of an action.
 *
 * @example
 * import { interventionsOf } from '@cfe/scm';
 * interventionsOf({ x: 1 }); // → [{ target: 'x', kind: 'hard', value: 1 }]
 */
export function interventionsOf(action: Do | undefined): readonly Intervention[] {
  if (action === undefined) return [];
  if (isList(action)) return action;
  return Object.entries(action).map(([target, value]) => ({ target, kind: 'hard', value }));
}

function isList(action: Do): action is readonly Intervention[] {
  return Array.isArray(action);
}
