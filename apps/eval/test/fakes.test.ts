import { inProcessRunner } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import { measureClassic } from '../src/classic/measure.ts';
import { type Cell, type Fake, fakes } from '../src/experiment.ts';
import { judgeClassic } from '../src/experiments/classic-judgement.ts';

const cells: readonly Cell[] = (['chain', 'complex'] as const).map((graph) => ({
  seed: 1,
  settings: { graph, twin: 'linear', noise: 1 },
}));

async function judged(fake?: Fake) {
  const measured = await inProcessRunner().map(
    measureClassic,
    cells.map((cell) => ({ cell, fake })),
  );
  return judgeClassic(measured.map((found, k) => ({ ...found, cell: cells[k] as Cell })));
}

describe('the code that judges us finds out a cheat', () => {
  test('we ourselves are supported, and every floor is below us', async () => {
    const { verdict, metrics, floors, reason } = await judged();
    expect(verdict, reason).toBe('supported');
    const skill = metrics.find(({ name }) => name === 'counterfactual skill')?.min as number;
    for (const { name, max } of floors)
      if (name.endsWith('skill')) expect(max, name).toBeLessThan(skill - 0.2);
  });

  test.each(fakes)('%s is refuted', async (fake) => {
    const { verdict, reason } = await judged(fake);
    expect(verdict, reason).toBe('refuted');
  });
});
