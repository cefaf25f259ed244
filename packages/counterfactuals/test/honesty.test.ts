import { createRng, type Rng } from '@cfe/base';
import { createDag } from '@cfe/graph';
import { additive, linearGaussian, structuralModel } from '@cfe/scm';
import { expect, test } from 'vitest';
import { bootstrapEnsemble, counterfactual, effect } from '../src/index.ts';
import { linearFit, tableFrom } from './support/exact-families.ts';

const noise = { kind: 'normal', mean: 0, sd: 1 } as const;

/** A graph with hidden causes, as textbooks draw it. */
interface Drawn {
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [string, string])[];
  readonly hidden: readonly (readonly [string, string])[];
}

// Pearl (2009), Causality, figures 3.7 and 3.8, and Shpitser and Pearl (2006), JMLR 9: verdicts are theirs
const unidentified: readonly Drawn[] = [
  { nodes: ['x', 'y'], edges: [['x', 'y']], hidden: [['x', 'y']] },
  {
    nodes: ['z', 'x', 'y'],
    edges: [
      ['z', 'x'],
      ['x', 'y'],
    ],
    hidden: [['x', 'y']],
  },
  {
    nodes: ['z', 'x', 'y'],
    edges: [
      ['z', 'x'],
      ['z', 'y'],
      ['x', 'y'],
    ],
    hidden: [['x', 'y']],
  },
  {
    nodes: ['x', 'm', 'y'],
    edges: [
      ['x', 'm'],
      ['m', 'y'],
    ],
    hidden: [
      ['x', 'm'],
      ['x', 'y'],
    ],
  },
  {
    nodes: ['x', 'm', 'y'],
    edges: [
      ['x', 'm'],
      ['m', 'y'],
    ],
    hidden: [
      ['m', 'y'],
      ['x', 'm'],
    ],
  },
  {
    nodes: ['x', 'm', 'y'],
    edges: [
      ['x', 'm'],
      ['m', 'y'],
      ['x', 'y'],
    ],
    hidden: [['x', 'y']],
  },
  {
    nodes: ['x', 'z', 'y'],
    edges: [
      ['x', 'y'],
      ['z', 'y'],
    ],
    hidden: [
      ['x', 'z'],
      ['z', 'y'],
      ['x', 'y'],
    ],
  },
  {
    nodes: ['x', 'm', 'y'],
    edges: [
      ['x', 'm'],
      ['m', 'y'],
    ],
    hidden: [['x', 'm']],
  },
];
const identified: readonly Drawn[] = [
  {
    nodes: ['z', 'x', 'y'],
    edges: [
      ['z', 'x'],
      ['z', 'y'],
      ['x', 'y'],
    ],
    hidden: [],
  },
  {
    nodes: ['z', 'x', 'y'],
    edges: [
      ['z', 'x'],
      ['z', 'y'],
      ['x', 'y'],
    ],
    hidden: [['z', 'x']],
  },
  {
    nodes: ['z', 'x', 'y'],
    edges: [
      ['z', 'x'],
      ['z', 'y'],
      ['x', 'y'],
    ],
    hidden: [['z', 'y']],
  },
  {
    nodes: ['a', 'x', 'y'],
    edges: [['x', 'y']],
    hidden: [
      ['a', 'x'],
      ['a', 'y'],
    ],
  },
  {
    nodes: ['x', 'm', 'y'],
    edges: [
      ['x', 'm'],
      ['m', 'y'],
      ['x', 'y'],
    ],
    hidden: [['m', 'y']],
  },
  {
    nodes: ['z', 'x', 'm', 'y'],
    edges: [
      ['z', 'x'],
      ['x', 'm'],
      ['m', 'y'],
    ],
    hidden: [['z', 'y']],
  },
  {
    nodes: ['z', 'x', 'y', 'w'],
    edges: [
      ['z', 'x'],
      ['z', 'y'],
      ['x', 'y'],
      ['y', 'w'],
    ],
    hidden: [['y', 'w']],
  },
  {
    nodes: ['z', 'x', 'm', 'y'],
    edges: [
      ['z', 'x'],
      ['z', 'm'],
      ['x', 'm'],
      ['m', 'y'],
    ],
    hidden: [['z', 'm']],
  },
  // the front door
  {
    nodes: ['x', 'm', 'y'],
    edges: [
      ['x', 'm'],
      ['m', 'y'],
    ],
    hidden: [['x', 'y']],
  },
];

