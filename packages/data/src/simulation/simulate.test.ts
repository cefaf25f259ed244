import type { Columns } from '@cfe/base';
import { edgesOf, parentsOf, topologicalOrder } from '@cfe/graph';
import type { LinearGaussian } from '@cfe/scm';
import { describe, expect, test } from 'vitest';
import {
  type ClassicGraph,
  classicGraph,
  classicTwins,
  covariances,
  moments,
  namedSimulator,
  type Simulation,
  simulate,
  simulateClassic,
  simulateDcdi,
  simulateSdcd,
  type Table,
} from '../index.ts';

const ids: readonly ClassicGraph[] = ['chain', 'fork', 'v-structure', 'confounder', 'complex'];
const valuesOf = (rows: Columns, name: string): number[] => [...rows.column(name)];

function targetOf(table: Table, regime: number): string {
  const targets = table.regimes?.list[regime]?.targets;
  return targets === undefined || targets === 'unknown' ? '' : (targets[0]?.variable ?? '');
}

/** x = (I − Wᵀ)⁻¹ u row by row, with what was set in place of its equation: an independent recursion. */
function recompute(simulation: Simulation, set: Readonly<Record<string, number>>): Record<string, number[]> {
  const { spec } = simulation.model as LinearGaussian;
  const out: Record<string, number[]> = Object.fromEntries(spec.nodes.map((name) => [name, []]));
  for (let r = 0; r < simulation.noise.rows; r++) {
    for (const j of topologicalOrder(simulation.graph)) {
      const name = spec.nodes[j] as string;
      let x = (simulation.noise.column(name)[r] as number) + (spec.intercepts[j] as number);
      for (const [i, parent] of spec.nodes.entries())
        x += (spec.weights[i]?.[j] as number) * (out[parent]?.[r] ?? 0);
      out[name]?.push(set[name] ?? x);
    }
  }
  return out;
}

