import { createRng } from '@cfe/base';
import { createDag, topologicalOrder } from '@cfe/graph';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomInput, randomPlan } from '../test/support/random-plan.ts';
import {
  createPlan,
  createReferenceExecutor,
  hardenGates,
  type Plan,
  planLayout,
  pruneGates,
  relaxGates,
  rewire,
} from './index.ts';

const kinds = ['sigmoid', 'gumbel', 'straight-through'] as const;
const logits = Float64Array.of(-3, -0.4, 0, 0.7, 2.5);

describe('relaxed gates', () => {
  test.for(kinds)('%s: the way back is the slope of the soft gate', (kind) => {
    const soft = kind === 'straight-through' ? 'gumbel' : kind;
    const options = { temperature: 0.7, seed: 4, rows: 3 };
    const dGates = Float64Array.from({ length: logits.length * 3 }, (_, at) => Math.cos(at));
    const found = relaxGates(logits, { kind, ...options }).backward(dGates);
    for (let e = 0; e < logits.length; e++) {
      const objective = (by: number): number =>
        relaxGates(logits.with(e, logits[e]! + by), { kind: soft, ...options }).values.reduce(
          (s, g, at) => s + g * dGates[at]!,
          0,
        );
      expect(found[e]).toBeCloseTo((objective(1e-5) - objective(-1e-5)) / 2e-5, 9);
    }
  });

  test('a hard draw is there with probability σ(logit), in every row anew', () => {
    const rows = 20_000;
    const { values } = relaxGates(logits, { kind: 'straight-through', temperature: 0.3, seed: 2, rows });
    expect(new Set(values)).toEqual(new Set([0, 1]));
    for (let e = 0; e < logits.length; e++) {
      const p = 1 / (1 + Math.exp(-logits[e]!));
      const share = values.subarray(e * rows, (e + 1) * rows).reduce((a, b) => a + b) / rows;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / rows)); // 4 standard errors
    }
  });

  test('a low temperature hardens; the same seed draws the same', () => {
    const cold = relaxGates(
      logits.filter((x) => x !== 0),
      { temperature: 1e-3 },
    );
    expect(cold.values).toEqual(Float64Array.of(0, 0, 1, 1).map((x, i) => (x === 0 ? cold.values[i]! : x)));
    expect(cold.values.subarray(0, 2).every((g) => g < 1e-100)).toBe(true);
    expect(relaxGates([1e4, -1e4]).values).toEqual(Float64Array.of(1, 0));
    expect(relaxGates(logits, { kind: 'gumbel', seed: 9 }).values).toEqual(
      relaxGates(logits, { kind: 'gumbel', seed: 9 }).values,
    );
  });

  test('bad input is refused', () => {
    expect(() => relaxGates([0, Number.NaN])).toThrow(/logit 1 is NaN/);
    expect(() => relaxGates([0], { temperature: 0 })).toThrow(/temperature/);
    expect(() => relaxGates([0], { rows: 0.5 })).toThrow(/rows/);
    expect(() => relaxGates([0]).backward(new Float64Array(2))).toThrow(/1 derivatives, got 2/);
  });
});

/** All edges among d variables, both ways. */
function everyEdge(d: number): Plan {
  const others = (j: number): number[] => Array.from({ length: d }, (_, i) => i).filter((i) => i !== j);
  const nodes = Array.from({ length: d }, (_, i) => `v${i}`);
  const items = Int32Array.from(nodes.flatMap((_, j) => others(j)));
  const offsets = Int32Array.from({ length: d + 1 }, (_, j) => j * (d - 1));
  return createPlan({ graph: { nodes, parents: { offsets, items } }, gates: 'edges' });
}

describe('hardening', () => {
  test('leaves a DAG, keeps what is strong and on no cycle, and accounts for every edge', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 8 }), (seed, d) => {
        const plan = everyEdge(d);
        const rng = createRng(seed);
        const strengths = Float64Array.from({ length: d * (d - 1) }, () => rng.uniform());
        const { graph, gates, dropped } = hardenGates(plan, strengths, { threshold: 0.4 });
        expect(topologicalOrder(graph)).toHaveLength(d);
        const kept = gates.reduce((a, b) => a + b, 0);
        expect(kept + dropped.length).toBe(strengths.length);
        expect(rewire(plan, graph)).toEqual(gates);
        expect(
          dropped.filter(({ reason }) => reason === 'weak').every(({ strength }) => strength <= 0.4),
        ).toBe(true);
        const cycles = dropped.filter(({ reason }) => reason === 'cycle');
        expect(cycles.every(({ strength }) => strength > 0.4)).toBe(true);
        // The last edge that a cycle cost closes a cycle with edges at least as strong: put back, there is one again.
        for (const { from, to, strength } of cycles.slice(-1)) {
          const strong = everyEdge(d);
          const again = gates.slice();
          for (let j = 0; j < d; j++)
            for (let e = j * (d - 1); e < (j + 1) * (d - 1); e++) {
              if (plan.names[j] === to && plan.names[plan.parents.items[e]!] === from) again[e] = strength;
            }
          expect(
            hardenGates(strong, again, { threshold: 0 }).dropped.some(({ reason }) => reason === 'cycle'),
          ).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the weakest edge of a cycle goes, not the weakest of all', () => {
    const plan = everyEdge(3); // v1→v0, v2→v0, v0→v1, v2→v1, v0→v2, v1→v2
    const { dropped, message } = hardenGates(plan, [0, 0.9, 0.8, 0, 0, 0.7]); // v2→v0→v1→v2
    expect(dropped.at(-1)).toEqual({ from: 'v1', to: 'v2', strength: 0.7, reason: 'cycle' });
    expect(message).toBe('Kept 2 of 6 edges; 3 were weak, 1 was the weakest of a cycle (v1 → v2, 0.7).');
    expect(hardenGates(plan, [0, 0.9, 0.8, 0, 0, 0]).message).toBe('Kept 2 of 6 edges; 4 were weak.');
  });

  test('bad input is refused', () => {
    expect(() => hardenGates(everyEdge(3), [1])).toThrow(/1 strengths for 6 edges/);
    expect(() => hardenGates(everyEdge(2), [1, -1])).toThrow(/strength 1 is -1/);
    expect(() => hardenGates(everyEdge(2), [1, Number.NaN])).toThrow(/strength 1 is NaN/);
    expect(() => hardenGates(everyEdge(2), [1, 1], { threshold: Number.NaN })).toThrow(/threshold/);
  });
});

