import type { Rng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import {
  adjust,
  adjustmentSets,
  ancestorsOf,
  checkAdjustmentSet,
  cpdag,
  createDag,
  createGraph,
  type Dag,
  type EdgeInput,
  edgesOf,
  type Graph,
  isAdjustmentSet,
  isIdentifiable,
  latentProjection,
  mSeparated,
  optimalAdjustmentSet,
  parentAdjustmentSet,
  topologicalOrder,
} from '../src/index.ts';
import { adjusts, adjustsInDag, leftOpen, matrixOf, subsets } from './oracles/adjustment.ts';
import { adjusted, binaryModel, probability, throughFrontdoor } from './oracles/binary-model.ts';
import { allDags } from './oracles/enumerate.ts';
import { cases, letters, randomAdmg, randomDag } from './oracles/random.ts';
import { same } from './oracles/same.ts';

const arc = (from: string, to: string): EdgeInput => ({ from, to, type: 'bidirected' });
const xy = { treatment: 'x', outcome: 'y' } as const;
const admg = (nodes: string, ...edges: EdgeInput[]): Graph => createGraph('admg', [...nodes], edges);

describe('by definition', () => {
  const dags = allDags(4);
  const classes = [
    ...new Map(dags.map((one) => [JSON.stringify(matrixOf(cpdag(one))), cpdag(one)])).values(),
  ];
  // a treatment and an outcome; two treatments; two outcomes
  const questions: (readonly [number[], number[]])[] = [
    [[0], [1]],
    [[2], [0]],
    [[0, 1], [2]],
    [[3], [1, 2]],
  ];

  test('validity and all minimal sets, on every DAG and class with 4 nodes', () => {
    for (const graph of [...dags, ...classes])
      for (const [xs, ys] of questions) expectByDefinition(graph, xs, ys);
  });

  test('validity and all minimal sets, on random graphs with 5 to 7 nodes', () => {
    for (const rng of cases(150, 'adjust')) {
      const d = 5 + rng.integer(3);
      const dag = randomDag(rng, d, 2 / (d - 1));
      for (const graph of [dag, cpdag(dag)]) {
        expectByDefinition(graph, [0], [1]);
        expectByDefinition(graph, [0, 2], [1]);
      }
    }
  });

  function expectByDefinition(graph: Graph, xs: number[], ys: number[]): void {
    const names = (set: readonly number[]): string[] => set.map((i) => graph.nodes[i] as string);
    const question = { treatment: names(xs), outcome: names(ys) };
    const rest = graph.nodes.flatMap((_, i) => (xs.includes(i) || ys.includes(i) ? [] : [i]));
    const valid = subsets(rest).filter((set) =>
      graph.kind === 'dag' ? adjustsInDag(graph as Dag, xs, ys, set) : adjusts(graph, xs, ys, set),
    );
    const keys = new Set(valid.map((set) => set.join()));
    for (const set of subsets(rest)) {
      const verdict = checkAdjustmentSet(graph, question, names(set));
      same(verdict.valid, keys.has(set.join()));
      same(verdict.reason === null, verdict.valid);
    }
    const minimal = valid.filter(
      (set) => !valid.some((other) => other !== set && other.every((i) => set.includes(i))),
    );
    const sorted = (sets: readonly (readonly string[])[]): string[] =>
      sets.map((set) => [...set].sort().join()).sort();
    same(sorted(adjustmentSets(graph, question)), sorted(minimal.map(names)));
    const answer = adjust(graph, question);
    same(answer.identifiable, !leftOpen(matrixOf(graph), xs, ys));
    const isValid = (set: readonly string[]): boolean => isAdjustmentSet(graph, question, set);
    if (answer.optimal !== null) same(isValid(answer.optimal), true);
    if (answer.parents !== null) same(isValid(answer.parents), true);
    if (answer.sets.length === 0) same(typeof answer.reason, 'string');
    same(
      [answer.optimal, answer.parents],
      [optimalAdjustmentSet(graph, question), parentAdjustmentSet(graph, question)],
    );
  }
});

describe('in numbers: random models over binary variables, measured and latent', () => {
  test('every valid set gives the effect, and every refused one fails', () => {
    let [kept, refused] = [0, 0];
    for (const { graph, dag, rng } of confounded(60)) {
      const model = binaryModel(dag, rng);
      for (const [x, y] of [
        [0, 1],
        [2, 0],
      ] as const) {
        const question = { treatment: `v${x}`, outcome: `v${y}` };
        const rest = [0, 1, 2, 3, 4].filter((i) => i !== x && i !== y);
        for (const set of subsets(rest)) {
          const mask = set.reduce((all, i) => all | (1 << i), 0);
          const error = Math.max(
            ...[0, 1].map((value) => {
              const values = (value << x) | (1 << y);
              const truth = probability(model.mutilated(1 << x, values), 1 << y, values);
              return Math.abs(truth - adjusted(model.joint, 1 << x, 1 << y, mask, values));
            }),
          );
          if (
            isAdjustmentSet(
              graph,
              question,
              set.map((i) => `v${i}`),
            )
          ) {
            kept++;
            expect(error).toBeLessThan(1e-12);
          } else {
            refused++;
            expect(error).toBeGreaterThan(1e-12); // a generic model, so no cancellation
          }
        }
      }
    }
    expect(Math.min(kept, refused)).toBeGreaterThan(100);
  });

  test('a front-door set gives the effect by its formula, and only where no set meets the definition is there none', () => {
    let [found, none] = [0, 0];
    for (const { graph, dag, rng } of confounded(1200, [arc('v0', 'v1')], 0.05)) {
      const answer = adjust(graph, { treatment: 'v0', outcome: 'v1' }).frontdoor;
      const byDefinition = subsets([2, 3, 4]).filter((set) => isFrontdoor(graph, set));
      expect(answer === null).toBe(byDefinition.length === 0);
      if (answer === null) {
        none++;
        continue;
      }
      found++;
      expect(byDefinition.map((set) => set.map((i) => `v${i}`).join())).toContain(answer.join());
      if (found % 4 !== 0) continue;
      const model = binaryModel(dag, rng);
      const m = answer.reduce((all, name) => all | (1 << graph.nodes.indexOf(name)), 0);
      for (const values of [2, 3]) {
        const truth = probability(model.mutilated(1, values), 2, values);
        expect(throughFrontdoor(model.joint, 1, 2, m, values)).toBeCloseTo(truth, 12);
      }
    }
    expect(Math.min(found, none)).toBeGreaterThan(20);
  });

  function isFrontdoor(graph: Graph, set: readonly number[]): boolean {
    const names = set.map((i) => `v${i}`);
    const edges = edgesOf(graph);
    const without = (tails: readonly string[]): Graph<'admg'> =>
      createGraph(
        'admg',
        graph.nodes,
        edges.filter(({ from, type }) => type !== 'directed' || !tails.includes(from)),
      );
    const effect = adjust(createGraph('admg', graph.nodes, edges), { treatment: 'v0', outcome: 'v1' });
    if (effect.reason?.startsWith('No directed path') === true) return false;
    const intercepted = !reaches(
      edges.filter(({ to, type }) => type === 'directed' && !names.includes(to)),
      'v0',
      'v1',
    );
    return (
      intercepted &&
      (names.length === 0 || mSeparated(without(['v0']), 'v0', names)) &&
      (names.length === 0 || mSeparated(without(names), names, 'v1', 'v0'))
    );
  }
});

test('instruments: the ratio of covariances is the total effect, and one is found wherever there is one', () => {
  let [found, none] = [0, 0];
  for (const { graph, dag, rng } of confounded(250)) {
    const question = { treatment: 'v0', outcome: 'v1' };
    const listed = adjust(graph, question).instruments;
    const covariance = linearCovariance(dag, rng);
    let anyAtAll = false;
    for (const z of [2, 3, 4]) {
      const listedZ = listed.find(({ instrument }) => instrument === `v${z}`);
      const byDefinition = subsets([2, 3, 4].filter((i) => i !== z)).filter((set) =>
        isInstrument(graph, z, set),
      );
      anyAtAll ||= byDefinition.length > 0;
      const ancestors = ancestorsOf(backdoorOf(graph), [`v${z}`, 'v1']);
      const among = byDefinition.filter((set) => set.every((i) => ancestors.includes(`v${i}`)));
      expect(listedZ !== undefined).toBe(among.length > 0);
      if (listedZ === undefined) {
        none++;
        continue;
      }
      found++;
      const given = listedZ.given.map((name) => graph.nodes.indexOf(name));
      const { matrix, effect } = covariance;
      expect(partial(matrix, z, 1, given) / partial(matrix, z, 0, given)).toBeCloseTo(effect, 8);
    }
    expect(listed.length > 0).toBe(anyAtAll); // van der Zander et al. (2015)
  }
  expect(Math.min(found, none)).toBeGreaterThan(20);

  function onWayIn(graph: Graph): string[] {
    const directed = edgesOf(graph).filter(({ type }) => type === 'directed');
    return graph.nodes.filter(
      (name) => name !== 'v0' && reaches(directed, name, 'v1') && reaches(directed, 'v0', name),
    );
  }

  function backdoorOf(graph: Graph): Graph<'admg'> {
    const onWay = onWayIn(graph);
    return createGraph(
      'admg',
      graph.nodes,
      edgesOf(graph).filter(
        ({ from, to, type }) => type !== 'directed' || from !== 'v0' || !onWay.includes(to),
      ),
    );
  }

  function isInstrument(graph: Graph, z: number, set: readonly number[]): boolean {
    const edges = edgesOf(graph);
    const directed = edges.filter(({ type }) => type === 'directed');
    const onWay = onWayIn(graph);
    if (onWay.length === 0) return false;
    const names = set.map((i) => `v${i}`);
    if (names.some((name) => onWay.some((w) => reaches(directed, w, name)))) return false;
    const cut = backdoorOf(graph);
    return mSeparated(cut, `v${z}`, 'v1', names) && !mSeparated(cut, `v${z}`, 'v0', names);
  }
});

describe('identification', () => {
  test.each<[string, Graph, boolean]>([
    ['bow arc', admg('xy', ['x', 'y'], arc('x', 'y')), false],
    ['instrument', admg('zxy', ['z', 'x'], ['x', 'y'], arc('x', 'y')), false],
    ['front door', admg('xmy', ['x', 'm'], ['m', 'y'], arc('x', 'y')), true],
    ['front door with x ↔ m', admg('xmy', ['x', 'm'], ['m', 'y'], arc('x', 'y'), arc('x', 'm')), false],
    ['front door with m ↔ y', admg('xmy', ['x', 'm'], ['m', 'y'], arc('x', 'y'), arc('m', 'y')), false],
    ['front door with x → y', admg('xmy', ['x', 'm'], ['m', 'y'], ['x', 'y'], arc('x', 'y')), false],
    ['napkin', admg('wzxy', ['w', 'z'], ['z', 'x'], ['x', 'y'], arc('w', 'x'), arc('w', 'y')), true],
    [
      'napkin with z → y',
      admg('wzxy', ['w', 'z'], ['z', 'x'], ['x', 'y'], ['z', 'y'], arc('w', 'x'), arc('w', 'y')),
      false,
    ],
    ['no ↔ path from x to its child', admg('xay', ['x', 'a'], ['a', 'y'], arc('a', 'y')), true],
  ])('%s', (_, graph, expected) => {
    expect(isIdentifiable(graph, xy)).toBe(expected);
    expect(adjust(graph, xy).identifiable).toBe(expected);
  });

  test('napkin with z → y is identified for x and z together', () => {
    const graph = admg('wzxy', ['w', 'z'], ['z', 'x'], ['x', 'y'], ['z', 'y'], arc('w', 'x'), arc('w', 'y'));
    expect(isIdentifiable(graph, { treatment: ['x', 'z'], outcome: 'y' })).toBe(true);
  });

  test('what adjusts or has a front door is identified, with latents drawn or projected', () => {
    for (const { graph, dag } of confounded(300)) {
      const latent = dag.nodes.slice(5);
      const question = { treatment: 'v0', outcome: 'v1' };
      const projected = adjust(graph, question);
      const drawn = adjust(dag, { ...question, latent });
      if (projected.sets.length > 0 || projected.frontdoor !== null)
        expect(projected.identifiable).toBe(true);
      expect([drawn.identifiable, drawn.sets, drawn.frontdoor]).toEqual([
        projected.identifiable,
        projected.sets,
        projected.frontdoor,
      ]);
      expect(edgesOf(latentProjection(dag, latent))).toEqual(edgesOf(graph));
    }
  });
});

describe('the reason in words', () => {
  const chain = createDag([...'xmy'], [['x', 'm'], ['m', 'y']]); // biome-ignore format: one line reads better

  test.each<[string, Graph, string]>([
    ['no effect', createDag([...'xy'], [['y', 'x']]), 'No directed path leads from "x" to "y"'],
    ['class', cpdag(chain), 'leaves the direction of "x" — "m" open'],
    [
      'bow',
      admg('xy', ['x', 'y'], arc('x', 'y')),
      'No set that may be adjusted for closes the path "x" ↔ "y". The effect is not identified',
    ],
    [
      'front door',
      admg('xmy', ['x', 'm'], ['m', 'y'], arc('x', 'y')),
      'closes the path "x" ↔ "y". The front-door set {"m"} identifies the effect.',
    ],
    [
      'napkin',
      admg('wzxy', ['w', 'z'], ['z', 'x'], ['x', 'y'], arc('w', 'x'), arc('w', 'y')),
      'identified all the same, by another formula',
    ],
  ])('%s', (_, graph, expected) => {
    expect(adjust(graph, xy).reason).toContain(expected);
  });

  test('a set that does not adjust is told why', () => {
    const mBias = createDag(
      [...'xyabc'],
      [
        ['a', 'x'],
        ['a', 'c'],
        ['b', 'c'],
        ['b', 'y'],
        ['x', 'y'],
      ],
    );
    expect(checkAdjustmentSet(mBias, xy, [])).toEqual({ valid: true, reason: null });
    expect(checkAdjustmentSet(mBias, xy, 'c').reason).toBe(
      'It leaves the path "x" ← "a" → "c" ← "b" → "y" open.',
    );
    expect(checkAdjustmentSet(chain, xy, 'm').reason).toContain('"m" is a descendant of the treatment');
    expect(checkAdjustmentSet(mBias, { ...xy, latent: 'a' }, ['a', 'c']).reason).toBe('"a" is not measured.');
  });

  test('questions that are none are refused', () => {
    expect(() => adjust(chain, { treatment: 'x', outcome: 'x' })).toThrow(
      '"x" is in both treatment and outcome',
    );
    expect(() => adjust(chain, { treatment: [], outcome: 'x' })).toThrow('name at least one treatment');
    expect(() => adjust(chain, { treatment: 'q', outcome: 'x' })).toThrow('no node "q"');
    expect(() => adjustmentSets(chain, xy, { limit: 0 })).toThrow('limit is 0');
    const open = createGraph('pdag', [...'xy'], [{ from: 'x', to: 'y', type: 'undirected' }]);
    expect(() => adjust(open, xy)).toThrow('stands for no equivalence class');
  });
});

test('exponentially many minimal sets do not take exponential time: the limit ends the search', () => {
  const rungs = 25; // x ← a₁ → b₁ → y, …: 2²⁵ minimal sets
  const nodes = ['x', 'y', ...Array.from({ length: rungs }, (_, i) => [`a${i}`, `b${i}`]).flat()];
  const edges = Array.from({ length: rungs }, (_, i): [string, string][] => [
    [`a${i}`, 'x'],
    [`a${i}`, `b${i}`],
    [`b${i}`, 'y'],
  ]).flat();
  const answer = adjust(createDag(nodes, [...edges, ['x', 'y']]), xy, { limit: 50 });
  expect(answer.sets).toHaveLength(50);
  expect(answer.truncated).toBe(true);
  expect(new Set(answer.sets.map((set) => set.join())).size).toBe(50);
  expect(answer.sets.every((set) => set.length === rungs)).toBe(true);
  expect(answer.optimal).toHaveLength(rungs);
});

/** Random graphs over v0 … v4 with ↔, and the DAG in which each ↔ is a latent variable of its own. */
function* confounded(
  count: number,
  always: readonly EdgeInput[] = [],
  bidirected = 0.15,
): Generator<{ graph: Graph<'admg'>; dag: Dag; rng: Rng }> {
  for (const rng of cases(count, 'confounded')) {
    const drawn = edgesOf(randomAdmg(rng, 5, 0.4, bidirected));
    const extra = always.filter((one) => !drawn.some((edge) => JSON.stringify(edge) === JSON.stringify(one)));
    const graph = createGraph('admg', letters(5), [...drawn, ...extra]);
    const edges = edgesOf(graph);
    const arcs = edges.filter(({ type }) => type === 'bidirected');
    const latents = arcs.map((_, k) => `l${k}`);
    const dag = createDag(
      [...graph.nodes, ...latents],
      [
        ...edges.filter(({ type }) => type === 'directed'),
        ...arcs.flatMap(({ from, to }, k): [string, string][] => [
          [`l${k}`, from],
          [`l${k}`, to],
        ]),
      ],
    );
    yield { graph, dag, rng: rng.fork('model') };
  }
}

function reaches(edges: readonly { from: string; to: string }[], from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const name of seen) for (const edge of edges) if (edge.from === name) seen.add(edge.to);
  return seen.has(to);
}

