import { describe, expect, test } from 'vitest';
import { createOptimizer, type OptimizerSpec, optimizerStep } from './index.ts';

/** The rules as their papers write them, with every intermediate quantity spelled out. */
function byThePaper(
  spec: Required<Pick<OptimizerSpec, 'kind'>> & Record<string, number | string>,
  start: number,
  gradients: readonly number[],
): number[] {
  const {
    kind,
    learningRate: rate = 0,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay: decay = 0,
    momentum = 0,
  } = spec as Record<string, number>;
  let [x, m, v] = [start, 0, 0];
  return gradients.map((gradient, k) => {
    const t = k + 1;
    if ((kind as unknown) === 'sgd') {
      const g = gradient + decay! * x;
      m = momentum! * m + g;
      x -= rate! * (spec.momentumKind === 'nesterov' ? g + momentum! * m : m);
      return x;
    }
    const g = (kind as unknown) === 'adam' ? gradient + decay! * x : gradient;
    m = beta1! * m + (1 - beta1!) * g;
    v = beta2! * v + (1 - beta2!) * g * g;
    const step = m / (1 - beta1! ** t) / (Math.sqrt(v / (1 - beta2! ** t)) + epsilon!);
    x = x - ((kind as unknown) === 'adamw' ? rate! * decay! * x : 0) - rate! * step;
    return x;
  });
}

const specs: readonly OptimizerSpec[] = [
  { kind: 'adam', learningRate: 0.1 },
  { kind: 'adam', learningRate: 0.1, weightDecay: 0.3, beta1: 0.5, beta2: 0.9, epsilon: 0.01 },
  { kind: 'adamw', learningRate: 0.1, weightDecay: 0.3 },
  { kind: 'sgd', learningRate: 0.1, weightDecay: 0.2 },
  { kind: 'sgd', learningRate: 0.1, momentum: 0.8 },
  { kind: 'sgd', learningRate: 0.1, momentum: 0.8, momentumKind: 'nesterov' },
];

test.for(specs)('%j steps as its paper says', (spec) => {
  const gradients = [1, -0.5, 3, 0, 0.25, -2];
  const state = createOptimizer(spec, 1, { dtype: 'float64' });
  const x = Float64Array.of(2);
  const path = gradients.map((g) => {
    optimizerStep(state, x, Float64Array.of(g));
    return x[0];
  });
  const want = byThePaper(spec as never, 2, gradients);
  for (const [k, value] of want.entries()) expect(path[k]).toBeCloseTo(value, 13);
});

test('a saved optimiser goes on to the same bits', () => {
  const gradient = Float64Array.of(0.3, -0.7);
  const state = createOptimizer({ kind: 'adamw' }, 2, { dtype: 'float64' });
  const x = Float64Array.of(1, 2);
  optimizerStep(state, x, gradient);
  const saved = structuredClone({ state, x });
  optimizerStep(state, x, gradient, { learningRate: 0.1, scale: 0.5 });
  optimizerStep(saved.state, saved.x, gradient, { learningRate: 0.1, scale: 0.5 });
  expect(saved.x).toEqual(x);
});

describe('settings out of range are refused', () => {
  test.for([
    [{ kind: 'adam', learningRate: -1 }, 'learningRate'],
    [{ kind: 'adam', beta1: 1 }, 'beta1'],
    [{ kind: 'adamw', beta2: Number.NaN }, 'beta2'],
    [{ kind: 'adam', epsilon: 0 }, 'epsilon'],
    [{ kind: 'sgd', momentum: 1 }, 'momentum'],
    [{ kind: 'sgd', weightDecay: Infinity }, 'weightDecay'],
  ] as const)('%j', ([spec, name]) => {
    expect(() => createOptimizer(spec, 1)).toThrow(
      expect.objectContaining({ code: 'autograd/optimizer', message: expect.stringContaining(name) }),
    );
  });
});
