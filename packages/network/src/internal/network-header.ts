import { type Activation, createPlan, type Plan, planLayout } from '@cfe/autograd';
import { CfeError, messageOf, type Variable } from '@cfe/base';
import { createDag, type Dag, edgesOf } from '@cfe/graph';
import type { CausalNetwork, NoiseChoice } from '../causal-network.ts';
import { type MechanismSettings, mechanismKinds, specOf } from '../mechanism-choice.ts';
import { bad } from '../model-file.ts';
import type { NetworkState, VariableFit } from '../network-state.ts';

/** What a network's header says, checked. */
export interface NetworkHeader {
  readonly variables: readonly Variable[];
  readonly graph: Dag;
  readonly mechanisms: readonly MechanismSettings[];
  readonly noiseChoice: NoiseChoice;
  readonly structure: 'given' | 'learn';
  readonly rows: number;
  readonly fit: readonly VariableFit[];
  /** by variable: how many values its empirical noise has; −1: standard */
  readonly noise: readonly number[];
  readonly plan: Plan;
}

/** The header of a network as JSON data. */
export function headerOf(network: CausalNetwork): Record<string, unknown> {
  const { variables, graph, mechanisms, noiseChoice, structure, state } = network;
  return {
    kind: 'causal-network',
    version: 1,
    variables,
    edges: edgesOf(graph).map(({ from, to }) => [from, to]),
    mechanisms,
    noise: noiseChoice,
    structure,
    rows: state.rows,
    fit: state.fit,
    laws: state.noise.map((law) => (law.kind === 'empirical' ? law.values.length : -1)),
  };
}

/** The numbers of a state, in the order of the file: parameters, centres, scales, values of the noise laws. */
export function numbersOf(state: NetworkState): Float64Array[] {
  return [
    state.parameters,
    Float64Array.from(state.scales, ({ centre }) => centre),
    Float64Array.from(state.scales, ({ scale }) => scale),
    ...state.noise.flatMap((law) => (law.kind === 'empirical' ? [law.values] : [])),
  ];
}

/** How many numbers belong to a header. */
export function countOf({ plan, variables, noise }: NetworkHeader): number {
  return (
    planLayout(plan).parameters +
    2 * variables.length +
    noise.reduce((sum, values) => sum + Math.max(0, values), 0)
  );
}

/** A state from a header and its numbers. */
export function stateFrom(header: NetworkHeader, numbers: Float64Array): NetworkState {
  const d = header.variables.length;
  let at = 0;
  const take = (count: number): Float64Array => {
    at += count;
    return numbers.slice(at - count, at);
  };
  const parameters = take(planLayout(header.plan).parameters);
  const [centres, scales] = [take(d), take(d)];
  return {
    graph: header.graph,
    parameters,
    scales: Array.from(centres, (centre, j) => ({ centre, scale: scales[j] as number })),
    noise: header.noise.map((count) =>
      count < 0 ? { kind: 'standard' } : { kind: 'empirical', values: take(count) },
    ),
    fit: header.fit,
    rows: header.rows,
  };
}

/**
 * Checks a header: every part is of its type, the graph is a DAG over the variables, the mechanisms fit them.
 *
 * @throws {@link InputError} naming the part
 */
export function checkHeader(json: unknown): NetworkHeader {
  const header = record(json, 'the header');
  if (header.kind !== 'causal-network') {
    throw bad('kind', `it holds a model of kind ${JSON.stringify(header.kind)}, not a causal network`);
  }
  if (header.version !== 1) {
    throw bad(
      'version',
      `its network is of version ${JSON.stringify(header.version)}; this program reads version 1`,
    );
  }
  const variables = list(header.variables, 'variables').map(variableFrom);
  const d = variables.length;
  const edges = list(header.edges, 'edges').map((edge): [string, string] => {
    const [from, to] = list(edge, 'an edge');
    return [text(from, 'an edge'), text(to, 'an edge')];
  });
  const mechanisms = sized(header.mechanisms, 'mechanisms', d).map((one): MechanismSettings => {
    const { kind, hidden, activation, skip, components } = record(one, 'a mechanism');
    return {
      kind: oneOf(kind, mechanismKinds, 'the kind of a mechanism'),
      hidden: list(hidden, 'hidden widths').map((width) => whole(width, 'a hidden width')),
      activation: text(activation, 'an activation') as Activation, // createPlan checks it
      skip: oneOf(skip, ['linear', 'none'], 'skip'),
      components: whole(components, 'components'),
    };
  });
  const graph = checkedBy(() =>
    createDag(
      variables.map(({ name }) => name),
      edges,
    ),
  );
  const plan = checkedBy(() =>
    createPlan({
      graph,
      mechanism: variables.map((variable, j) => specOf(variable, mechanisms[j] as MechanismSettings)),
    }),
  );
  const fit = list(header.fit, 'fit');
  return {
    variables,
    graph,
    mechanisms,
    noiseChoice: oneOf(header.noise, ['empirical', 'normal'], 'noise'),
    structure: oneOf(header.structure, ['given', 'learn'], 'structure'),
    rows: whole(header.rows, 'rows'),
    fit: fit.length === 0 ? [] : sized(fit, 'fit', d).map(fitFrom),
    noise: sized(header.laws, 'laws', d).map((count) => (count === -1 ? -1 : whole(count, 'a noise law'))),
    plan,
  };
}

function variableFrom(json: unknown): Variable {
  const { name, kind, levels } = record(json, 'a variable');
  const named = { name: text(name, 'the name of a variable') };
  if (oneOf(kind, ['continuous', 'categorical'], 'the kind of a variable') === 'continuous') {
    return { ...named, kind: 'continuous' };
  }
  return {
    ...named,
    kind: 'categorical',
    levels: list(levels, 'levels').map((level) => text(level, 'a level')),
  };
}

function fitFrom(json: unknown): VariableFit {
  const { rows, loss, heldOut, r2 } = record(json, 'the fit of a variable');
  return {
    rows: whole(rows, 'the rows of a fit'),
    loss: finite(loss, 'a loss'),
    ...(heldOut === undefined ? {} : { heldOut: finite(heldOut, 'a held-out loss') }),
    ...(r2 === undefined ? {} : { r2: finite(r2, 'an R²') }),
  };
}

function checkedBy<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof CfeError)
      throw bad('damaged', `its header does not hold together: ${messageOf(cause)}`, cause);
    throw cause;
  }
}

function record(json: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return json as Record<string, unknown>;
  throw wrong(what, 'an object');
}

function list(json: unknown, what: string): readonly unknown[] {
  if (Array.isArray(json)) return json;
  throw wrong(what, 'a list');
}

function sized(json: unknown, what: string, size: number): readonly unknown[] {
  const found = list(json, what);
  if (found.length === size) return found;
  throw wrong(what, `a list of ${size}`);
}

function text(json: unknown, what: string): string {
  if (typeof json === 'string') return json;
  throw wrong(what, 'a text');
}

function whole(json: unknown, what: string): number {
  if (Number.isSafeInteger(json) && (json as number) >= 0) return json as number;
  throw wrong(what, 'a whole number ≥ 0');
}

function finite(json: unknown, what: string): number {
  if (Number.isFinite(json)) return json as number;
  throw wrong(what, 'a finite number');
}

function oneOf<const T extends string>(json: unknown, options: readonly T[], what: string): T {
  const found = options.find((option) => option === json);
  if (found !== undefined) return found;
  throw wrong(what, options.join(' or '));
}

function wrong(what: string, needed: string): Error {
  return bad('damaged', `in its header, ${what} must be ${needed}`);
}