describe('simulate', () => {
  test('rows are the model’s answer to their noise, and counterfactuals those of an independent recursion', () => {
    const simulation = simulate({ nodes: 6, degree: 3, rows: 50, seed: 4 });
    const factual = recompute(simulation, {});
    const altered = recompute(simulation, { v2: 1.5, v5: -1 });
    const answer = simulation.counterfactual({ v2: 1.5, v5: -1 });
    for (const name of simulation.graph.nodes) {
      for (let r = 0; r < 50; r++) {
        expect(simulation.table.column(name)[r]).toBeCloseTo(factual[name]?.[r] as number, 10);
        expect(answer.column(name)[r]).toBeCloseTo(altered[name]?.[r] as number, 10);
      }
    }
  });

  test('an action on what was set replaces it, one elsewhere leaves it done', () => {
    const simulation = simulate({ nodes: 4, degree: 2, rows: 3, interventions: { rows: 4 }, seed: 9 });
    const { table, counterfactual } = simulation;
    const k = table.regimes?.list.findIndex(({ name }) => name === 'do(v2)') as number;
    const rows = [...table.regimes!.of.keys()].filter((r) => table.regimes?.of[r] === k);
    const elsewhere = counterfactual({ v3: 7 });
    const same = counterfactual({
      v2: Float64Array.from({ length: table.rows }, (_, r) => (r === rows[0] ? 5 : Number.NaN)),
    });
    for (const r of rows) {
      expect(elsewhere.column('v2')[r]).toBe(table.column('v2')[r]);
      expect(same.column('v2')[r]).toBe(r === rows[0] ? 5 : table.column('v2')[r]);
    }
    expect(valuesOf(counterfactual({}), 'v4')).toEqual(valuesOf(table, 'v4'));
  });

  test('set values follow their law and nothing else; other rows are as if nothing was done', () => {
    const { table, graph } = simulate({
      nodes: 5,
      degree: 2,
      rows: 10,
      interventions: { rows: 4000 },
      seed: 2,
    });
    for (const [k, regime] of (table.regimes?.list ?? []).entries()) {
      if (regime.targets === 'unknown' || regime.targets.length === 0) continue;
      const target = regime.targets[0]?.variable as string;
      const { means, covariance, correlation, names } = covariances(moments(table, { regime: k }));
      const j = names.indexOf(target);
      expect(regime.targets[0]?.kind).toBe('hard');
      expect(Math.abs(means[j] as number)).toBeLessThan((5 * 2) / Math.sqrt(4000));
      expect(Math.abs((covariance[j]?.[j] as number) - 4)).toBeLessThan(5 * 4 * Math.sqrt(2 / 4000));
      for (const parent of parentsOf(graph, target))
        expect(Math.abs(correlation[j]?.[names.indexOf(parent)] as number)).toBeLessThan(5 / Math.sqrt(4000));
    }
  });

  test('tables: every level is set alike often, and each row keeps its noise in every world', () => {
    const simulation = simulate({
      nodes: 4,
      degree: 2,
      mechanism: 'table',
      levels: 3,
      rows: 50,
      interventions: { rows: 900 },
      seed: 6,
    });
    const { table, model, noise, graph, counterfactual } = simulation;
    expect(table.variable('v1')).toEqual({ name: 'v1', kind: 'categorical', levels: ['l0', 'l1', 'l2'] });
    const k = table.regimes?.list.findIndex(({ name }) => name === 'do(v1)') as number;
    const set = table.column('v1').filter((_, r) => table.regimes?.of[r] === k);
    for (const level of [0, 1, 2])
      expect(Math.abs(set.filter((x) => x === level).length - 300)).toBeLessThan(5 * Math.sqrt(200));
    const world = counterfactual({ v2: 'l1' });
    expect(new Set(world.column('v2'))).toEqual(new Set([1]));
    const alone = model.predict(noise, { do: { v2: 'l1' } });
    for (const name of graph.nodes)
      expect(valuesOf(world, name).slice(0, 50)).toEqual(valuesOf(alone, name).slice(0, 50));
    const asked = model.exact?.({ do: { v2: 'l1' } }).probabilities?.v3?.l0 as number;
    const drawn =
      model
        .sample(20_000, { do: { v2: 'l1' }, seed: 3 })
        .column('v3')
        .filter((x) => x === 0).length / 20_000;
    expect(Math.abs(drawn - asked)).toBeLessThan(5 * Math.sqrt((asked * (1 - asked)) / 20_000));
  });

  test('hidden variables leave the table and stay in the truth', () => {
    const simulation = simulate({
      nodes: 8,
      degree: 4,
      hidden: 2,
      rows: 20,
      interventions: { rows: 2 },
      seed: 1,
    });
    expect(simulation.table.names.length).toBe(6);
    expect(simulation.complete.names.length).toBe(8);
    expect(simulation.table.regimes?.list.length).toBe(7);
    expect(simulation.observedGraph.nodes).toEqual(simulation.table.names);
    expect(edgesOf(simulation.observedGraph).some(({ type }) => type === 'bidirected')).toBe(true);
    for (const name of simulation.hidden) expect(simulation.table.names).not.toContain(name);
    const dark = simulate({
      simulator: namedSimulator('triangle'),
      hidden: ['x1'],
      regimes: [{ name: 'lab', do: { x1: 2 }, rows: 3 }],
      seed: 1,
    });
    expect(dark.table.regimes?.list.map(({ targets }) => targets)).toEqual([[], 'unknown']);
  });

  test('any action makes a regime, soft ones are called soft', () => {
    const { table, nameOf } = simulateClassic('chain', {
      rows: 5,
      regimes: [
        { name: 'set', do: { x2: 3 }, rows: 4 },
        { name: 'moved', do: [{ target: 'x3', kind: 'shift', by: 10 }], rows: 4 },
      ],
      seed: 1,
    });
    expect(table.regimes?.list).toEqual([
      { name: 'observational', targets: [] },
      { name: 'set', targets: [{ variable: nameOf.x2, kind: 'hard', value: 3 }] },
      { name: 'moved', targets: [{ variable: nameOf.x3, kind: 'soft' }] },
    ]);
    expect(valuesOf(table, nameOf.x2!).slice(5, 9)).toEqual([3, 3, 3, 3]);
  });

  test('by default, neither order nor names of columns tell the causal order', () => {
    let agreeing = 0;
    let edges = 0;
    for (let seed = 0; seed < 300; seed++) {
      const { graph, table } = simulateClassic('complex', { rows: 2, seed });
      expect(table.names).toEqual(['v1', 'v2', 'v3', 'v4', 'v5', 'v6']);
      for (const { from, to } of edgesOf(graph)) {
        agreeing += from < to ? 1 : 0;
        edges++;
      }
    }
    expect(Math.abs(agreeing / edges - 0.5)).toBeLessThan(2.5 / Math.sqrt(edges));
    expect(simulateClassic('chain', { columns: 'as-drawn' }).table.names).toEqual(['x1', 'x2', 'x3', 'y']);
  });

  test('the same seed gives the same bits, another one other data', () => {
    const values = (seed: number): number[] =>
      valuesOf(simulate({ nodes: 3, degree: 1, mechanism: 'gp', rows: 9, seed }).table, 'v1');
    expect(values(1)).toEqual(values(1));
    expect(values(1)).not.toEqual(values(2));
  });

  test.each([
    ['negative rows', { rows: -1 }, 'whole number of rows'],
    ['no rows', { rows: 0 }, 'no rows to simulate'],
    ['an unknown target', { interventions: { targets: ['zz'] } }, 'no target "zz"'],
    ['a share above 1', { interventions: { targets: 2 } }, 'a share of targets'],
    ['everything hidden', { hidden: 3 }, 'every variable is hidden'],
    ['an unknown mechanism', { mechanism: 'magic' as 'mlp', degree: 2 }, 'no mechanism family "magic"'],
    ['no noise', { noiseScale: 0 }, 'must be above 0'],
    ['a repeated regime', { regimes: [{ name: 'observational', do: {}, rows: 1 }] }, 'two regimes are named'],
  ])('refuses %s', (_, options, message) => {
    expect(() => simulate({ nodes: 3, degree: 1, ...options })).toThrow(message);
  });
});

