import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowGatherer } from './row-gatherer.ts';
import type { TrainingRows } from './training-rows.ts';

test('a batch holds the rows asked for, by variable, with what they leave out', () => {
  const sizes = fc.record({ d: fc.integer({ min: 1, max: 5 }), rows: fc.integer({ min: 1, max: 70 }) });
  fc.assert(
    fc.property(
      sizes.chain(({ d, rows }) =>
        fc.record({
          d: fc.constant(d),
          rows: fc.constant(rows),
          omitted: fc.array(fc.nat({ max: d * rows - 1 }), { maxLength: 3 }),
          chosen: fc.array(fc.nat({ max: rows - 1 }), { minLength: 1, maxLength: 40 }),
        }),
      ),
      ({ d, rows, omitted, chosen }) => {
        const omit = new Uint8Array(d * rows);
        for (const at of omitted) omit[at] = 1;
        const data: TrainingRows = {
          rows,
          values: Float64Array.from({ length: d * rows }, (_, at) => at),
          omit,
          counts: new Int32Array(d),
          zeros: new Float64Array(d),
        };
        const n = chosen.length;
        const [values, left] = [new Float32Array(d * n), new Uint8Array(d * n).fill(1)];
        rowGatherer(data, 'float32').gather(chosen, n, values, left);
        for (let j = 0; j < d; j++)
          for (const [k, row] of chosen.entries()) {
            expect(values[j * n + k]).toBe(j * rows + row);
            expect(left[j * n + k]).toBe(omit[j * rows + row]);
          }
      },
    ),
  );
});
