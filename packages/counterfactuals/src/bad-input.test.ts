import { createRng } from '@cfe/base';
import { createTable } from '@cfe/data';
import { createDag } from '@cfe/graph';
import { linearGaussian } from '@cfe/scm';
import { expect, test } from 'vitest';
import { linearFit } from '../test/support/exact-families.ts';
import {
  adjustedEffect,
  bootstrapEnsemble,
  distribution,
  effect,
  interventional,
  planIntervention,
} from './index.ts';

const chain = linearGaussian({
  nodes: ['z', 'x', 'y'],
  weights: [
    [0, 1, 1],
    [0, 0, 2],
    [0, 0, 0],
  ],
});
const asked = { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y', samples: 50 };

function tableOf(columns: Readonly<Record<string, Float64Array>>) {
  return createTable(
    Object.entries(columns).map(([name, values]) => ({ variable: { name, kind: 'continuous' }, values })),
  );
}

test('positivity is looked at before an effect is estimated, and the rows that break it are named in the answer', async () => {
  const rng = createRng(1);
  const z = Float64Array.from({ length: 400 }, () => rng.normal());
  const x = z.map((v) => (4 * v + rng.normal() > 0 ? 1 : 0));
  const y = x.map((v, r) => 2 * v + (z[r] as number) + rng.normal());
  const dag = createDag(
    ['z', 'x', 'y'],
    [
      ['z', 'x'],
      ['z', 'y'],
      ['x', 'y'],
    ],
  );
  const broken = await bootstrapEnsemble(tableOf({ z, x, y }), linearFit(dag), { replicates: 12, seed: 1 });
  const { positivity, warnings } = await effect(broken, asked);
  expect(positivity?.holds).toBe(false);
  for (const r of positivity?.rows ?? []) expect(Math.abs(z[r] as number)).toBeGreaterThan(0.4);
  expect(warnings[0]).toContain(`rows ${(positivity?.rows[0] as number) + 1}, `);

  const even = x.map(() => (rng.uniform() < 0.5 ? 1 : 0));
  const fair = tableOf({ z, x: even, y: even.map((v, r) => 2 * v + (z[r] as number) + rng.normal()) });
  const sound = await bootstrapEnsemble(fair, linearFit(dag), { replicates: 12, seed: 1 });
  const answer = await effect(sound, asked);
  expect(answer.positivity?.holds).toBe(true);
  expect(answer.warnings).toEqual([]);
});

test('too few rows: a warning in the answer, or a typed error where no regression stands', async () => {
  const rows = chain.sample(12, { seed: 1 });
  const table = tableOf({ z: rows.column('z'), x: rows.column('x'), y: rows.column('y') });
  const few = await bootstrapEnsemble(table, linearFit(chain.graph), { replicates: 12, seed: 1 });
  expect((await effect(few, asked)).warnings.join()).toContain('Only 12 rows');
  const { treatment, control, outcome } = asked;
  const adjusting = { treatment, control, outcome, variables: chain.variables, adjustmentSet: ['z'] };
  expect(() => adjustedEffect(chain.sample(5, { seed: 1 }), adjusting)).toThrow('5 rows cannot carry');
});

test('do on the outcome: answered and flagged in a query, refused in an effect and a plan', async () => {
  const { mean, sd } = await distribution(chain, { do: { y: 3 } });
  expect([mean.y, sd.y]).toEqual([3, 0]);
  const { value, warnings } = await interventional(chain, 'y', { do: { y: 3 } });
  expect(value).toBe(3);
  expect(warnings.join()).toContain('itself set');
  await expect(effect(chain, { ...asked, treatment: { y: 1 }, control: { y: 0 } })).rejects.toMatchObject({
    code: 'counterfactuals/do-outcome',
  });
  await expect(
    planIntervention(chain, { target: { outcome: 'y', atLeast: 9 }, may: ['y'] }),
  ).rejects.toMatchObject({ code: 'counterfactuals/may' });
});

test('an unidentified effect: the reason and what would help, never a number', async () => {
  const asking = effect(chain, { ...asked, confounded: [['x', 'y']] });
  await expect(asking).rejects.toMatchObject({ code: 'counterfactuals/not-identified' });
  await expect(asking).rejects.toThrow(/hidden common cause at "x" ↔ "y".*Measure the cause/);
});
