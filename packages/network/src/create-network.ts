import {
  type Columns,
  columnsFrom,
  InputError,
  quoteName,
  rngFrom,
  type Seed,
  ShapeError,
  standardNormal,
  throwUnknownName,
  type Variable,
} from '@cfe/base';
import { type Dag, incident, topologicalOrder } from '@cfe/graph';
import { applyAction, type Branch, drawFrom, natural, parentColumns, resolveDo } from '@cfe/scm';
import type { CausalNetwork, NoiseChoice } from './causal-network.ts';
import { chooseLevels, gumbelNoise, levelLogProbability, posteriorGumbel } from './internal/gumbel.ts';
import { initialState } from './internal/initial-state.ts';
import { outputsOf, respond, respondBackward, shapeOf } from './internal/mechanism.ts';
import { responseSize } from './internal/response.ts';
import { type MechanismChoice, type MechanismSettings, mechanismSettings } from './mechanism-spec.ts';
import type { MechanismState } from './mechanism-state.ts';
import { summarise } from './summary.ts';

/** What {@link createNetwork} takes. */
export interface NetworkOptions {
  readonly graph: Dag;
  /** kinds, for categorical variables; those not listed are continuous. A table's `variables` serve as they are. */
  readonly variables?: readonly Variable[] | undefined;
  /** one for all variables, or by name; default `'mlp'` */
  readonly mechanisms?: MechanismChoice | Readonly<Record<string, MechanismChoice>> | undefined;
  /** default `'empirical'` */
  readonly noise?: NoiseChoice | undefined;
  /** of the initial weights; default 0 */
  readonly seed?: Seed | undefined;
}

/**
 * A causal model with a learnable mechanism per variable: x = f(parents) + u for a continuous variable,
 * x = argmax(logits(parents) + Gumbel noise) for a categorical one. A variable without parents is a distribution.
 *
 * Before it is fitted it has random weights and unit noise, which makes it the untrained floor of a comparison.
 *
 * `noise: 'empirical'` draws u from the residuals of the fit (up to 1,024 of them, spaced evenly by rank, with the
 * mean and spread of all), `'gaussian'` from a normal law of their spread. Empirical is the default, since the mean
 * of a nonlinear mechanism under an action depends on the whole law of the noise above it, and residuals bring the
 * right skew and tails without being asked. The log-density is that of the normal law in both cases.
 *
 * @throws {@link UnknownNameError} if a mechanism or variable is given that the graph has not
 * @throws {@link InputError} if a mechanism's setting is out of range
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createNetwork } from '@cfe/network';
 * const network = createNetwork({ graph: createDag(['x', 'y'], [['x', 'y']]), mechanisms: 'linear', seed: 1 });
 * network.sample(3, { do: { x: 2 }, seed: 1 }).column('x'); // → Float64Array [2, 2, 2]
 */
export function createNetwork({
  graph,
  variables: given = [],
  mechanisms: choices = 'mlp',
  noise = 'empirical',
  seed,
}: NetworkOptions): CausalNetwork {
  const variables = variablesOf(graph, given);
  const mechanisms = settingsOf(graph, choices);
  const rng = rngFrom(seed).fork('network');
  return build(
    graph,
    variables,
    mechanisms,
    noise,
    variables.map((variable, j) =>
      initialState(variable, parentVariables(graph, variables, j), mechanisms[j] as MechanismSettings, rng.fork(variable.name)),
    ),
  );
}

export function parentVariables(graph: Dag, variables: readonly Variable[], j: number): Variable[] {
  return Array.from(incident(graph.parents, j), (k) => variables[k] as Variable);
}

