/**
 * The reference executor held against complex-step differentiation of a separate, plain interpreter, on random plans:
 * values and every gradient to 1e-12 of max(1, |truth|), and to 0 exactly where nothing depends on the input.
 * CFE_FULL=1 runs 1,000 plans instead of 100.
 */
import { createRng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import { createReferenceExecutor, type Floats, type Plan } from '../src/index.ts';
import { type Complex, complex } from '../src/internal/oracle/complex.ts';
import { complexAbduct, complexDensity, complexForward } from '../src/internal/oracle/complex-plan.ts';
import { complexStep } from '../src/internal/oracle/complex-step.ts';
import { acyclicInRows, type RandomInput, randomInput, randomPlan } from './support/random-plan.ts';

const plans = process.env.CFE_FULL === '1' ? 1000 : 100;
const tolerance = 1e-12;

const lift = (numbers: ArrayLike<number>): Complex[] => Array.from(numbers, (x) => complex(x));
const real = (numbers: readonly Complex[]): number[] => numbers.map(({ re }) => re);

function weighted(terms: readonly Complex[], weights: ArrayLike<number>): Complex {
  let re = 0;
  let im = 0;
  for (const [i, term] of terms.entries()) {
    re += weights[i]! * term.re;
    im += weights[i]! * term.im;
  }
  return complex(re, im);
}

/** Entry by entry; a gradient whose terms may be large and cancel is held to its own size, `of: 'array'`. */
function expectValues(
  have: ArrayLike<number>,
  truth: ArrayLike<number>,
  what: string,
  of: 'entry' | 'array' = 'entry',
): void {
  expect(have.length, what).toBe(truth.length);
  const size = Array.from(truth).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  for (let i = 0; i < truth.length; i++) {
    const error = Math.abs(have[i]! - truth[i]!) / (of === 'array' ? size : Math.max(1, Math.abs(truth[i]!)));
    if (!(error <= tolerance))
      expect.fail(`${what}[${i}] is ${have[i]}, the truth is ${truth[i]} (error ${error})`);
  }
}

function expectGradient(
  have: ArrayLike<number> | undefined,
  truth: ArrayLike<number>,
  what: string,
  of: 'entry' | 'array' = 'entry',
): void {
  expectValues(have!, truth, what, of);
  for (let i = 0; i < truth.length; i++)
    if (truth[i] === 0 && have![i] !== 0) expect.fail(`${what}[${i}] leaks ${have![i]}`);
}

const liftAction = (action: RandomInput['action']) => ({
  cut: action.cut,
  value: lift(action.value),
  shift: action.shift && lift(action.shift),
  scale: action.scale && lift(action.scale),
  noiseFactor: action.noiseFactor && lift(action.noiseFactor),
});

const isCategorical = (plan: Plan, j: number): boolean => plan.mechanisms[j]!.head.kind === 'categorical';

const each = Array.from({ length: plans / 20 }, (_, block) => block);

describe(`${plans} random plans`, () => {
  test.for(each)('ancestral pass, block %i', (block) => {
    eachPlan('ancestral', block, {}, expectAncestral);
  });

  test.for(each)(
    'ancestral pass round cycles that the gates of each row leave open nowhere, block %i',
    (block) => {
      eachPlan('by order', block, { cycles: 'allowed', maxVariables: 7 }, (drawn, input) => {
        if (!drawn.gated) return;
        const opened = acyclicInRows(drawn, input, createRng(block).fork('orders'));
        const { values } = createReferenceExecutor(drawn).forward(opened);
        if (values.every((x) => Math.abs(x) < 100)) expectAncestral(drawn, opened);
      });
    },
  );

  test.for(each)('likelihood under a teacher, cycles allowed, block %i', (block) => {
    eachPlan('teacher', block, { cycles: 'allowed', maxVariables: 8 }, (plan, input) => {
      const { rows, parameters, values, gates, action, omit, rowWeights } = input;
      const executor = createReferenceExecutor(plan);
      const fixed = {
        rows,
        parameters: lift(parameters),
        values: lift(values),
        gates: gates && lift(gates),
        omit,
        action: liftAction(action),
      };
      const densities = complexDensity(plan, fixed);
      expectValues(
        executor.logDensity({ rows, parameters, values, gates, omit, action }),
        real(densities),
        'log density',
      );

      const weights = densities.map((_, at) => -rowWeights[at % rows]! / rows);
      const objective = (change: Partial<typeof fixed>): Complex =>
        weighted(complexDensity(plan, { ...fixed, ...change }), weights);
      const found = executor.likelihood({ rows, parameters, values, gates, omit, action, rowWeights });
      expectValues([found.loss], [objective({}).re], 'loss');
      const byVariable = Array.from({ length: plan.variables }, (_, j) =>
        densities.slice(j * rows, (j + 1) * rows).reduce((s, { re }, r) => s + re * weights[r]!, 0),
      );
      expectValues(found.byVariable, byVariable, 'loss by variable');
      expectGradient(
        found.gradient.parameters,
        complexStep((x) => objective({ parameters: [...x] }), parameters),
        'parameters',
        'array', // u²/2 has no bound, and tanh′ = 1 − tanh² is only as exact as tanh where it saturates
      );
      if (gates === undefined) expect(found.gradient.gates).toBeUndefined();
      else
        expectGradient(
          found.gradient.gates,
          complexStep((x) => objective({ gates: [...x] }), gates),
          'gates',
        );
    });
  });

  test.for(each)('abduction, block %i', (block) => {
    eachPlan('abduction', block, { cycles: 'allowed', maxVariables: 8 }, (plan, input) => {
      const { rows, parameters, values, gates, uniforms, noiseUpstream } = input;
      const executor = createReferenceExecutor(plan);
      const noise = executor.abduct({ rows, parameters, values, gates, uniforms }).slice();
      const fixed = {
        rows,
        parameters: lift(parameters),
        values: lift(values),
        gates: gates && lift(gates),
        uniforms,
      };
      const objective = (change: Partial<typeof fixed>): Complex =>
        weighted(complexAbduct(plan, { ...fixed, ...change }), noiseUpstream);
      expectValues(noise, real(complexAbduct(plan, fixed)), 'noise');
      const gradient = executor.backwardAbduction(noiseUpstream);
      expectGradient(
        gradient.parameters,
        complexStep((x) => objective({ parameters: [...x] }), parameters),
        'parameters',
      );
      expectGradient(
        gradient.values,
        complexStep((x) => objective({ values: [...x] }), values),
        'values',
      );
      if (gates !== undefined)
        expectGradient(
          gradient.gates,
          complexStep((x) => objective({ gates: [...x] }), gates),
          'gates',
        );
      if (plan.levels.length === 0) return;
      const again = executor.forward({ rows, parameters, noise, gates }).values;
      for (let at = 0; at < values.length; at++)
        expect(Math.abs(again[at]! - values[at]!)).toBeLessThanOrEqual(
          1e-9 * Math.max(1, Math.abs(values[at]!)),
        );
    });
  });

  test.for(['float64', 'float32'] as const)(
    'a row alone gives the bits that it gives in a batch, %s',
    (dtype) => {
      for (const block of each) {
        eachPlan(`alone ${dtype}`, block, {}, (plan, input) => {
          const executor = createReferenceExecutor(plan, { dtype });
          const alone = createReferenceExecutor(plan, { dtype });
          const { rows, parameters, noise, gates, action, values, uniforms, omit } = input;
          const batch = executor.forward({ rows, parameters, noise, gates, action }).values.slice();
          const density = executor.logDensity({ rows, parameters, values, gates, omit, action });
          const abducted = executor.abduct({ rows, parameters, values, gates, uniforms });
          for (let r = 0; r < rows; r++) {
            const of = <T extends Floats | Uint8Array>(part: T): T =>
              part.filter((_: number, at: number) => at % rows === r) as T;
            const gate = gates && (gates.length === plan.parents.items.length ? gates : of(gates));
            const act = Object.fromEntries(
              Object.entries(action).map(([name, part]) => [name, of(part)]),
            ) as unknown as RandomInput['action'];
            const one = { rows: 1, parameters, gates: gate };
            expect(alone.forward({ ...one, noise: of(noise), action: act }).values).toEqual(of(batch));
            // The loss on this row alone: what the other rows are and have set does not matter.
            const onRow = input.upstream.map((g, at) => (at % rows === r ? g : 0));
            const whole = executor.backward(onRow);
            const single = alone.backward(of(input.upstream));
            expect(single.parameters).toEqual(whole.parameters);
            for (const part of ['noise', 'value', 'shift', 'scale', 'noiseFactor'] as const)
              expect(single[part]).toEqual(whole[part] && of(whole[part]));
            if (gates !== undefined)
              expect(single.gates).toEqual(
                gates.length === plan.parents.items.length ? whole.gates : of(whole.gates!),
              );
            const seen = { ...one, values: of(values) };
            expect(alone.logDensity({ ...seen, omit: of(omit), action: act })).toEqual(of(density));
            expect(alone.abduct({ ...seen, uniforms: of(uniforms) })).toEqual(of(abducted));
          }
        });
      }
    },
  );
});

/** Values and all gradients of an ancestral pass are those of the oracle. */
function expectAncestral(plan: Plan, input: RandomInput): void {
  const { rows, parameters, noise, gates, action, upstream } = input;
  const executor = createReferenceExecutor(plan);
  const values = executor.forward({ rows, parameters, noise, gates, action }).values.slice();
  const fixed = {
    rows,
    parameters: lift(parameters),
    noise: lift(noise),
    gates: gates && lift(gates),
    action: liftAction(action),
  };
  const objective = (change: Partial<typeof fixed>): Complex =>
    weighted(complexForward(plan, { ...fixed, ...change }), upstream);
  const changed = (part: 'value' | 'shift' | 'scale' | 'noiseFactor') => (x: readonly Complex[]) =>
    objective({ action: { ...fixed.action, [part]: [...x] } });

  expectValues(values, real(complexForward(plan, fixed)), 'values');
  const gradient = executor.backward(upstream);
  expectGradient(
    gradient.parameters,
    complexStep((x) => objective({ parameters: [...x] }), parameters),
    'parameters',
  );
  expectGradient(
    gradient.noise,
    complexStep((x) => objective({ noise: [...x] }), noise),
    'noise',
  );
  // A level is a label: it has no derivative, also where it was set.
  const ofValue = complexStep(changed('value'), action.value).map((g, at) =>
    isCategorical(plan, Math.floor(at / rows)) ? 0 : g,
  );
  expectGradient(gradient.value, ofValue, 'value');
  for (const part of ['shift', 'scale', 'noiseFactor'] as const) {
    const given = action[part];
    if (given === undefined) expect(gradient[part]).toBeUndefined();
    else {
      const truth = complexStep(changed(part), given).map((g, at) =>
        isCategorical(plan, Math.floor(at / rows)) ? 0 : g,
      );
      expectGradient(gradient[part], truth, part);
    }
  }
  if (gates !== undefined)
    expectGradient(
      gradient.gates,
      complexStep((x) => objective({ gates: [...x] }), gates),
      'gates',
    );

  // Said once more without the oracle: what a row replaced passes nothing on in that row.
  for (let j = 0; j < plan.variables; j++) {
    for (let r = 0; r < rows; r++) {
      const cut = action.cut[j * rows + r] === 1;
      if (!cut) {
        expect(gradient.value[j * rows + r]).toBe(0);
        continue;
      }
      expect(values[j * rows + r]).toBe(action.value[j * rows + r]);
      if (gates === undefined || gates.length === plan.parents.items.length) continue;
      for (let e = plan.parents.offsets[j]!; e < plan.parents.offsets[j + 1]!; e++)
        expect(gradient.gates![e * rows + r]).toBe(0);
    }
  }
}

function eachPlan(
  name: string,
  block: number,
  options: Parameters<typeof randomPlan>[1],
  check: (plan: Plan, input: RandomInput) => void,
): void {
  for (let k = 0; k < 20; k++) {
    const rng = createRng(block).fork(`${name} ${k}`);
    const plan = randomPlan(rng.fork('plan'), options);
    const input = randomInput(plan, rng.fork('input'));
    try {
      check(plan, input);
    } catch (error) {
      throw new Error(`${name}, block ${block}, plan ${k}: ${(error as Error).message}`, { cause: error });
    }
  }
}
