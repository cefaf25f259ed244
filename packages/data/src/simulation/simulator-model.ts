import { InputError, quoteName } from '@cfe/base';
import {
  type CausalModel,
  type DiscreteModel,
  type Distribution,
  discreteModel,
  type LinearGaussian,
  linearGaussian,
  type StructuralVariable,
  structuralModel,
} from '@cfe/scm';
import { buildMechanism, type MechanismSpec } from './mechanism-spec.ts';

/** One variable of a simulator. */
export interface SimulatorVariable {
  readonly name: string;
  /** default none */
  readonly parents?: readonly string[];
  readonly mechanism: MechanismSpec;
  /** the law of its noise; not read by tables, which bring their own */
  readonly noise?: Distribution;
  /** taken off the noise before the mechanism sees it, default 0: centres noise that is positive */
  readonly noiseCentre?: number;
  /** for a table */
  readonly levels?: readonly string[];
}

/** A simulator as plain data: what a file can hold, and {@link simulatorModel} turns into a causal model. */
export interface SimulatorSpec {
  readonly kind: 'simulator';
  readonly variables: readonly SimulatorVariable[];
}

/**
 * The causal model of a simulator: `linearGaussian` where everything is linear with normal noise, `discreteModel` where
 * everything is a table, both exact; otherwise a `structuralModel`.
 *
 * @throws {@link InputError} if tables are mixed with numbers, or a part has the wrong size
 * @example
 * import { simulatorModel } from '@cfe/data';
 * const noise = { kind: 'normal', mean: 0, sd: 1 } as const;
 * const model = simulatorModel({
 *   kind: 'simulator',
 *   variables: [
 *     { name: 'x', mechanism: { kind: 'additive', location: { kind: 'linear', weights: [] } }, noise },
 *     { name: 'y', parents: ['x'], mechanism: { kind: 'additive', location: { kind: 'linear', weights: [2] } }, noise },
 *   ],
 * });
 * model.exact?.({ do: { x: 3 } }).mean; // → { x: 3, y: 6 }
 */
export function simulatorModel({ variables }: SimulatorSpec): CausalModel {
  return (
    discreteForm(variables) ??
    linearForm(variables) ??
    structuralModel({ variables: variables.map(structural) })
  );
}

function structural(variable: SimulatorVariable): StructuralVariable {
  const { name, parents = [], mechanism: spec, noise, noiseCentre = 0 } = variable;
  if (spec.kind === 'table') {
    throw new InputError(
      'data/mixed-simulator',
      `simulatorModel: ${quoteName(name)} is a table among numbers. Make all variables tables, or none.`,
      { variable: name },
    );
  }
  if (noise === undefined) {
    throw new InputError(
      'data/no-noise',
      `simulatorModel: ${quoteName(name)} has no noise law. Give it one.`,
      {
        variable: name,
      },
    );
  }
  const built = buildMechanism(spec, parents.length, noiseCentre, `simulatorModel: ${quoteName(name)}`);
  return { name, parents, noise, ...built };
}

function discreteForm(variables: readonly SimulatorVariable[]): DiscreteModel | undefined {
  if (variables.length === 0 || variables.some(({ mechanism }) => mechanism.kind !== 'table'))
    return undefined;
  return discreteModel({
    variables: variables.map(({ name, levels = [] }) => ({ name, levels })),
    parents: Object.fromEntries(variables.map(({ name, parents = [] }) => [name, parents])),
    tables: Object.fromEntries(
      variables.map(({ name, mechanism }) => [
        name,
        mechanism.kind === 'table' ? mechanism.probabilities : [],
      ]),
    ),
  });
}

function linearForm(variables: readonly SimulatorVariable[]): LinearGaussian | undefined {
  const nodes = variables.map(({ name }) => name);
  const weights = nodes.map(() => new Float64Array(nodes.length));
  const intercepts = new Float64Array(nodes.length);
  const noiseVariances = new Float64Array(nodes.length);
  for (const [j, { parents = [], mechanism, noise, noiseCentre = 0 }] of variables.entries()) {
    if (mechanism.kind !== 'additive' || mechanism.location.kind !== 'linear' || noise?.kind !== 'normal')
      return undefined;
    const { weights: own, offset = 0, gain = 1, inputs } = mechanism.location;
    // noise with a mean would not be the model's own noise, and a weight of 0 would lose its edge
    if (own.length !== parents.length || own.some((w) => w === 0) || noise.mean !== 0 || noiseCentre !== 0)
      return undefined;
    let intercept = offset;
    for (const [k, parent] of parents.entries()) {
      const i = nodes.indexOf(parent);
      if (i < 0) return undefined;
      const weight = (gain * (own[k] as number)) / (inputs?.scales[k] ?? 1);
      (weights[i] as Float64Array)[j] = weight;
      intercept -= weight * (inputs?.centres[k] ?? 0);
    }
    intercepts[j] = intercept;
    noiseVariances[j] = noise.sd ** 2;
  }
  return linearGaussian({ nodes, weights, intercepts, noiseVariances });
}
