import { InputError } from '@cfe/base';

/**
 * A number that changes over optimiser steps, as plain data: a checkpoint and a history can hold it, and two runs can be
 * told apart by it.
 *
 * - a number: always that
 * - `linear`: from `from` to `to` over so many steps, then `to`; from 0 it is a warm-up
 * - `cosine`: the same along half a cosine (Loshchilov and Hutter 2017)
 * - `steps`: `from`, multiplied by `factor` after every `every` steps
 * - `then`: one schedule for so many steps, then another, which begins at its own step 0
 * - `product`: of several
 */
export type Schedule =
  | number
  | { readonly kind: 'linear' | 'cosine'; readonly from: number; readonly to: number; readonly over: number }
  | { readonly kind: 'steps'; readonly from: number; readonly factor: number; readonly every: number }
  | { readonly kind: 'then'; readonly first: Schedule; readonly for: number; readonly second: Schedule }
  | { readonly kind: 'product'; readonly of: readonly Schedule[] };

/**
 * A schedule's value after so many steps.
 *
 * @example
 * import { scheduleValue } from '@cfe/trainer';
 * const warm = { kind: 'linear', from: 0, to: 1, over: 10 } as const;
 * scheduleValue(warm, 5); // → 0.5
 * const whole = { kind: 'then', first: warm, for: 10, second: { kind: 'cosine', from: 1, to: 0, over: 100 } } as const;
 * scheduleValue(whole, 60); // → 0.5
 */
export function scheduleValue(schedule: Schedule, step: number): number {
  if (typeof schedule === 'number') return schedule;
  switch (schedule.kind) {
    case 'linear':
    case 'cosine': {
      const share = schedule.over <= 0 ? 1 : Math.min(1, step / schedule.over);
      const way = schedule.kind === 'linear' ? share : 0.5 - 0.5 * Math.cos(Math.PI * share);
      return schedule.from + (schedule.to - schedule.from) * way;
    }
    case 'steps':
      return schedule.from * schedule.factor ** Math.floor(step / schedule.every);
    case 'then':
      return step < schedule.for
        ? scheduleValue(schedule.first, step)
        : scheduleValue(schedule.second, step - schedule.for);
    case 'product':
      return schedule.of.reduce<number>((product, one) => product * scheduleValue(one, step), 1);
  }
}

/**
 * Refuses a schedule that is none, or whose values leave a range.
 *
 * @throws {@link InputError} naming the option
 */
export function checkSchedule(name: string, schedule: Schedule, low: number, high: number): void {
  const problem = problemOf(schedule, low, high);
  if (problem === undefined) return;
  throw new InputError('trainer/schedule', `createTrainer: '${name}' ${problem}.`, {
    option: name,
    schedule,
  });
}

function problemOf(schedule: Schedule, low: number, high: number): string | undefined {
  const outside = (value: number): string | undefined =>
    value >= low && value <= high
      ? undefined
      : `holds ${value}; it must be from ${low} to ${high === Infinity ? 'any finite number' : high}`;
  if (typeof schedule === 'number')
    return Number.isFinite(schedule) ? outside(schedule) : outside(Number.NaN);
  switch (schedule.kind) {
    case 'linear':
    case 'cosine':
      if (!(schedule.over >= 0)) return `lasts ${schedule.over} steps; give 0 or more`;
      return outside(schedule.from) ?? outside(schedule.to);
    case 'steps':
      if (!(schedule.every > 0)) return `changes every ${schedule.every} steps; give more than 0`;
      if (!(schedule.factor > 0 && schedule.factor <= 1))
        return `has the factor ${schedule.factor}; give one above 0, up to 1`;
      return outside(schedule.from);
    case 'then':
      return problemOf(schedule.first, low, high) ?? problemOf(schedule.second, low, high);
    case 'product':
      return schedule.of.map((one) => problemOf(one, low, high)).find((found) => found !== undefined);
    default:
      return `is no schedule: ${JSON.stringify(schedule)}`;
  }
}
