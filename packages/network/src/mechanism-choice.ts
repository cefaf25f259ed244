import type { Activation, Head, MechanismSpec } from '@cfe/autograd';
import { InputError, quoteName, throwUnknownName, type Variable } from '@cfe/base';

/**
 * How a variable answers to its parents and its noise.
 *
 * - `linear`: x = Σ weight · parent + intercept + σ·u
 * - `mlp`: x = g(parents) + σ·u, where g is linear plus a network that bends it
 * - `location-scale`: x = g(parents) + exp(s(parents))·u: the spread too answers to the parents
 * - `flow`: x = T(u; parents), strictly increasing in u: noise of any shape that enters in any monotone way
 * - `categorical`: the level with the largest logit(parents) + Gumbel noise
 */
export type MechanismKind = 'linear' | 'mlp' | 'location-scale' | 'flow' | 'categorical';

/** A mechanism with the settings that matter written out; the others take their defaults. */
export interface MechanismOptions {
  readonly kind: MechanismKind;
  /** hidden widths; default `[16]`, and none for `linear` */
  readonly hidden?: readonly number[] | undefined;
  /** between layers; default `'tanh'` */
  readonly activation?: Activation | undefined;
  /**
   * `'linear'` (default): the output reads the parents directly too, so that a fit starts from least squares and goes
   * on straight where the data end
   */
  readonly skip?: 'linear' | 'none' | undefined;
  /** bends of a flow's noise; default 4 */
  readonly components?: number | undefined;
}

/** A mechanism, or the name of one with its defaults. */
export type MechanismChoice = MechanismKind | MechanismOptions;

/** A mechanism with every setting written out. */
export interface MechanismSettings {
  readonly kind: MechanismKind;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly skip: 'linear' | 'none';
  /** 0 where it is no flow */
  readonly components: number;
}

export const mechanismKinds: readonly MechanismKind[] = [
  'linear',
  'mlp',
  'location-scale',
  'flow',
  'categorical',
];

/**
 * Every variable's mechanism, from one choice for all or choices by name.
 *
 * @throws {@link UnknownNameError} if a choice is for no variable
 * @throws {@link InputError} if a choice does not fit its variable
 */
export function mechanismsFor(
  variables: readonly Variable[],
  choices: MechanismChoice | Readonly<Record<string, MechanismChoice>>,
): MechanismSettings[] {
  const names = variables.map(({ name }) => name);
  if (isOne(choices, names)) return variables.map((variable) => settingsFor(variable, choices, 'all'));
  for (const name of Object.keys(choices)) {
    if (!names.includes(name)) throwUnknownName('createNetwork', 'variable', name, names);
  }
  return variables.map((variable) =>
    Object.hasOwn(choices, variable.name)
      ? settingsFor(variable, choices[variable.name] as MechanismChoice, 'one')
      : settingsFor(variable, 'mlp', 'all'),
  );
}

/** What a mechanism is to the plan. */
export function specOf(variable: Variable, settings: MechanismSettings): MechanismSpec {
  const { hidden, activation, skip } = settings;
  return { hidden, activation, skip, head: headOf(variable, settings) };
}

function headOf(variable: Variable, { kind, components }: MechanismSettings): Head {
  if (variable.kind === 'categorical') return { kind: 'categorical', levels: variable.levels.length };
  if (kind === 'location-scale') return { kind: 'location-scale' };
  if (kind === 'flow') return { kind: 'flow', components };
  return { kind: 'additive', scale: 'learned' };
}

function isOne(
  choices: MechanismChoice | Readonly<Record<string, MechanismChoice>>,
  names: readonly string[],
): choices is MechanismChoice {
  return typeof choices === 'string' || (typeof choices.kind === 'string' && !names.includes('kind'));
}

/** A choice made for all variables gives a categorical one its own head; one made by name has to fit. */
function settingsFor(variable: Variable, choice: MechanismChoice, scope: 'all' | 'one'): MechanismSettings {
  const options: MechanismOptions = typeof choice === 'string' ? { kind: choice } : choice;
  const isCategorical = variable.kind === 'categorical';
  const { kind } = options;
  const refuse = (problem: string): never => {
    throw new InputError(
      'network/mechanism',
      `createNetwork: the mechanism of ${quoteName(variable.name)} ${problem}.`,
      {
        variable: variable.name,
        mechanism: choice,
      },
    );
  };
  if (!mechanismKinds.includes(kind))
    refuse(`is ${String(kind)}; it must be one of ${mechanismKinds.join(', ')}`);
  if (scope === 'one' && isCategorical && (kind === 'location-scale' || kind === 'flow')) {
    refuse(`is '${kind}', but the variable is categorical: take 'categorical', 'mlp' or 'linear'`);
  }
  if (scope === 'one' && !isCategorical && kind === 'categorical') {
    refuse(`is 'categorical', but the variable is continuous: give its levels in 'variables'`);
  }
  if (kind === 'linear' && options.hidden !== undefined && options.hidden.length > 0) {
    refuse(`is 'linear', which has no hidden layers: take 'mlp'`);
  }
  if (scope === 'all' && kind === 'categorical' && !isCategorical) {
    return settingsFor(variable, { ...options, kind: 'mlp' }, scope);
  }
  const hidden = kind === 'linear' ? [] : [...(options.hidden ?? [16])];
  return {
    kind: isCategorical && kind !== 'linear' ? 'categorical' : kind,
    hidden,
    activation: options.activation ?? 'tanh',
    skip: hidden.length === 0 ? 'none' : (options.skip ?? 'linear'),
    components: kind === 'flow' && !isCategorical ? (options.components ?? 4) : 0,
  };
}
