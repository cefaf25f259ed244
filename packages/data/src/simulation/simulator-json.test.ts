import { CfeError, createRng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import {
  type MechanismFamily,
  namedSimulator,
  namedSimulators,
  type SimulatorSpec,
  simulate,
  simulatorFromJson,
  simulatorModel,
} from '../index.ts';

const families: readonly MechanismFamily[] = [
  'linear',
  'wave',
  'mlp',
  'gp',
  'additive',
  'location-scale',
  'multiplicative',
  'sign-multiplicative',
  'noisy-mlp',
  'table',
];
const specs = [
  ...families.map((mechanism): readonly [string, SimulatorSpec] => [
    mechanism,
    simulate({ nodes: 4, degree: 2, mechanism, noise: 'student', rows: 5, seed: 6 }).simulator,
  ]),
  ...namedSimulators.map((name): readonly [string, SimulatorSpec] => [name, namedSimulator(name)]),
];

describe('a simulator from JSON', () => {
  test.each(specs)('%s draws the same rows', (_, spec) => {
    const back = simulatorFromJson(JSON.parse(JSON.stringify(spec)));
    expect(JSON.parse(JSON.stringify(back))).toEqual(JSON.parse(JSON.stringify(spec)));
    const [one, two] = [spec, back].map((simulator) => simulatorModel(simulator).sample(6, { seed: 3 }));
    for (const name of one?.names ?? []) expect(two?.column(name)).toEqual(one?.column(name));
  });

  const linear = { kind: 'linear', weights: [] };
  const x = {
    name: 'x',
    mechanism: { kind: 'additive', location: linear },
    noise: { kind: 'normal', mean: 0, sd: 1 },
  };
  test.each<[string, unknown, string]>([
    ['a list', [], 'the simulator must be an object'],
    ['another kind', { kind: 'network' }, 'kind must be "simulator"'],
    ['no variables', { kind: 'simulator', variables: [] }, 'at least one variable'],
    [
      'a name that is no text',
      { kind: 'simulator', variables: [{ ...x, name: 3 }] },
      'variables[0].name must be a text',
    ],
    [
      'a mechanism that does not exist',
      { kind: 'simulator', variables: [{ ...x, mechanism: { kind: 'aditive' } }] },
      'Did you mean "additive"?',
    ],
    [
      'an equation that does not exist',
      { kind: 'simulator', variables: [{ ...x, mechanism: { kind: 'named', name: '__proto__' } }] },
      'no mechanism "__proto__"',
    ],
    [
      'a weight that is no number',
      {
        kind: 'simulator',
        variables: [{ ...x, mechanism: { kind: 'additive', location: { ...linear, weights: ['2'] } } }],
      },
      'variables[0].mechanism.location.weights[0] must be a finite number',
    ],
    [
      'a law that does not exist',
      { kind: 'simulator', variables: [{ ...x, noise: { kind: 'cauchy' } }] },
      'no law at variables[0].noise "cauchy"',
    ],
    [
      'a law without its spread',
      { kind: 'simulator', variables: [{ ...x, noise: { kind: 'normal', mean: 0 } }] },
      'variables[0].noise.sd must be a finite number',
    ],
  ])('%s is refused with its place', (_, value, message) => {
    expect(() => simulatorFromJson(value)).toThrow(message);
  });

  test('whatever the values, a model or a typed error', () => {
    const rng = createRng(5);
    const junk: unknown[] = [
      null,
      0,
      -1,
      1e308,
      '',
      'x0',
      [],
      {},
      [[]],
      true,
      [1, 2],
      { kind: 'linear' },
      '__proto__',
    ];
    const runs = process.env.CFE_FULL === '1' ? 100_000 : 2_000;
    let read = 0;
    for (let run = 0; run < runs; run++) {
      const root = { value: JSON.parse(JSON.stringify(specs[rng.integer(specs.length)]?.[1])) as unknown };
      for (let edits = 1 + rng.integer(2); edits > 0; edits--) alter(root, (n) => rng.integer(n), junk);
      try {
        simulatorModel(simulatorFromJson(root.value)).sample(2, { seed: 1 });
        read++;
      } catch (error) {
        if (!(error instanceof CfeError))
          throw new Error(`${String(error)} for ${JSON.stringify(root.value)}`, { cause: error });
      }
    }
    expect(read).toBeGreaterThan(runs / 100);
  }, 3_600_000);
});

/** Replaces or removes something anywhere inside. */
function alter(holder: object, below: (n: number) => number, junk: readonly unknown[]): void {
  const places: [Record<string, unknown>, string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      visit((value as Record<string, unknown>)[key]);
    }
  };
  visit(holder);
  if (places.length === 0) return;
  const [where, key] = places[below(places.length)] as [Record<string, unknown>, string];
  if (below(4) === 0) delete where[key];
  else where[key] = structuredClone(junk[below(junk.length)]);
}
