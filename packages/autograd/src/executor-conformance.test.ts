import { describe, expect, test } from 'vitest';
import type { Executor } from './executor.ts';
import { type ConformanceCheck, executorConformance } from './executor-conformance.ts';
import type { Plan } from './plan.ts';
import { createReferenceExecutor } from './reference-executor.ts';

describe.each(['float64', 'float32'] as const)('the reference in %s', (dtype) => {
  const checks = executorConformance((plan) => createReferenceExecutor(plan, { dtype }), {
    cases: 24,
    bytesInUse: () => 0,
  });
  test.each(checks.map((check) => [check.name, check] as const))('%s', (_name, check) => check.run());
});

/** The names of those checks that a broken executor fails. */
function failed(among: RegExp, broken: (executor: Executor, plan: Plan) => Partial<Executor>): string[] {
  const checks = executorConformance(
    (plan) => {
      const sound = createReferenceExecutor(plan);
      return { ...sound, ...broken(sound, plan) };
    },
    { cases: 24 },
  );
  return checks.filter((check) => among.test(check.name) && !holds(check)).map(({ name }) => name);
}

function holds(check: ConformanceCheck): boolean {
  try {
    check.run();
    return true;
  } catch {
    return false;
  }
}

const bits = (array: Uint8Array): boolean => array.some((bit) => bit === 1);

describe('a broken executor is caught', () => {
  const faults: readonly [what: string, check: RegExp, broken: Parameters<typeof failed>[1]][] = [
    [
      'a cut in one row cuts the whole batch',
      /ancestral/,
      (own, plan) => ({
        forward: (input) => {
          const { action, rows } = input;
          if (action === undefined) return own.forward(input);
          const cut = action.cut.slice();
          const value = action.value.slice();
          for (let j = 0; j < plan.variables; j++) {
            const first = action.cut.indexOf(1, j * rows);
            if (first < 0 || first >= (j + 1) * rows) continue;
            cut.fill(1, j * rows, (j + 1) * rows);
            for (let r = 0; r < rows; r++)
              if (action.cut[j * rows + r] === 0) value[j * rows + r] = value[first] as number;
          }
          return own.forward({ ...input, action: { ...action, cut, value } });
        },
      }),
    ],
    [
      'a gradient leaks through a cut',
      /a cut is exact/,
      (own) => ({
        backward: (upstream) => {
          const gradient = own.backward(upstream);
          const noise = gradient.noise.slice();
          for (let i = 0; i < noise.length; i++) noise[i] = (noise[i] as number) + 1e-30;
          return { ...gradient, noise };
        },
      }),
    ],
    [
      'shift and scale are left out of the likelihood',
      /log density/,
      (own) => ({
        likelihood: (input) =>
          own.likelihood(
            input.action === undefined
              ? input
              : { ...input, action: { cut: input.action.cut, value: input.action.value } },
          ),
      }),
    ],
    [
      'omitted terms count',
      /log density/,
      (own) => ({ likelihood: (input) => own.likelihood({ ...input, omit: undefined }) }),
    ],
    [
      'rows are not weighted',
      /log density/,
      (own) => ({ likelihood: (input) => own.likelihood({ ...input, rowWeights: undefined }) }),
    ],
    [
      'a gradient is off by a thousandth',
      /likelihood/,
      (own) => ({
        likelihood: (input) => {
          const result = own.likelihood(input);
          const parameters = result.gradient.parameters.map((g) => g * 1.001);
          return { ...result, gradient: { ...result.gradient, parameters } };
        },
      }),
    ],
    [
      'answers depend on what was asked before',
      /same bits/,
      (own) => {
        let calls = 0;
        return {
          abduct: (input) => {
            calls += 1;
            return own.abduct(input).map((u) => u * (1 + calls * 2 ** -50));
          },
        };
      },
    ],
    [
      'an argument is written to',
      /arguments/,
      (own) => ({
        likelihood: (input) => {
          const result = own.likelihood(input);
          input.values.fill(0, 0, 1);
          return result;
        },
      }),
    ],
    [
      'one buffer serves all results',
      /results last/,
      (own) => {
        const buffer = new Float64Array(1e5);
        const shared = (values: ArrayLike<number>): Float64Array => {
          buffer.set(values);
          return buffer.subarray(0, values.length);
        };
        return {
          forward: (input) => ({ values: shared(own.forward(input).values) }),
          logDensity: (input) => shared(own.logDensity(input)),
        };
      },
    ],
    [
      'the step ignores clipping',
      /optimiser steps/,
      (own) => ({ step: (input) => own.step({ ...input, clipNorm: undefined }) }),
    ],
    [
      'the step forgets a gradient that was added',
      /optimiser steps|not finite/,
      (own) => ({ step: (input) => own.step({ ...input, addGradient: undefined }) }),
    ],
    [
      'noise under a cut is read',
      /ancestral/,
      (own) => ({
        forward: (input) => {
          const { values } = own.forward(input);
          if (input.action === undefined || !bits(input.action.cut)) return { values };
          return { values: values.map((x, at) => x + 0 * (input.noise[at % input.noise.length] as number)) };
        },
      }),
    ],
    [
      'rows see each other',
      /rows do not see each other|ancestral/,
      (own) => ({
        forward: (input) => ({ values: own.forward(input).values.map((x) => x + input.rows * 1e-3) }),
      }),
    ],
    ['dispose does nothing', /disposed/, () => ({ dispose: () => {} })],
    [
      'too few values are taken',
      /refused/,
      (own, plan) => ({
        abduct: (input) => {
          const values = new Float64Array(plan.variables * input.rows);
          values.set(input.values);
          return own.abduct({ ...input, values });
        },
      }),
    ],
    [
      'allocated memory is not empty',
      /any memory/,
      (own) => ({ allocate: (length) => own.allocate(length).fill(1) }),
    ],
  ];
  test.each(faults)('%s', (_what, check, broken) => {
    expect(failed(check, broken)).not.toEqual([]);
  });

  test('memory that does not come back', () => {
    let bytes = 0;
    const checks = executorConformance(
      (plan) => {
        bytes += 8;
        return createReferenceExecutor(plan);
      },
      { cases: 1, bytesInUse: () => bytes },
    );
    expect(checks.filter((check) => !holds(check)).map(({ name }) => name)).toEqual([
      'memory comes back after dispose',
    ]);
  });
});

test('a known gap must name a check', () => {
  const create = (plan: Plan): Executor => createReferenceExecutor(plan);
  expect(() => executorConformance(create, { knownGaps: { nothing: 'no reason' } })).toThrow(
    /no check is called/,
  );
  const [first] = executorConformance(create, {
    knownGaps: { 'ancestral values and gradients agree with the reference': 'why' },
  });
  expect(first?.knownGap).toBe('why');
});
