import { readFileSync } from 'node:fs';
import { columnsFrom } from '@cfe/base';
import { createDag, fromAdjacency } from '@cfe/graph';
import { describe, expect, test } from 'vitest';
import { parseCsv, r2Sortability, simulate, sortability, standardise, varsortability } from '../index.ts';

interface Golden {
  readonly cases: readonly {
    readonly rows: readonly (readonly number[])[];
    readonly adjacency: readonly (readonly number[])[];
    readonly varsortability: number;
    readonly r2Sortability: number;
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/sortability.json', import.meta.url), 'utf8'),
) as Golden;

describe('sortability', () => {
  test('equals CausalDisco on its golden cases', () => {
    expect(golden.cases.length).toBeGreaterThan(8);
    for (const { rows, adjacency, ...expected } of golden.cases) {
      const names = adjacency.map((_, j) => `x${j}`);
      const columns = columnsFrom(
        Object.fromEntries(names.map((name, j) => [name, rows.map((row) => row[j] as number)])),
      );
      const found = sortability(columns, fromAdjacency('dag', adjacency, names));
      expect(found.varsortability).toBeCloseTo(expected.varsortability, 9);
      expect(found.r2Sortability).toBeCloseTo(expected.r2Sortability, 9);
    }
  });

  test('raw linear data give the order away; standardising takes varsortability, and leaves R²', () => {
    const sets = Array.from({ length: 10 }, (_, seed) =>
      simulate({ nodes: 15, degree: 4, weights: [0.5, 2], seed }),
    );
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b / values.length, 0);
    expect(mean(sets.map(({ sortability: s }) => s?.varsortability as number))).toBeGreaterThan(0.9);
    for (const { table, graph, sortability: s } of sets) {
      const scaled = sortability(standardise(table).table, graph);
      expect(scaled.r2Sortability).toBeCloseTo(s?.r2Sortability as number, 9);
      expect(Math.abs(scaled.varsortability - 0.5)).toBeLessThan(1e-6);
    }
    const internal = Array.from({ length: 10 }, (_, seed) =>
      simulate({ nodes: 15, degree: 4, weights: [0.5, 2], scale: 'unit', seed }),
    );
    expect(
      Math.abs(mean(internal.map(({ sortability: s }) => s?.varsortability as number)) - 0.5),
    ).toBeLessThan(0.15);
  });

  test('no edges: nothing to agree with; a node that is no column is refused', () => {
    const rows = parseCsv('x,y\n1,2\n2,1\n3,5\n');
    expect(varsortability(rows, createDag(['x', 'y'], []))).toBeNaN();
    expect(() => r2Sortability(rows, createDag(['x', 'z'], []))).toThrow('no column "z"');
  });
});
