import { columnsFrom } from '@cfe/base';
import { linearGaussian } from '@cfe/scm';
import { describe, expect, test } from 'vitest';
import { drawsOf } from './distribution.ts';
import {
  counterfactual,
  counterfactuals,
  distribution,
  effect,
  interventional,
  naturalEffects,
  observational,
  pathEffect,
} from './index.ts';

/** The worked example of the specification: x0 = 1 + u0, x1 = 2x0 + u1, x2 = 3x1 − x0 + u2, variances 1, 1, 2. */
const exact = linearGaussian({
  nodes: ['x0', 'x1', 'x2'],
  weights: [
    [0, 2, -1],
    [0, 0, 3],
    [0, 0, 0],
  ],
  intercepts: [1, 0, 0],
  noiseVariances: [1, 1, 2],
});
/** The same model with its closed forms hidden, so that answers have to be simulated. */
const { exact: _, ...simulated } = exact;
const samples = 50_000;

describe('simulated answers meet the closed forms of the worked example', () => {
  const queries = [
    ['observation', { given: { x2: 10 } }],
    ['two observations', { given: { x0: 1, x2: 10 } }],
    ['action', { do: { x1: 5 } }],
    ['action, then observation', { do: { x1: 5 }, given: { x2: 16 } }],
    ['observation of a cause after an action on its effect', { do: { x1: 5 }, given: { x0: 2 } }],
    [
      'shift, then observation of the same variable',
      { do: [{ target: 'x1', kind: 'shift', by: 2 }], given: { x1: 5 } },
    ],
    ['imagination from everything', { factual: { x0: 2, x1: 3, x2: 10 }, do: { x1: 5 } }],
    ['imagination from a part', { factual: { x2: 10 }, do: { x1: 5 } }],
    ['imagination from a part, two actions', { factual: { x1: 1 }, do: { x0: 0, x1: 5 } }],
  ] as const;

  test.each(queries)('%s', async (_what, query) => {
    const want = exact.exact(query);
    const got = await distribution(simulated, query, { samples, seed: 1 });
    expect(got.exact).toBe(false);
    const worth = got.effectiveSamples as number;
    for (const node of exact.graph.nodes) {
      const sd = want.sd[node] as number;
      // four standard errors of a mean and of a standard deviation; the weights' own noise triples them at most
      expect(Math.abs((got.mean[node] as number) - (want.mean[node] as number))).toBeLessThan(
        (12 * sd) / Math.sqrt(worth) + 1e-9,
      );
      expect(Math.abs((got.sd[node] as number) - sd)).toBeLessThan((12 * sd) / Math.sqrt(worth) + 1e-6);
    }
    expect((await distribution(exact, query)).exact).toBe(true);
  });

  test('a draw weighs as much as its variables make the evidence likely, to rounding', async () => {
    const seen = { x0: 0.5, x2: 4 };
    const { rows, weights, effectiveSize } = await drawsOf(
      simulated,
      { given: seen },
      { samples: 500, seed: 1 },
    );
    // x2 = 3·x1 − x0 + u with variance 2; what x0 has to say is the same for all
    const likelihood = rows.column('x1').map((x1) => Math.exp(-((4 - 3 * x1 + 0.5) ** 2) / 4));
    const total = likelihood.reduce((a, b) => a + b, 0);
    for (let r = 0; r < 500; r++) expect(weights[r]).toBeCloseTo(likelihood[r]! / total, 12);
    const squares = likelihood.reduce((sum, l) => sum + l * l, 0);
    expect(effectiveSize).toBeCloseTo(total ** 2 / squares, 8);
  });

  test('the figures of the specification themselves', async () => {
    const partial = await distribution(simulated, { factual: { x2: 10 }, do: { x1: 5 } }, { samples });
    expect(partial.mean.x0).toBeCloseTo(61 / 36, 1);
    expect(partial.mean.x2).toBeCloseTo(163 / 12, 1);
    expect((partial.sd.x0 as number) ** 2).toBeCloseTo(11 / 36, 1);
    const full = await counterfactual(simulated, { x0: 2, x1: 3, x2: 10 }, { do: { x1: 5 } });
    expect([full.x0?.value, full.x1?.value, full.x2?.value]).toEqual([2, 5, 16]);
  });
});

describe('populations', () => {
  test('a linear effect is the same for the treated and for a subgroup, and says what each rests on', async () => {
    const asked = { treatment: { x1: 1 }, control: { x1: 0 }, outcome: 'x2' } as const;
    const among = await effect(exact, { ...asked, among: { x1: 4 } });
    expect(among.value).toBeCloseTo(3, 9);
    expect(among.identifiedBy).toBe('functional-form');
    expect((await effect(exact, { ...asked, among: { x0: 1 } })).identifiedBy).toBe('graph');
  });

  test('given rows are averaged over', async () => {
    const rows = columnsFrom({ x0: [0, 1], x1: [1, 1], x2: [2, 5] });
    const { value, samples: n } = await effect(exact, {
      treatment: { x1: 2 },
      control: { x1: 0 },
      outcome: 'x2',
      rows,
    });
    expect(value).toBeCloseTo(6, 12);
    expect(n).toBe(2);
  });
});