describe('the classic five', () => {
  test.each(ids)('%s: weights ±U(0.5, 1), unit noise, other data for other seeds', (id) => {
    const models = [0, 1, 2].map((seed) => simulateClassic(id, { rows: 10, seed, columns: 'as-drawn' }));
    for (const { model } of models) {
      const { spec } = model as LinearGaussian;
      expect(edgesOf(model.graph)).toEqual(edgesOf(classicGraph(id)));
      expect([...Float64Array.from(spec.noiseVariances)]).toEqual(spec.nodes.map(() => 1));
      for (const row of spec.weights)
        for (const w of Array.from(row))
          expect(w === 0 || (Math.abs(w) >= 0.5 && Math.abs(w) <= 1)).toBe(true);
    }
    expect(new Set(models.map(({ table }) => table.column('x1')[0])).size).toBe(3);
    expect(
      new Set(models.map(({ model }) => JSON.stringify((model as LinearGaussian).spec.weights[0]))).size,
    ).toBe(3);
  });

  test('1,000 rows and 100 for each target, y included', () => {
    const { table, nameOf } = simulateClassic('fork', { interventions: {}, seed: 1 });
    expect(table.rows).toBe(1400);
    expect(table.regimes?.list.map(({ name }) => name)).toContain(`do(${nameOf.y})`);
  });

  test('the nonlinear twin puts w · (x + ½ sin 2x) for w · x', () => {
    const { linear, nonlinear } = classicTwins('confounder', 6);
    const at = simulate({ simulator: nonlinear, columns: 'as-drawn', rows: 30, seed: 3 });
    const bend = (x: number): number => x + 0.5 * Math.sin(2 * x);
    const y = linear.variables[3]!;
    const weights =
      y.mechanism.kind === 'additive' && y.mechanism.location.kind === 'linear'
        ? y.mechanism.location.weights
        : [];
    for (let r = 0; r < 30; r++) {
      const terms = (y.parents ?? []).map(
        (p, k) => (weights[k] as number) * bend(at.table.column(p)[r] as number),
      );
      expect(at.table.column('y')[r]).toBeCloseTo(
        terms.reduce((a, b) => a + b, at.noise.column('y')[r] as number),
        12,
      );
    }
    expect(simulateClassic('chain', { twin: 'nonlinear', rows: 5 }).model.exact).toBeUndefined();
  });

  test('the prototype row: three graphs, its weights, noise 0.3, exogenous variables of unit variance', () => {
    const at = (id: ClassicGraph) =>
      (simulateClassic(id, { twin: 'prototype', rows: 5, columns: 'as-drawn' }).model as LinearGaussian).spec;
    expect(at('confounder')).toEqual(at('complex'));
    expect(at('chain').weights.map((row) => [...Array.from(row)])).toEqual([
      [0, 0.8, 0, 0],
      [0, 0, 0.6, 0],
      [0, 0, 0, 0.5],
      [0, 0, 0, 0],
    ]);
    expect([...Array.from(at('v-structure').noiseVariances)]).toEqual([1, 1, 0.09, 0.09]);
  });
});

