import { expect, test } from 'vitest';
import { createProgress, duration } from '../src/suite/progress.ts';

test('what is left is told in the cost of an earlier run: one slow data set outweighs many quick ones', () => {
  let clock = 0;
  const progress = createProgress(
    [
      { id: 'quick', cells: 10 },
      { id: 'slow', cells: 1 },
    ],
    { quick: 1, slow: 100 },
    () => clock,
  );
  expect(progress.secondsLeft()).toBeUndefined();
  clock = 20; // this machine takes twice as long
  for (let k = 0; k < 10; k++) progress.ended('quick', 'measured');
  expect(progress.secondsLeft()).toBeCloseTo(200, 9);
  expect([progress.done, progress.total]).toEqual([10, 11]);
  progress.ended('slow', 'measured');
  expect(progress.secondsLeft()).toBe(0);
});

test('what was kept took no time, and what was skipped is not waited for', () => {
  let clock = 0;
  const progress = createProgress(
    [
      { id: 'a', cells: 4 },
      { id: 'b', cells: 50 },
    ],
    {},
    () => clock,
  );
  progress.ended('a', 'kept');
  progress.ended('a', 'kept');
  clock = 3;
  progress.ended('a', 'measured');
  progress.closed('b');
  expect(progress.secondsLeft()).toBeCloseTo(3, 9);
});

test('durations as a reader says them', () => {
  expect([12.2, 89, 600, 7000].map(duration)).toEqual(['13 s', '89 s', '10 min', '1 h 57 min']);
});