describe('mediation', () => {
  const asked = { treatment: { x0: 1 }, control: { x0: 0 }, outcome: 'x2' } as const;

  test('direct, indirect and along paths are the products of the weights', async () => {
    const { direct, indirect, total, mediators } = await naturalEffects(exact, asked);
    expect(mediators).toEqual(['x1']);
    expect(direct.value).toBeCloseTo(-1, 9);
    expect(indirect.value).toBeCloseTo(6, 9);
    expect(total.value).toBeCloseTo(5, 9);
    const along = await pathEffect(exact, { ...asked, edges: [['x0', 'x2']] });
    expect(along.value).toBeCloseTo(-1, 9);
    // the treatment itself is set in both worlds, so that it is no witness
    expect([along.identifiedBy, along.warnings]).toEqual(['graph', []]);
  });

  test('a recanting witness is named', async () => {
    // x → w → y and x → w → m → y: carrying only x → w → y asks w to be in two worlds at once
    const model = linearGaussian({
      nodes: ['x', 'w', 'm', 'y'],
      weights: [
        [0, 1, 0, 0],
        [0, 0, 2, 3],
        [0, 0, 0, 5],
        [0, 0, 0, 0],
      ],
    });
    const query = { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y' } as const;
    const witnessed = await pathEffect(model, {
      ...query,
      edges: [
        ['x', 'w'],
        ['w', 'y'],
      ],
    });
    expect(witnessed.value).toBeCloseTo(3, 9);
    expect(witnessed.identifiedBy).toBe('functional-form');
    expect(witnessed.warnings.join()).toContain('"w"');
    const whole = await pathEffect(model, {
      ...query,
      edges: [
        ['x', 'w'],
        ['w', 'm'],
        ['w', 'y'],
        ['m', 'y'],
      ],
    });
    expect(whole.value).toBeCloseTo(13, 9);
    expect(whole.identifiedBy).toBe('graph');
  });
});

describe('evidence that cannot be', () => {
  test('off the support, too unlikely, set and observed, or no density', async () => {
    await expect(distribution(simulated, { given: { x2: 90 } }, { samples: 500 })).rejects.toMatchObject({
      code: 'counterfactuals/few-effective',
    });
    await expect(interventional(simulated, 'x2', { do: { x1: 1 }, given: { x1: 2 } })).rejects.toMatchObject({
      code: 'counterfactuals/given-set',
    });
    const { logDensity: __, ...blind } = simulated;
    await expect(observational(blind, 'x0', { given: { x2: 1 } })).rejects.toMatchObject({
      code: 'counterfactuals/no-density',
    });
    await expect(observational(exact, 'x0', { given: { q: 1 } })).rejects.toThrow('no variable "q"');
    await expect(
      distribution(simulated, { factual: { x0: 1 }, do: { x1: 1 }, given: { x2: 3 } }),
    ).rejects.toMatchObject({ code: 'counterfactuals/two-evidences' });
  });

  test('do on the outcome is answered and flagged', async () => {
    const answer = await interventional(exact, 'x1', { do: { x1: 2 } });
    expect(answer.value).toBe(2);
    expect(answer.warnings.join()).toContain('itself set');
  });
});

test('many rows at once are what each row alone is', async () => {
  const rows = exact.sample(5, { seed: 3 });
  const values = [1, 2, 3, 4, 5];
  const table = await counterfactuals(exact, rows, { do: { x1: values } });
  for (let r = 0; r < 5; r++) {
    const row = Object.fromEntries(rows.names.map((name) => [name, rows.column(name)[r] as number]));
    const alone = await counterfactual(exact, row, { do: { x1: values[r] as number } });
    expect(table.values.column('x2')[r]).toBe(alone.x2?.value);
  }
});

describe('hidden causes that are declared', () => {
  const model = linearGaussian({
    nodes: ['z', 'x', 'm', 'y'],
    weights: [
      [0, 1, 0, 1],
      [0, 0, 2, 0],
      [0, 0, 0, 3],
      [0, 0, 0, 0],
    ],
  });
  const ask = (treatment: string, confounded: readonly (readonly [string, string])[]) =>
    effect(model, { treatment: { [treatment]: 1 }, control: { [treatment]: 0 }, outcome: 'y', confounded });

  test('a bow is refused, with the remedy', async () => {
    await expect(ask('m', [['m', 'y']])).rejects.toMatchObject({ code: 'counterfactuals/not-identified' });
    await expect(ask('m', [['m', 'y']])).rejects.toThrow('Measure the cause');
  });

  test('a front door is identified, but not by mechanisms that were fitted without it', async () => {
    const { identifiedBy, warnings } = await ask('x', [['x', 'y']]);
    expect(identifiedBy).toBe('not');
    expect(warnings.join()).toContain('"y" was fitted on parents');
  });

  test('a hidden cause of treatment and a measured confounder does no harm', async () => {
    const { identifiedBy, value, warnings } = await ask('x', [['z', 'x']]);
    expect([identifiedBy, warnings]).toEqual(['graph', []]);
    expect(value).toBeCloseTo(6, 9);
  });
});
