import { InputError, quoteName } from '@cfe/base';

/**
 * How a variable answers to its parents.
 *
 * - `linear`: Σ weight · parent + intercept
 * - `spline`: a sum of smooth curves, one per continuous parent (natural cubic, straight beyond the data), no interactions
 * - `mlp`: linear plus a tanh network, so that it starts as the least-squares line and learns what bends and interacts
 *
 * A continuous variable adds noise to this; a categorical one takes it as logits and picks a level (Gumbel-max).
 */
export type MechanismSpec =
  | { readonly kind: 'linear' }
  /** knots per parent, default 6, at least 3 */
  | { readonly kind: 'spline'; readonly knots?: number | undefined }
  /** hidden widths, default `[16]` */
  | { readonly kind: 'mlp'; readonly hidden?: readonly number[] | undefined };

/** A mechanism, or the name of one with its defaults. */
export type MechanismChoice = MechanismSpec['kind'] | MechanismSpec;

/** A mechanism with every setting written out. */
export interface MechanismSettings {
  readonly kind: MechanismSpec['kind'];
  readonly knots: number;
  readonly hidden: readonly number[];
}

/** @throws {@link InputError} if the mechanism is none of the known ones or a setting is out of range */
export function mechanismSettings(choice: MechanismChoice, variable: string): MechanismSettings {
  const spec = typeof choice === 'string' ? ({ kind: choice } as MechanismSpec) : choice;
  const settings: MechanismSettings = {
    kind: spec.kind,
    knots: spec.kind === 'spline' ? (spec.knots ?? 6) : 0,
    hidden: spec.kind === 'mlp' ? [...(spec.hidden ?? [16])] : [],
  };
  const problem = problemOf(settings);
  if (problem !== undefined) {
    throw new InputError('network/mechanism', `createNetwork: the mechanism of ${quoteName(variable)} ${problem}.`, {
      variable,
      mechanism: choice,
    });
  }
  return settings;
}

function problemOf({ kind, knots, hidden }: MechanismSettings): string | undefined {
  if (!['linear', 'spline', 'mlp'].includes(kind)) return `must be linear, spline or mlp, got ${String(kind)}`;
  if (kind === 'spline' && !(Number.isInteger(knots) && knots >= 3 && knots <= 50)) {
    return `needs a whole number of knots from 3 to 50, got ${knots}`;
  }
  if (kind === 'mlp' && !(hidden.length > 0 && hidden.every((h) => Number.isInteger(h) && h > 0 && h <= 65_536))) {
    return `needs one or more hidden widths, whole and positive, got [${hidden.join(', ')}]`;
  }
  return undefined;
}
