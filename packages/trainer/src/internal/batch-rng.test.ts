import { createRng } from '@cfe/base';
import { expect, test } from 'vitest';
import { batchRng } from './batch-rng.ts';

test('batches draw from streams of their own: uniform across batches, the same for the same batch', () => {
  const epoch = createRng(3);
  const first = Array.from({ length: 4000 }, (_, batch) => batchRng(epoch, batch).uniform());
  expect(batchRng(createRng(3), 7).uniform()).toBe(first[7]);
  const mean = first.reduce((sum, u) => sum + u, 0) / first.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / first.length));
  // neighbours do not go together
  const products = first.slice(1).map((u, k) => (u - 0.5) * ((first[k] as number) - 0.5));
  expect(Math.abs(products.reduce((sum, p) => sum + p, 0) / products.length)).toBeLessThan(
    4 / 12 / Math.sqrt(products.length),
  );
  expect(new Set(first).size).toBe(first.length);
});
