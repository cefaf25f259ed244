import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAsker } from '../src/playground/asker.ts';
import type { Detail, Question, Reply } from '../src/playground/protocol.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A worker that answers after 10 milliseconds, and what it was asked. */
function slider() {
  let row = 0;
  const asked: string[] = [];
  const shown: string[] = [];
  const asker = createAsker({
    question: (): Question => ({ row, outcome: 'y', set: {} }),
    call: (question, detail): Promise<Reply> => {
      asked.push(`${detail} ${question.row}`);
      return new Promise((resolve) =>
        setTimeout(() => resolve({ detail, milliseconds: 0, row: [], warnings: [] } as unknown as Reply), 10),
      );
    },
    show: (question, { detail }: { readonly detail: Detail }) => shown.push(`${detail} ${question.row}`),
    fail: (error) => shown.push(String(error)),
  });
  const move = (to: number): void => {
    row = to;
    asker.ask();
  };
  return { asked, shown, move, stop: asker.stop };
}

test('each answer is about where the slider was last, and intervals wait until it rests', async () => {
  const { asked, shown, move } = slider();
  for (let to = 1; to <= 20; to++) {
    move(to);
    await vi.advanceTimersByTimeAsync(4);
  }
  expect(asked.every((one) => one.startsWith('quick'))).toBe(true);
  expect(asked.length).toBeLessThan(12); // those in between are not asked
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked.slice(-2)).toEqual(['quick 20', 'full 20']);
  expect(shown.at(-1)).toBe('full 20');
});

test('a slider that moves again before the intervals are there gets none for where it was', async () => {
  const { shown, move } = slider();
  move(1);
  await vi.advanceTimersByTimeAsync(135); // the full answer is on its way
  move(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(shown).toEqual(['quick 1', 'quick 2', 'full 2']);
});

test('after stop nothing is shown, until something is asked again', async () => {
  const { shown, asked, move, stop } = slider();
  move(1);
  stop();
  await vi.advanceTimersByTimeAsync(1000);
  expect(shown).toEqual([]);
  expect(asked).toEqual(['quick 1']);
  move(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(shown).toEqual(['quick 2', 'full 2']);
});