describe('another graph at run time', () => {
  const nodes = ['a', 'b', 'c'];
  const full = createDag(nodes, [
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'c'],
  ]);
  const plan = createPlan({ graph: full, gates: 'edges', mechanism: { hidden: [4] } });
  const graphs = [
    full,
    createDag(nodes, [['b', 'c']]),
    createDag(nodes, []),
    createDag(nodes, [
      ['a', 'c'],
      ['a', 'b'],
    ]),
  ];

  test('each row follows its own graph: what its graph lacks passes neither values nor gradients', () => {
    const rows = graphs.length;
    const rng = createRng(1);
    const parameters = Float64Array.from({ length: planLayout(plan).parameters }, () => rng.normal());
    const noise = Float64Array.from({ length: 3 * rows }, () => rng.normal());
    const executor = createReferenceExecutor(plan);
    const values = executor.forward({ rows, parameters, noise, gates: rewire(plan, graphs) }).values.slice();
    const upstream = Float64Array.from({ length: 3 * rows }, (_, at) => (at >= 2 * rows ? 1 : 0));
    const gradient = executor.backward(upstream);
    for (const [r, graph] of graphs.entries()) {
      const alone = createReferenceExecutor(plan);
      const one = alone.forward({
        rows: 1,
        parameters,
        noise: noise.filter((_, at) => at % rows === r),
        gates: rewire(plan, graph),
      });
      expect(one.values).toEqual(values.filter((_, at) => at % rows === r));
    }
    // b reaches c in rows 0 and 1 only; a in rows 0 and 3
    expect([...gradient.noise.subarray(rows, 2 * rows)].map((g) => g !== 0)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([...gradient.noise.subarray(0, rows)].map((g) => g !== 0)).toEqual([true, false, false, true]);
  });

  test('graphs that do not fit are refused', () => {
    expect(() => rewire(plan, createDag(nodes, [['c', 'b']]))).toThrow(
      /"c" → "b", for which the plan has no weights/,
    );
    expect(() => rewire(plan, createDag(['a', 'c', 'b'], []))).toThrow(/the plan has a, b, c/);
  });
});

test('a pruned plan computes what the gated one did, over all heads, depths and skips', () => {
  let dropped = 0;
  let constant = 0;
  for (let k = 0; k < 60; k++) {
    const rng = createRng(k).fork('prune');
    const plan = { ...randomPlan(rng.fork('plan'), { maxVariables: 6 }), gated: true };
    const { rows, parameters, values, noise } = randomInput(plan, rng.fork('input'));
    const gates =
      plan.parents.items.length === 0
        ? new Float64Array(0)
        : Float64Array.from(plan.parents.items, () => (rng.uniform() < 0.5 ? 0 : rng.uniform()));
    const pruned = pruneGates(plan, parameters, gates);
    dropped += plan.parents.items.length - pruned.plan.parents.items.length;
    for (const [j, { inputs }] of planLayout(pruned.plan).mechanisms.entries())
      if (inputs === 0 && planLayout(plan).mechanisms[j]!.layers.length > 1) constant++;
    const [was, is] = [createReferenceExecutor(plan), createReferenceExecutor(pruned.plan)];
    const close = (a: ArrayLike<number>, b: ArrayLike<number>): void => {
      for (let i = 0; i < b.length; i++)
        expect(Math.abs(a[i]! - b[i]!)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(b[i]!)));
    };
    close(
      is.logDensity({ rows, parameters: pruned.parameters, values }),
      was.logDensity({ rows, parameters, values, gates }),
    );
    close(
      is.forward({ rows, parameters: pruned.parameters, noise }).values,
      was.forward({ rows, parameters, noise, gates }).values,
    );
  }
  expect(dropped).toBeGreaterThan(50);
  expect(constant).toBeGreaterThan(5);
});

test('a cyclic plan runs forward once its gates are hard', () => {
  const plan = everyEdge(3);
  const { gates } = hardenGates(plan, [0, 0.9, 0.8, 0, 0, 0.7]);
  const { plan: left, parameters } = pruneGates(
    plan,
    new Float64Array(planLayout(plan).parameters).fill(1),
    gates,
  );
  expect(left.levels).toHaveLength(3);
  const { values } = createReferenceExecutor(left).forward({
    rows: 1,
    parameters,
    noise: new Float64Array(3),
  });
  expect(values).toEqual(Float64Array.of(2, 3, 1)); // v2 = 1, v0 = v2 + 1, v1 = v0 + 1
  expect(() => pruneGates(plan, parameters, gates)).toThrow(/the plan has/);
});
