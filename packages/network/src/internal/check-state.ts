import { type Plan, planLayout } from '@cfe/autograd';
import { InputError, quoteName, ShapeError, type Variable } from '@cfe/base';
import type { NetworkState } from '../network-state.ts';
import { checkNoiseLaw } from './noise-law.ts';

/**
 * A copy of a state that fits a plan.
 *
 * @throws {@link ShapeError} if its parts have other sizes
 * @throws {@link InputError} if a number is not finite, or a scale not above 0
 */
export function checkState(variables: readonly Variable[], plan: Plan, state: NetworkState): NetworkState {
  const d = variables.length;
  const { parameters, mechanisms } = planLayout(plan);
  const sizes: readonly [what: string, is: number, needed: number][] = [
    ['parameters', state.parameters.length, parameters],
    ['scales', state.scales.length, d],
    ['noise laws', state.noise.length, d],
    ['fits', state.fit.length === 0 ? d : state.fit.length, d],
  ];
  for (const [what, is, needed] of sizes) {
    if (is === needed) continue;
    throw new ShapeError(
      'network/state-shape',
      `update: the state has ${is} ${what}; the network needs ${needed}.`,
      {
        what,
        is,
        needed,
      },
    );
  }
  for (const [j, { from, to, logScale }] of mechanisms.entries()) {
    const variable = variables[j] as Variable;
    const { centre, scale } = state.scales[j] as NetworkState['scales'][number];
    const own = state.parameters.subarray(from, to);
    const sigma = logScale < 0 ? 1 : Math.exp(state.parameters[logScale] as number) * scale;
    if (!own.every(Number.isFinite) || !(sigma > 0 && sigma < Infinity)) {
      throw new InputError(
        'network/state-value',
        `update: ${quoteName(variable.name)} has a parameter that is not finite, or a noise spread of 0.`,
        { variable: variable.name },
      );
    }
    const isScale =
      variable.kind === 'categorical' ? centre === 0 && scale === 1 : scale > 0 && scale < Infinity;
    if (!isScale || !Number.isFinite(centre)) {
      throw new InputError(
        'network/state-scale',
        `update: ${quoteName(variable.name)} has centre ${centre} and scale ${scale}; the centre must be finite and the scale above 0, or 0 and 1 for a categorical variable.`,
        { variable: variable.name, centre, scale },
      );
    }
    checkNoiseLaw(variable, state.noise[j] as NetworkState['noise'][number]);
  }
  return {
    graph: state.graph,
    parameters: state.parameters.slice(),
    scales: state.scales.map(({ centre, scale }) => ({ centre, scale })),
    noise: state.noise.map((law) =>
      law.kind === 'standard' ? law : { kind: law.kind, values: law.values.slice() },
    ),
    fit: state.fit.map((fit) => ({ ...fit })),
    rows: state.rows,
  };
}
