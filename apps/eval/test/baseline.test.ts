import { describe, expect, test } from 'vitest';
import type { Experiment, Figures } from '../src/experiment.ts';
import { baselineCsv, compareWithBaseline, comparisonLines, readBaseline } from '../src/suite/baseline.ts';
import { resultsOf } from '../src/suite/results.ts';
import type { ExperimentResult } from '../src/suite/run-suite.ts';
import { summariseAll } from '../src/summarise.ts';

const names = ['dag shd', 'counterfactual skill', 'rmse', 'seconds', 'effects asked'];
const extent = { size: 'quick', seeds: [0, 1] } as const;

function results(figuresOf: (seed: number) => Figures, status: 'done' | 'failed' = 'done') {
  const cells = [0, 1, 2].map((seed) => ({
    cell: { seed, settings: { graph: 'chain' } },
    figures: figuresOf(seed),
    seconds: 2,
  }));
  const result: ExperimentResult = {
    id: 'X1',
    title: 'X',
    claim: '',
    rule: '',
    status,
    cells: status === 'done' ? cells : [],
    seconds: 6,
    ...(status === 'done'
      ? {
          judgement: {
            verdict: 'supported',
            reason: '',
            metrics: summariseAll(names, cells),
            floors: [],
            ceiling: [],
          },
        }
      : {}),
  };
  return resultsOf([result], extent);
}

const experiment = {
  id: 'X1',
  cells: ({ seeds }: { seeds: readonly number[] }) =>
    seeds.map((seed) => ({ seed, settings: { graph: 'chain' } })),
} as unknown as Experiment;

const before: Figures = {
  'dag shd': 0,
  'counterfactual skill': 0.97,
  rmse: 0.1,
  seconds: 1,
  'effects asked': 3,
};
const baseline = readBaseline(
  baselineCsv(
    results(() => before),
    [experiment],
  ),
);
const changesOf = (now: Partial<Figures>) =>
  compareWithBaseline(
    results(() => ({ ...before, ...now }) as Figures),
    baseline,
  ).changes;

describe('a run is held against the last full one', () => {
  test('on the data sets that a quick run repeats, and no others', () => {
    expect([...(baseline.figures.get('X1')?.keys() ?? [])]).toEqual(['0 graph=chain', '1 graph=chain']);
    expect(baseline.costs).toEqual({ X1: 2 });
  });

  test('the same figures are no news, nor are times and counts of what was asked', () => {
    expect(changesOf({})).toEqual([]);
    expect(changesOf({ seconds: 100, 'effects asked': 1 })).toEqual([]);
  });

  test('within its tolerance a figure may move: skill 0.02, errors 15%, counted errors a half', () => {
    expect(changesOf({ 'counterfactual skill': 0.951, rmse: 0.114, 'dag shd': 0.5 })).toEqual([]);
    expect(changesOf({ 'counterfactual skill': 0.949 })).toMatchObject([{ direction: 'worse', cells: 2 }]);
    expect(changesOf({ rmse: 0.116 })).toMatchObject([{ figure: 'rmse', direction: 'worse' }]);
    expect(changesOf({ 'dag shd': 0.6 })).toMatchObject([{ figure: 'dag shd', direction: 'worse' }]);
    expect(changesOf({ rmse: 0.05 })).toMatchObject([{ figure: 'rmse', direction: 'better' }]);
  });

  test('a figure that is gone, and an experiment that failed, are told', () => {
    expect(changesOf({ rmse: null })).toMatchObject([{ figure: 'rmse', direction: 'worse' }]);
    const comparison = compareWithBaseline(
      results(() => before, 'failed'),
      baseline,
    );
    expect(comparison.failed).toEqual(['X1']);
    expect(comparisonLines(comparison)).toContain('failed: X1');
  });

  test('the lines say what moved, from where, over how many data sets', () => {
    const lines = comparisonLines(
      compareWithBaseline(
        results(() => ({ ...before, rmse: 0.2 })),
        baseline,
      ),
    );
    expect(lines[0]).toBe('worse: X1, rmse: 0.2, was 0.1 (mean over 2 data sets)');
    expect(lines.at(-1)).toContain('1 worse than their tolerance, 0 better');
  });
});
