import { createReferenceExecutor } from '@cfe/autograd';
import { createDag } from '@cfe/graph';
import { type CausalNetwork, createNetwork, type MechanismChoice } from '@cfe/network';
import { checkModel } from '@cfe/scm/conformance';
import { describe, expect, test } from 'vitest';
import { withScales } from './support/with-scales.ts';

const graph = createDag(
  ['x', 'm', 'c', 'y', 'z'],
  [
    ['x', 'm'],
    ['x', 'c'],
    ['m', 'y'],
    ['c', 'y'],
    ['x', 'y'],
    ['y', 'z'],
  ],
);
const kinds: readonly MechanismChoice[] = [
  'linear',
  'mlp',
  'location-scale',
  'flow',
  { kind: 'mlp', hidden: [8, 5], activation: 'softplus', skip: 'none' },
];

function networkOf(mechanisms: MechanismChoice, dtype: 'float64' | 'float32', levels: number): CausalNetwork {
  const network = createNetwork({
    graph,
    mechanisms,
    seed: 3,
    variables:
      levels === 0 ? [] : [{ name: 'c', kind: 'categorical', levels: ['a', 'b', 'd'].slice(0, levels) }],
    executor: (plan) => createReferenceExecutor(plan, { dtype }),
  });
  return withScales(network);
}

describe.each(['float64', 'float32'] as const)(
  'every mechanism obeys the laws of causal models, %s',
  (dtype) => {
    const tolerance = dtype === 'float64' ? 1e-9 : 1e-4;
    test.each(kinds.flatMap((kind) => [0, 3].map((levels) => [kind, levels] as const)))(
      '%j with %i levels in the middle',
      async (kind, levels) => {
        const results = await checkModel(networkOf(kind, dtype, levels), { tolerance, seed: 5 });
        expect(results.filter(({ passed }) => !passed)).toEqual([]);
        expect(results.map(({ law }) => law)).toContain('abduction: the noise found reproduces the rows');
      },
    );
  },
);
