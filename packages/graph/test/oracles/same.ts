import { expect } from 'vitest';

/** An expectation for hot loops: `expect` itself, with its bookkeeping, is called only to report a difference. */
export function same(actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
}
