/** Worlds in two passes are what every world computed by itself gives: values (of the reference to the bit), all gradients. */
import { createRng } from '@cfe/base';
import { expect, test } from 'vitest';
import {
  createCpuExecutor,
  createPlan,
  createReferenceExecutor,
  type Executor,
  type Floats,
  forwardWorlds,
  type Plan,
} from '../src/index.ts';
import { acyclicInRows, randomInput, randomPlan } from './support/random-plan.ts';

/** Each column so many times over. */
const tiled = <T extends Floats | Uint8Array>(from: T, rows: number, worlds: number): T => {
  const to = new (from.constructor as new (length: number) => T)(from.length * worlds);
  for (let at = 0; at < to.length; at++)
    to[at] = from[Math.floor(at / (rows * worlds)) * rows + (at % rows)]!;
  return to;
};

const added = (from: Floats, rows: number, worlds: number): Float64Array => {
  const to = new Float64Array(from.length / worlds);
  for (let at = 0; at < from.length; at++)
    to[Math.floor(at / (rows * worlds)) * rows + (at % rows)]! += from[at]!;
  return to;
};

const close = (have: Floats | undefined, want: Floats | undefined, bound: number, what: string): void => {
  expect(have?.length, what).toBe(want?.length);
  const size = Math.max(1, ...Array.from(want ?? [], Math.abs));
  for (let i = 0; i < (want?.length ?? 0); i++)
    expect(Math.abs(have![i]! - want![i]!), `${what}[${i}]`).toBeLessThanOrEqual(bound * size);
};

const executors: Readonly<Record<string, { create: (plan: Plan) => Executor; bound: number }>> = {
  reference: { create: createReferenceExecutor, bound: 1e-12 },
  'fused cpu': { create: createCpuExecutor, bound: 1e-4 },
};

test.for(Object.entries(executors))('%s', ([, { create, bound }]) => {
  let shared = 0;
  for (let k = 0; k < 40; k++) {
    const rng = createRng(k).fork('worlds');
    const plan = randomPlan(rng.fork('plan'), { maxVariables: 7, cycles: k % 8 === 7 ? 'allowed' : 'none' });
    if (plan.levels.length === 0 && !plan.gated) continue;
    const drawn = randomInput(plan, rng.fork('input'));
    const { rows, parameters, noise, gates } = plan.gated
      ? acyclicInRows(plan, drawn, rng.fork('order'))
      : drawn;
    const worlds = 1 + rng.integer(4);
    const size = plan.variables * worlds * rows;
    const d = rng.integer(plan.variables); // acted on in some worlds alone, and not in every row
    const value = tiled(drawn.action.value, rows, worlds).map((x, at) => {
      const { head } = plan.mechanisms[Math.floor(at / (worlds * rows))]!;
      return head.kind === 'categorical' ? x : x + at / size;
    });
    const at = (j: number, w: number, r: number): number => (j * worlds + w) * rows + r;
    const cut = new Uint8Array(size);
    for (let w = 1; w < worlds; w++) cut[at(d, w, 0)] = 1;
    const shift = new Float64Array(size);
    const soft = plan.mechanisms.findIndex(({ head }) => head.kind !== 'categorical');
    if (soft >= 0) shift[at(soft, worlds - 1, rows - 1)] = 1;
    const action = k % 2 === 0 ? { cut, value } : { cut, value, shift };
    const upstream = Float64Array.from({ length: size }, () => rng.normal());

    const [apart, together] = [create(plan), create(plan)];
    const perRow = gates !== undefined && gates.length !== plan.parents.items.length;
    const whole = apart.forward({
      rows: worlds * rows,
      parameters,
      noise: tiled(noise, rows, worlds),
      gates: perRow ? tiled(gates, rows, worlds) : gates,
      action,
    });
    if (!whole.values.every((x) => Math.abs(x) < 100)) continue;
    const pass = forwardWorlds(together, { rows, worlds, parameters, noise, gates, action });
    if (bound === 1e-12) expect(pass.values).toEqual(whole.values);
    else close(pass.values, whole.values, bound, 'values');
    const want = apart.backward(upstream);
    const have = pass.backward(upstream);
    close(have.parameters, want.parameters, bound, 'parameters');
    close(have.noise, added(want.noise, rows, worlds), bound, 'noise');
    for (const part of ['value', 'shift'] as const) close(have[part], want[part], bound, part);
    close(have.gates, perRow ? added(want.gates!, rows, worlds) : want.gates, bound, 'gates');
    expect(pass.backward(upstream).noise).toEqual(have.noise); // asked again
    if (plan.levels.length > 0) shared++;
    apart.dispose();
    together.dispose();
  }
  expect(shared).toBeGreaterThan(20);
});

test('what an action does not reach is computed once, not in every world', () => {
  const rows = 3;
  const worlds = 50;
  // a → b → c, and d alone: do(b) reaches b and c
  const plan = createPlan({
    graph: {
      nodes: ['a', 'b', 'c', 'd'],
      parents: { offsets: Int32Array.of(0, 0, 1, 2, 2), items: Int32Array.of(0, 1) },
    },
  });
  const computed: number[] = [];
  const executor = createReferenceExecutor(plan);
  const watched: Executor = {
    ...executor,
    forward(input) {
      computed.push(
        input.rows * plan.variables - (input.action?.cut.reduce((sum, bit) => sum + bit, 0) ?? 0),
      );
      return executor.forward(input);
    },
  };
  const cut = new Uint8Array(4 * worlds * rows).fill(1, worlds * rows, 2 * worlds * rows);
  const noise = new Float64Array(4 * rows);
  const parameters = new Float64Array(10);
  const value = new Float64Array(cut.length);
  forwardWorlds(watched, { rows, worlds, parameters, noise, action: { cut, value } });
  expect(computed).toEqual([4 * rows, worlds * rows]);
});

test('what is no action for so many worlds is refused', () => {
  const plan = createPlan({
    graph: { nodes: ['a'], parents: { offsets: Int32Array.of(0, 0), items: new Int32Array(0) } },
  });
  const executor = createReferenceExecutor(plan);
  const parts = { rows: 1, parameters: new Float64Array(2), noise: new Float64Array(1) };
  const action = { cut: new Uint8Array(2), value: new Float64Array(2) };
  expect(() => forwardWorlds(executor, { ...parts, worlds: 3, action })).toThrow(
    /action\.cut has 2 entries; for 1 variables, 3 worlds and 1 rows 3 are needed/,
  );
  expect(() => forwardWorlds(executor, { ...parts, worlds: 1.5, action })).toThrow(/worlds must be/);
});