function build(
  graph: Dag,
  variables: readonly Variable[],
  mechanisms: readonly MechanismSettings[],
  noiseChoice: NoiseChoice,
  initial: readonly MechanismState[],
): CausalNetwork {
  let states = initial;
  const order = topologicalOrder(graph);
  const isContinuous = variables.every(({ kind }) => kind === 'continuous');

  function own(
    j: number,
    columns: readonly Float64Array[],
    noise: Columns,
    factor: Float64Array | undefined,
  ): Float64Array {
    const variable = variables[j] as Variable;
    const outputs = respond(variable, states[j] as MechanismState, parentColumns(graph, j, columns), noise.rows);
    if (variable.kind === 'categorical') return chooseLevels(outputs, noiseColumns(variable).map(noise.column));
    const location = outputs[0] as Float64Array;
    const u = noise.column(variable.name);
    return location.map((m, r) => m + (factor === undefined ? (u[r] as number) : (factor[r] as number) * (u[r] as number)));
  }

  function evaluateBranch(branch: Branch, j: number, columns: readonly Float64Array[], noise: Columns): Float64Array {
    const { replacement } = branch;
    if (replacement === undefined) return own(j, columns, noise, branch.noiseFactor);
    const variable = variables[j] as Variable;
    if (variable.kind === 'categorical') {
      throw new InputError(
        'network/replace-categorical',
        `predict: the mechanism of the categorical ${quoteName(variable.name)} cannot be replaced: its noise is one column per level. Use a stochastic intervention.`,
        { variable: variable.name },
      );
    }
    return replacement.mechanism.evaluate(
      Array.from(replacement.parents, (k) => columns[k] as Float64Array),
      noise.column(variable.name).map((u, r) => u * (branch.noiseFactor[r] as number)),
    );
  }

  const network: CausalNetwork = {
    kind: 'causal-network',
    graph,
    variables,
    mechanisms,
    noiseChoice,
    abduction: isContinuous ? 'point' : 'draw',
    states: () => states,
    update(next) {
      checkStates(variables, next);
      states = [...next];
    },
    copy: () => build(graph, variables, mechanisms, noiseChoice, states),
    noise(rows, { seed } = {}) {
      const rng = rngFrom(seed).fork('noise');
      const columns: [string, Float64Array][] = [];
      for (const [j, variable] of variables.entries()) {
        const stream = rng.fork(variable.name);
        const law = (states[j] as MechanismState).noise;
        if (variable.kind === 'categorical') {
          for (const name of noiseColumns(variable)) columns.push([name, gumbelNoise(stream.fork(name), rows)]);
        } else if (law?.kind === 'empirical') {
          columns.push([variable.name, drawFrom({ kind: 'empirical', values: law.values }, rows, stream)]);
        } else {
          const sd = law?.sd ?? 1;
          columns.push([variable.name, standardNormal(stream, rows).map((z) => z * sd)]);
        }
      }
      return columnsFrom(Object.fromEntries(columns));
    },
    predict(noise, options = {}) {
      const { actions, graph: acted } = resolveDo(network, options.do, noise.rows, options.seed);
      const columns: Float64Array[] = [];
      for (const j of acted === graph ? order : topologicalOrder(acted)) {
        const action = actions[j];
        columns[j] =
          action === undefined
            ? own(j, columns, noise, undefined)
            : applyAction(action, (branch) => evaluateBranch(branch, j, columns, noise));
      }
      return columnsFrom(Object.fromEntries(variables.map(({ name }, j) => [name, columns[j] as Float64Array])));
    },
    sample: (rows, options = {}) => network.predict(network.noise(rows, options), options),
    abduct(rows, { seed } = {}) {
      const columns = completeColumns(variables, rows);
      const rng = rngFrom(seed).fork('abduct');
      const found: [string, Float64Array][] = [];
      for (const [j, variable] of variables.entries()) {
        const outputs = respond(variable, states[j] as MechanismState, parentColumns(graph, j, columns), rows.rows);
        const values = columns[j] as Float64Array;
        if (variable.kind === 'categorical') {
          const noise = posteriorGumbel(outputs, values, rng.fork(variable.name));
          for (const [l, name] of noiseColumns(variable).entries()) found.push([name, noise[l] as Float64Array]);
        } else {
          const location = outputs[0] as Float64Array;
          found.push([variable.name, values.map((x, r) => x - (location[r] as number))]);
        }
      }
      return columnsFrom(Object.fromEntries(found));
    },
    logDensity(rows, options = {}) {
      const { actions } = resolveDo(network, options.do, rows.rows);
      const columns = completeColumns(variables, rows);
      const out = new Float64Array(rows.rows);
      for (const [j, variable] of variables.entries()) {
        const state = states[j] as MechanismState;
        const action = actions[j] ?? natural(rows.rows);
        const branch = action.branches[0] as Branch;
        if (action.branches.length > 1 || branch.replacement !== undefined) {
          throw new InputError(
            'network/no-density',
            `logDensity: ${quoteName(variable.name)} is under a replaced or blended mechanism, whose density is not known in closed form.`,
            { variable: variable.name },
          );
        }
        const outputs = respond(variable, state, parentColumns(graph, j, columns), rows.rows);
        const values = columns[j] as Float64Array;
        for (let r = 0; r < out.length; r++) {
          if (action.cut[r] === 1) continue;
          if (variable.kind === 'categorical') {
            out[r] = (out[r] as number) + levelLogProbability(outputs, values[r] as number, r);
            continue;
          }
          const weight = branch.weight[r] as number;
          const spread = Math.abs(weight * (branch.noiseFactor[r] as number)) * (state.noise?.sd ?? 1);
          const mean = weight * ((outputs[0] as Float64Array)[r] as number) + (action.shift[r] as number);
          const z = ((values[r] as number) - mean) / spread;
          out[r] = (out[r] as number) - 0.5 * z * z - Math.log(spread) - 0.5 * Math.log(2 * Math.PI);
        }
      }
      return out;
    },
    summary: () => summarise(graph, variables, mechanisms, states),
  };
  return isContinuous ? { ...network, gradient } : network;

  function gradient(
    noise: Columns,
    upstream: Columns,
    options: { readonly do?: CausalNetworkDo; readonly seed?: Seed | undefined } = {},
  ): ReturnType<NonNullable<CausalNetwork['gradient']>> {
    const { actions, graph: acted, interventions } = resolveDo(network, options.do, noise.rows, options.seed);
    const values = network.predict(noise, options);
    const columns = variables.map(({ name }) => values.column(name));
    const lambda = variables.map(({ name }) => Float64Array.from(upstream.column(name)));
    const noiseGradient: Record<string, Float64Array> = {};
    for (const j of topologicalOrder(acted).reverse()) {
      const variable = variables[j] as Variable;
      const action = actions[j] ?? natural(noise.rows);
      const branch = action.branches[0] as Branch;
      if (action.branches.length > 1 || branch.replacement !== undefined) {
        throw new InputError('network/no-gradient', `gradient: the replaced or blended mechanism of ${quoteName(variable.name)} brings no derivative.`, {
          variable: variable.name,
        });
      }
      const through = (lambda[j] as Float64Array).map((g, r) => (action.cut[r] === 1 ? 0 : g * (branch.weight[r] as number)));
      noiseGradient[variable.name] = through.map((g, r) => g * (branch.noiseFactor[r] as number));
      const back = respondBackward(variable, states[j] as MechanismState, parentColumns(graph, j, columns), through);
      for (const [k, i] of incident(graph.parents, j).entries()) {
        const above = lambda[i] as Float64Array;
        const delta = back[k] as Float64Array;
        for (let r = 0; r < above.length; r++) above[r] = (above[r] as number) + (delta[r] as number);
      }
    }
    return {
      noise: columnsFrom(noiseGradient),
      interventions: interventions.map(({ kind, target }) => {
        const j = graph.nodes.indexOf(target);
        const cut = actions[j]?.cut;
        if (kind === 'hard') return (lambda[j] as Float64Array).map((g, r) => (cut?.[r] === 1 ? g : 0));
        if (kind === 'shift') return (lambda[j] as Float64Array).map((g, r) => (cut?.[r] === 1 ? 0 : g));
        return undefined;
      }),
    };
  }
}

