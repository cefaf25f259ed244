import { InputError, throwUnknownName } from '@cfe/base';
import type { Distribution } from '@cfe/scm';
import type { MechanismSpec } from './mechanism-spec.ts';
import { type NamedMechanism, namedMechanisms } from './named-mechanisms.ts';
import type { ParentFunctionSpec } from './parent-function.ts';
import type { SimulatorSpec, SimulatorVariable } from './simulator-model.ts';

/**
 * A simulator from a JSON value, such as the `model.json` of `cfe simulate`: every part is of the type that it should be,
 * or named. That sizes and graph fit together is seen to by {@link simulatorModel}.
 *
 * @throws {@link InputError} (`'data/simulator-json'`, `details.path`) for a value of another shape
 * @throws {@link UnknownNameError} for a kind of mechanism, function or law that does not exist
 * @example
 * import { simulatorFromJson, simulatorModel } from '@cfe/data';
 * const text = `{"kind": "simulator", "variables": [{"name": "x",
 *   "mechanism": {"kind": "additive", "location": {"kind": "linear", "weights": [], "offset": 2}},
 *   "noise": {"kind": "uniform", "low": 0, "high": 1}}]}`;
 * simulatorModel(simulatorFromJson(JSON.parse(text))).graph.nodes; // → ['x']
 */
export function simulatorFromJson(value: unknown): SimulatorSpec {
  const { kind, variables } = record(value, 'the simulator');
  if (kind !== 'simulator') throw wrong('kind', 'must be "simulator"');
  const found = list(variables, 'variables').map(variableFrom);
  if (found.length === 0) throw wrong('variables', 'must name at least one variable');
  return { kind, variables: found };
}

function variableFrom(value: unknown, j: number): SimulatorVariable {
  const at = `variables[${j}]`;
  const { name, parents, mechanism, noise, noiseCentre, levels } = record(value, at);
  return {
    name: text(name, `${at}.name`),
    mechanism: mechanismFrom(mechanism, `${at}.mechanism`),
    ...(parents !== undefined && { parents: list(parents, `${at}.parents`).map(textsOf(`${at}.parents`)) }),
    ...(noise !== undefined && { noise: lawFrom(noise, `${at}.noise`) }),
    ...(noiseCentre !== undefined && { noiseCentre: number(noiseCentre, `${at}.noiseCentre`) }),
    ...(levels !== undefined && { levels: list(levels, `${at}.levels`).map(textsOf(`${at}.levels`)) }),
  };
}

function mechanismFrom(value: unknown, at: string): MechanismSpec {
  const fields = record(value, at);
  const part = (name: string): ParentFunctionSpec => functionFrom(fields[name], `${at}.${name}`);
  switch (fields.kind) {
    case 'additive':
      return { kind: 'additive', location: part('location') };
    case 'location-scale':
      return { kind: 'location-scale', location: part('location'), logScale: part('logScale') };
    case 'multiplicative':
      return fields.factor === undefined
        ? { kind: 'multiplicative', logFactor: part('logFactor') }
        : { kind: 'multiplicative', factor: part('factor') };
    case 'noisy-network':
      return { kind: 'noisy-network', network: part('network') };
    case 'table':
      return { kind: 'table', probabilities: matrix(fields.probabilities, `${at}.probabilities`) };
    case 'named': {
      const name = text(fields.name, `${at}.name`);
      if (!Object.hasOwn(namedMechanisms, name))
        throwUnknownName('simulatorFromJson', 'mechanism', name, Object.keys(namedMechanisms));
      return { kind: 'named', name: name as NamedMechanism };
    }
    default:
      return throwUnknownName('simulatorFromJson', `kind at ${at}`, String(fields.kind), mechanismKinds);
  }
}

const mechanismKinds = ['additive', 'location-scale', 'multiplicative', 'noisy-network', 'table', 'named'];