/** The covariance of a random linear model of the DAG, and the total effect of v0 on v1. */
function linearCovariance(dag: Dag, rng: Rng): { matrix: number[][]; effect: number } {
  const d = dag.nodes.length;
  const m = matrixOf(dag);
  // total[i][j]: the effect of i's noise on j
  const total = Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)));
  for (const j of topologicalOrder(dag)) {
    for (let k = 0; k < d; k++) {
      if (m[k]?.[j] !== 1) continue;
      const weight = 0.5 + rng.uniform();
      for (let i = 0; i < d; i++)
        (total[i] as number[])[j] = (total[i]?.[j] ?? 0) + (total[i]?.[k] ?? 0) * weight;
    }
  }
  const matrix = total.map((_, a) =>
    total.map((_, b) => total.reduce((sum, row) => sum + (row[a] as number) * (row[b] as number), 0)),
  );
  return { matrix, effect: total[0]?.[1] as number };
}

/** cov(a, b | given), by eliminating one conditioning variable after the other. */
function partial(
  matrix: readonly (readonly number[])[],
  a: number,
  b: number,
  given: readonly number[],
): number {
  let s = matrix.map((row) => [...row]);
  for (const g of given) {
    s = s.map((row, i) =>
      row.map((value, j) => value - ((s[i]?.[g] as number) * (s[g]?.[j] as number)) / (s[g]?.[g] as number)),
    );
  }
  return s[a]?.[b] as number;
}