/** Rows of a linear model of the drawing, each hidden cause a variable that is then left out, and the true effect. */
function simulated({ nodes, edges, hidden }: Drawn, rng: Rng, rows: number) {
  const strength = (): number => (rng.uniform() < 0.5 ? -1 : 1) * (0.6 + 0.8 * rng.uniform());
  const all = [...hidden.map((_, k) => `hidden ${k}`), ...nodes];
  const weights = all.map(() => new Float64Array(all.length));
  const at = (name: string): number => all.indexOf(name);
  for (const [from, to] of edges) weights[at(from)]![at(to)] = strength();
  for (const [k, pair] of hidden.entries()) for (const end of pair) weights[k]![at(end)] = strength();
  const model = linearGaussian({ nodes: all, weights });
  const mean = (x: number): number => model.exact({ do: { x } }).mean.y as number;
  const sample = model.sample(rows, { seed: rng });
  const table = tableFrom({ ...sample, names: nodes });
  return { table, dag: createDag(nodes, edges), truth: mean(1) - mean(0) };
}

async function asked(drawn: Drawn, seed: number) {
  const rng = createRng(seed).fork('honesty');
  const { table, dag, truth } = simulated(drawn, rng, 400);
  const ensemble = await bootstrapEnsemble(table, linearFit(dag), { replicates: 40, seed });
  const ask = () =>
    effect(ensemble, {
      treatment: { x: 1 },
      control: { x: 0 },
      outcome: 'y',
      samples: 5,
      ...(drawn.hidden.length === 0 ? {} : { confounded: drawn.hidden }),
    });
  return { ask, truth };
}

const forty = Array.from({ length: 40 }, (_, k) => k);

test('40 effects that hidden causes leave unidentified: not one number comes back', async () => {
  const answers = [];
  for (const k of forty) {
    const { ask } = await asked(unidentified[k % unidentified.length] as Drawn, k);
    answers.push(
      await ask().then(
        ({ value }) => value,
        (error: { code: string }) => error.code,
      ),
    );
  }
  expect(answers).toEqual(forty.map(() => 'counterfactuals/not-identified'));
}, 120_000);

test('40 identified effects: none unflagged and wrong, two false refusals at most', async () => {
  let [refused, covered] = [0, 0];
  for (const k of forty) {
    const { ask, truth } = await asked(identified[k % identified.length] as Drawn, 100 + k);
    const answer = await ask().catch(() => undefined);
    if (answer === undefined || answer.identifiedBy !== 'graph') {
      refused++;
      continue;
    }
    const [low, high] = answer.interval as readonly [number, number];
    // wrong: further off than three widths of a 90% interval, ten standard errors
    expect(Math.abs(answer.value - truth)).toBeLessThan(3 * (high - low));
    if (low <= truth && truth <= high) covered++;
  }
  expect(refused).toBeLessThanOrEqual(2);
  // 36 expected, standard error 1.9
  expect(covered).toBeGreaterThanOrEqual(31);
}, 120_000);

test('40 twin pairs, equal on rungs one and two: counterfactuals say what they rest on, averages need no such word', async () => {
  for (const k of forty) {
    const rng = createRng(k).fork('twins');
    const [slope, sd] = [2 * rng.uniform() - 1, 0.5 + rng.uniform()];
    // y = slope·x + sd·u and y = slope·x + sd·u·sign(x): u is symmetric
    for (const sign of [() => 1, (x: number) => (x < 0 ? -1 : 1)]) {
      const twin = structuralModel({
        variables: [
          { name: 'x', mechanism: additive(), noise },
          {
            name: 'y',
            parents: ['x'],
            noise,
            mechanism: {
              evaluate: ([x], u) => x!.map((v, r) => slope * v + sd * sign(v) * u[r]!),
              abduct: ([x], y) => x!.map((v, r) => (y[r]! - slope * v) / (sd * sign(v))),
            },
          },
        ],
      });
      const fitted = await linearFit(createDag(['x', 'y'], [['x', 'y']]))(
        tableFrom(twin.sample(300, { seed: rng.fork('rows') })),
        rng,
      );
      const answer = await counterfactual(fitted, { x: 1, y: slope + 1.5 * sd }, { do: { x: -1 } });
      expect(answer.y?.identifiedBy).toBe('functional-form');
      expect(answer.y?.assumptions.join()).toContain('strictly increasing in its noise');
      const average = await effect(fitted, {
        treatment: { x: 1 },
        control: { x: 0 },
        outcome: 'y',
        samples: 5,
      });
      expect(average.identifiedBy).toBe('graph');
      expect(Math.abs(average.value - slope)).toBeLessThan((5 * sd) / Math.sqrt(300));
    }
  }
});