function functionFrom(value: unknown, at: string): ParentFunctionSpec {
  const fields = record(value, at);
  const { kind, offset, gain, inputs } = fields;
  const row = (name: string): number[] => numbers(fields[name], `${at}.${name}`);
  const scaling = inputs === undefined ? undefined : record(inputs, `${at}.inputs`);
  const common = {
    ...(offset !== undefined && { offset: number(offset, `${at}.offset`) }),
    ...(gain !== undefined && { gain: number(gain, `${at}.gain`) }),
    ...(scaling !== undefined && {
      inputs: {
        centres: numbers(scaling.centres, `${at}.inputs.centres`),
        scales: numbers(scaling.scales, `${at}.inputs.scales`),
      },
    }),
  };
  switch (kind) {
    case 'linear':
    case 'wave':
      return { ...common, kind, weights: row('weights') };
    case 'network': {
      const activation = text(fields.activation, `${at}.activation`);
      if (activation !== 'sigmoid' && activation !== 'tanh' && activation !== 'leaky-relu')
        return throwUnknownName('simulatorFromJson', 'activation', activation, [
          'sigmoid',
          'tanh',
          'leaky-relu',
        ]);
      return {
        ...common,
        kind,
        activation,
        hidden: matrix(fields.hidden, `${at}.hidden`),
        ...(fields.biases !== undefined && { biases: row('biases') }),
        output: row('output'),
      };
    }
    case 'fourier':
      return {
        ...common,
        kind,
        frequencies: matrix(fields.frequencies, `${at}.frequencies`),
        phases: row('phases'),
        amplitudes: row('amplitudes'),
      };
    default:
      return throwUnknownName('simulatorFromJson', `kind at ${at}`, String(kind), [
        'linear',
        'wave',
        'network',
        'fourier',
      ]);
  }
}

const lawNumbers: Readonly<Record<string, readonly string[]>> = {
  normal: ['mean', 'sd'],
  uniform: ['low', 'high'],
  laplace: ['mean', 'scale'],
  exponential: ['rate'],
  gumbel: ['location', 'scale'],
  logistic: ['location', 'scale'],
  'student-t': ['degrees', 'location', 'scale'],
};
const lawLists: Readonly<Record<string, string>> = { categorical: 'probabilities', empirical: 'values' };

function lawFrom(value: unknown, at: string): Distribution {
  const fields = record(value, at);
  const kind = String(fields.kind);
  if (Object.hasOwn(lawLists, kind)) {
    const name = lawLists[kind] as string;
    return { kind, [name]: numbers(fields[name], `${at}.${name}`) } as unknown as Distribution;
  }
  if (!Object.hasOwn(lawNumbers, kind)) {
    return throwUnknownName('simulatorFromJson', `law at ${at}`, kind, [
      ...Object.keys(lawNumbers),
      ...Object.keys(lawLists),
    ]);
  }
  const entries = (lawNumbers[kind] as readonly string[]).map((name): [string, number] => [
    name,
    number(fields[name], `${at}.${name}`),
  ]);
  return { kind, ...Object.fromEntries(entries) } as Distribution;
}

function record(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(at, 'must be an object');
  return value as Readonly<Record<string, unknown>>;
}

function list(value: unknown, at: string): readonly unknown[] {
  return Array.isArray(value) ? Array.from(value) : refused(at, 'must be a list'); // without holes
}

function numbers(value: unknown, at: string): number[] {
  return list(value, at).map((entry, k) => number(entry, `${at}[${k}]`));
}

function matrix(value: unknown, at: string): number[][] {
  return list(value, at).map((row, k) => numbers(row, `${at}[${k}]`));
}

function number(value: unknown, at: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : refused(at, 'must be a finite number');
}

function text(value: unknown, at: string): string {
  return typeof value === 'string' && value !== '' ? value : refused(at, 'must be a text');
}

const textsOf =
  (at: string) =>
  (value: unknown, k: number): string =>
    text(value, `${at}[${k}]`);

function refused(at: string, what: string): never {
  throw wrong(at, what);
}

function wrong(path: string, what: string): InputError {
  return new InputError('data/simulator-json', `simulatorFromJson: ${path} ${what}.`, { path });
}
