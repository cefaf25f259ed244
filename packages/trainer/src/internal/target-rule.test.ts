import { createDag } from '@cfe/graph';
import { expect, test } from 'vitest';
import type { InterventionSchedule } from '../intervention-schedule.ts';
import { targetRule } from './target-rule.ts';

// a → b → c
const chain = createDag(
  ['a', 'b', 'c'],
  [
    ['a', 'b'],
    ['b', 'c'],
  ],
);
const running = { losses: new Float64Array(3), before: new Float64Array(3) };
const rule = (schedule: InterventionSchedule): ReturnType<typeof targetRule> =>
  targetRule(chain, schedule, running);

test('a curriculum by depth opens one level after another, one by number raises the count', () => {
  const at = rule({
    probability: 0.3,
    depth: { kind: 'linear', from: 0, to: 2, over: 20 },
    count: { kind: 'linear', from: 1, to: 3, over: 20 },
  });
  expect([0, 9, 10, 20, 5].map((step) => Array.from(at(step).weights))).toEqual([
    [1, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
    [1, 1, 1],
    [1, 0, 0],
  ]);
  expect([0, 10, 20].map((step) => at(step).count)).toEqual([1, 2, 3]);
});

test("'uncertain' goes by the present losses of the children, 'active' by what they lost of late", () => {
  const [uncertain, active] = [
    rule({ probability: 0.3, select: 'uncertain' }),
    rule({ probability: 0.3, select: 'active' }),
  ];
  running.losses.set([9, 0, 2]);
  running.before.set([9, 1, 2]);
  const [u, v] = [uncertain(1).weights, active(1).weights];
  expect(u[1] as number).toBeCloseTo(Math.exp(2) + 1e-3, 9); // c is foretold worst, and b is its parent
  expect(Array.from(v).map((x) => Math.round(1000 * x))).toEqual([1001, 1, 1]); // b gained most, and a is its parent
  running.losses.set([0, 3, 2]);
  expect(Array.from(uncertain(2).weights)).not.toEqual(Array.from(u));
});