describe('set-ups of papers', () => {
  test('SDCD: exact number of edges, set values N(0, 0.1²), noise 0.5', () => {
    const { graph, table, model } = simulateSdcd({
      nodes: 12,
      edgesPerNode: 2,
      fraction: 0.5,
      rows: 3000,
      perTarget: 2000,
      seed: 3,
    });
    expect(graph.children.items.length).toBe(24);
    expect(table.regimes?.list.length).toBe(7);
    const k = 1;
    const target = targetOf(table, k);
    const { covariance, names } = covariances(moments(table, { regime: k }));
    const j = names.indexOf(target);
    expect(Math.abs((covariance[j]?.[j] as number) / 0.01 - 1)).toBeLessThan(5 * Math.sqrt(2 / 2000));
    const noise = model.noise(20_000, { seed: 1 }).column('v1');
    expect(Math.abs(noise.reduce((a, b) => a + b * b, 0) / 20_000 / 0.25 - 1)).toBeLessThan(
      5 * Math.sqrt(2 / 20_000),
    );
  });

  test.each(['linear', 'additive', 'non-additive'] as const)(
    'DCDI %s: one regime per variable, all rows used',
    (mechanism) => {
      const { table, simulator } = simulateDcdi({
        nodes: 10,
        edgesPerNode: 1,
        mechanism,
        rows: 10_000,
        seed: 2,
      });
      expect(table.rows).toBe(10_000);
      expect(table.regimes?.list.length).toBe(11);
      const { means, names } = covariances(moments(table, { regime: 3 }));
      const target = targetOf(table, 3);
      expect(Math.abs((means[names.indexOf(target)] as number) - 2)).toBeLessThan(5 / Math.sqrt(900));
      for (const { parents = [], noise } of simulator.variables) {
        const sd = noise?.kind === 'normal' ? noise.sd : Number.NaN;
        const range = parents.length === 0 ? [1, Math.SQRT2] : [0.4, 0.4 * Math.SQRT2];
        expect(sd).toBeGreaterThanOrEqual(range[0] as number);
        expect(sd).toBeLessThanOrEqual(range[1] as number);
      }
    },
  );

  test('large-backdoor, written out', () => {
    const { complete, noise } = simulate({
      simulator: namedSimulator('large-backdoor'),
      rows: 40,
      columns: 'as-drawn',
      seed: 2,
    });
    const sp = (t: number): number => Math.log(1 + Math.exp(t));
    for (let r = 0; r < 40; r++) {
      const u = noise.names.map((name) => noise.column(name)[r] as number);
      const layer = (x: number, e: number): number => sp(x + 1) + sp(0.5 + e) - 3;
      const x1 = sp(1.8 * u[0]!) - 1;
      const x2 = 0.25 * u[1]! + 1.5 * layer(x1, 0);
      const x3 = layer(x1, u[2]!);
      const [x4, x5] = [layer(x2, u[3]!), layer(x3, u[4]!)];
      const [x6, x7] = [layer(x4, u[5]!), layer(x5, u[6]!)];
      const x8 = 0.3 * u[7]! + sp(x6 + 1) - 1;
      const v = u[8]! - 0.5;
      const x9 = 2 - sp((1.3 * x7 + x8) / 3 + 1) - 0.6 * Math.sign(v) * Math.log(1 - 2 * Math.abs(v));
      for (const [j, x] of [x1, x2, x3, x4, x5, x6, x7, x8, x9].entries())
        expect(complete.column(`x${j + 1}`)[r]).toBeCloseTo(x, 10);
    }
  });

  test('the twins have one law and two counterfactuals', () => {
    const [plus, sign] = (['twin-plus', 'twin-sign'] as const).map((name) =>
      simulate({ simulator: namedSimulator(name), rows: 20_000, columns: 'as-drawn', seed: 5 }),
    ) as [Simulation, Simulation];
    const [a, b] = [plus, sign].map(
      ({ table }) => covariances(moments(table)).covariance[1]?.[1] as number,
    ) as [number, number];
    expect(Math.abs(a - b)).toBeLessThan(5 * 2 * Math.sqrt(4 / 20_000));
    const flip = (s: Simulation): number[] => valuesOf(s.counterfactual({ x: 1 }), 'y');
    const r = plus.table.column('x').findIndex((x) => x < 0);
    const change = (s: Simulation): number => (flip(s)[r] as number) - (s.table.column('y')[r] as number);
    const x = plus.table.column('x')[r] as number;
    expect(change(plus)).toBeCloseTo(1 - x, 12);
    expect(Math.abs(change(sign) - (1 - x))).toBeGreaterThan(0.01);
  });
});