type CausalNetworkDo = NonNullable<Parameters<CausalNetwork['predict']>[1]>['do'];

function noiseColumns(variable: Variable & { readonly kind: 'categorical' }): string[] {
  return variable.levels.map((level) => `${variable.name}[${level}]`);
}

function completeColumns(variables: readonly Variable[], rows: Columns): Float64Array[] {
  return variables.map((variable) => {
    const column = rows.column(variable.name);
    const limit = variable.kind === 'categorical' ? variable.levels.length : Number.POSITIVE_INFINITY;
    for (const [r, value] of column.entries()) {
      const ok = variable.kind === 'categorical' ? Number.isInteger(value) && value >= 0 && value < limit : Number.isFinite(value);
      if (ok) continue;
      throw new InputError(
        'network/incomplete-row',
        `row ${r}: ${quoteName(variable.name)} is ${Number.isNaN(value) ? 'missing' : value}. Complete rows are needed; impute it or leave the row out.`,
        { variable: variable.name, row: r, value },
      );
    }
    return column;
  });
}

function variablesOf(graph: Dag, given: readonly Variable[]): Variable[] {
  const byName = new Map(given.map((variable) => [variable.name, variable]));
  return graph.nodes.map((name) => byName.get(name) ?? { name, kind: 'continuous' });
}

function settingsOf(graph: Dag, choices: NonNullable<NetworkOptions['mechanisms']>): MechanismSettings[] {
  const isOne = typeof choices === 'string' || (typeof choices.kind === 'string' && !graph.nodes.includes('kind'));
  if (isOne) return graph.nodes.map((name) => mechanismSettings(choices as MechanismChoice, name));
  const byName = choices as Readonly<Record<string, MechanismChoice>>;
  for (const name of Object.keys(byName)) {
    if (!graph.nodes.includes(name)) throwUnknownName('createNetwork', 'variable', name, graph.nodes);
  }
  return graph.nodes.map((name) => mechanismSettings(byName[name] ?? 'mlp', name));
}

function checkStates(variables: readonly Variable[], states: readonly MechanismState[]): void {
  for (const [j, variable] of variables.entries()) {
    const state = states[j];
    const size = state === undefined ? -1 : responseSize(shapeOf(variable, state));
    if (states.length === variables.length && state?.parameters.length === size) continue;
    throw new ShapeError(
      'network/state-shape',
      `update: the state of ${quoteName(variable.name)} does not fit: ${state?.parameters.length ?? 0} parameters for ${outputsOf(variable)} outputs need ${size}.`,
      { variable: variable.name },
    );
  }
}
