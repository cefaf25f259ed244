import { createRng, permutation, type Rng } from '@cfe/base';
import { type Evidence, type Intervention, type LinearGaussian, linearGaussian, type Query } from '@cfe/scm';
import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';

// The oracle takes the other road: the joint normal law of both worlds as one big covariance matrix (a twin network),
// conditioned by a matrix inverse. The engine conditions the noise, and inverts nothing.

function random(rng: Rng, d: number): LinearGaussian {
  const nodes = Array.from({ length: d }, (_, j) => `x${j}`);
  const order = permutation(rng, d);
  const weights = nodes.map(() => new Float64Array(d));
  for (let b = 1; b < d; b++)
    for (let a = 0; a < b; a++) if (rng.uniform() < 0.6) weights[order[a]!]![order[b]!] = rng.normal();
  return linearGaussian({
    nodes,
    weights,
    intercepts: nodes.map(() => rng.normal()),
    noiseVariances: nodes.map(() => 0.2 + 2 * rng.uniform()),
  });
}

function actedOn(model: LinearGaussian, acts: readonly Intervention[]) {
  const { nodes, weights, intercepts, noiseVariances } = model.spec;
  const d = nodes.length;
  const b = Matrix.zeros(d, d);
  const c = Matrix.zeros(d, 1);
  const f = Matrix.eye(d, d); // own noise
  const fresh = Matrix.zeros(d, d);
  for (let j = 0; j < d; j++) {
    for (let i = 0; i < d; i++) b.set(j, i, weights[i]![j]!);
    c.set(j, 0, intercepts[j]!);
    for (const act of acts.filter(({ target }) => target === nodes[j])) {
      const times = (by: number): void => {
        for (let i = 0; i < d; i++) b.set(j, i, by * b.get(j, i));
        c.set(j, 0, by * c.get(j, 0));
        f.set(j, j, by * f.get(j, j));
      };
      if (act.kind === 'hard') {
        times(0);
        c.set(j, 0, act.value as number);
      } else if (act.kind === 'stochastic' && act.distribution.kind === 'normal') {
        times(0);
        c.set(j, 0, act.distribution.mean);
        fresh.set(j, j, act.distribution.sd ** 2);
      } else if (act.kind === 'shift') c.set(j, 0, c.get(j, 0) + (act.by as number));
      else if (act.kind === 'scale') times(act.by as number);
      else if (act.kind === 'noise') f.set(j, j, act.factor * f.get(j, j));
      else throw new Error(act.kind);
    }
  }
  const m = inverse(Matrix.sub(Matrix.eye(d, d), b));
  return { m, f, fresh, mean: m.mmul(c), noise: Matrix.diag(Array.from(noiseVariances)) };
}

function oracle(model: LinearGaussian, query: Query): { mean: Matrix; covariance: Matrix } {
  const acts = (query.do ?? []) as readonly Intervention[];
  const d = model.spec.nodes.length;
  const here = actedOn(model, []);
  const there = actedOn(model, acts);
  const left = here.m;
  const right = there.m.mmul(there.f);
  const joint = Matrix.zeros(2 * d, 2 * d);
  const put = (block: Matrix, i: number, j: number): void => void joint.setSubMatrix(block, i, j);
  put(left.mmul(here.noise).mmul(left.transpose()), 0, 0);
  put(left.mmul(here.noise).mmul(right.transpose()), 0, d);
  put(right.mmul(here.noise).mmul(left.transpose()), d, 0);
  put(
    right.mmul(here.noise).mmul(right.transpose()).add(there.m.mmul(there.fresh).mmul(there.m.transpose())),
    d,
    d,
  );
  const mean = Matrix.zeros(2 * d, 1);
  mean.setSubMatrix(here.mean, 0, 0);
  mean.setSubMatrix(there.mean, d, 0);
  const at = (evidence: Evidence | undefined, offset: number): [number, number][] =>
    Object.entries(evidence ?? {}).map(([name, value]) => [
      offset + model.spec.nodes.indexOf(name),
      value as number,
    ]);
  const seen = [...at(query.factual, 0), ...at(query.given, d)];
  const wanted = Array.from({ length: d }, (_, j) => d + j);
  const block = joint.selection(wanted, wanted);
  const centre = mean.selection(wanted, [0]);
  if (seen.length === 0) return { mean: centre, covariance: block };
  const rows = seen.map(([i]) => i);
  const gain = joint.selection(wanted, rows).mmul(inverse(joint.selection(rows, rows)));
  const residual = Matrix.columnVector(seen.map(([i, value]) => value - mean.get(i, 0)));
  return {
    mean: Matrix.add(centre, gain.mmul(residual)),
    covariance: Matrix.sub(block, gain.mmul(joint.selection(rows, wanted))),
  };
}

function expectAnswer(model: LinearGaussian, query: Query): void {
  const expected = oracle(model, query);
  const answer = model.exact(query);
  for (const [i, name] of model.spec.nodes.entries()) {
    const scale = Math.max(1, Math.abs(expected.mean.get(i, 0)));
    expect(Math.abs(answer.mean[name]! - expected.mean.get(i, 0))).toBeLessThan(1e-9 * scale);
    for (const j of model.spec.nodes.keys()) {
      const size = Math.max(1, Math.abs(expected.covariance.get(i, j)));
      expect(Math.abs(answer.covariance![i]![j]! - expected.covariance.get(i, j))).toBeLessThan(1e-9 * size);
      expect(answer.covariance![i]![j]).toBe(answer.covariance![j]![i]);
    }
    expect(answer.sd[name]).toBe(Math.sqrt(answer.covariance![i]![i]!));
  }
}

function acts(model: LinearGaussian, rng: Rng): Intervention[] {
  return model.spec.nodes
    .filter(() => rng.uniform() < 0.5)
    .flatMap((target): Intervention[] => {
      const kind = rng.integer(6);
      const shift: Intervention = { target, kind: 'shift', by: rng.normal() };
      const scale: Intervention = { target, kind: 'scale', by: rng.normal() };
      const noise: Intervention = { target, kind: 'noise', factor: 2 * rng.uniform() };
      if (kind === 0) return [{ target, kind: 'hard', value: rng.normal() }];
      if (kind === 1)
        return [
          {
            target,
            kind: 'stochastic',
            distribution: { kind: 'normal', mean: rng.normal(), sd: 0.5 + rng.uniform() },
          },
        ];
      if (kind === 2) return [shift];
      if (kind === 3) return [scale];
      if (kind === 4) return [noise];
      return [shift, scale, noise, { ...shift }];
    });
}

/** Evidence on variables that the action leaves random. */
function evidence(model: LinearGaussian, rng: Rng, share: number, fixed: readonly string[] = []): Evidence {
  return Object.fromEntries(
    model.spec.nodes
      .filter((name) => rng.uniform() < share && !fixed.includes(name))
      .map((name) => [name, 2 * rng.normal()]),
  );
}

describe('every rung equals the twin network, to 1e-9', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))('model %i', (seed) => {
    const rng = createRng(seed);
    const model = random(rng, 2 + (seed % 5));
    const action = acts(model, rng);
    const fixed = action.filter(({ kind }) => kind === 'hard').map(({ target }) => target);
    expectAnswer(model, {});
    expectAnswer(model, { given: evidence(model, rng, 0.5) });
    expectAnswer(model, { do: action });
    expectAnswer(model, { do: action, given: evidence(model, rng, 0.4, fixed) });
    for (const share of [0.3, 0.6, 1])
      expectAnswer(model, { factual: evidence(model, rng, share), do: action });
  });
});

test('evidence from before and after the action together', () => {
  for (const seed of [1, 2, 3, 4]) {
    const rng = createRng(seed);
    const model = random(rng, 5);
    // disjoint evidence under a shift keeps the joint covariance regular
    const action: Intervention[] = [
      { target: 'x1', kind: 'stochastic', distribution: { kind: 'normal', mean: 1, sd: 1 } },
    ];
    expectAnswer(model, { factual: { x0: 1 }, do: action, given: { x1: 0.5 } });
  }
});

test('the answers are those of the samples', () => {
  const rng = createRng(12);
  const model = random(rng, 4);
  const action: Intervention[] = [
    { target: 'x1', kind: 'shift', by: 1 },
    { target: 'x1', kind: 'noise', factor: 1.5 },
    { target: 'x2', kind: 'stochastic', distribution: { kind: 'normal', mean: -1, sd: 0.7 } },
    { target: 'x3', kind: 'blend', weight: 0.25, with: { target: 'x3', kind: 'hard', value: 2 } },
  ];
  const n = 200_000;
  const rows = model.sample(n, { do: action, seed: 6 });
  const { mean, covariance } = model.exact({ do: action });
  for (const [i, a] of model.spec.nodes.entries()) {
    const x = rows.column(a);
    const centre = x.reduce((sum, v) => sum + v, 0) / n;
    const variance = covariance![i]![i]!;
    expect(Math.abs(centre - mean[a]!)).toBeLessThan(4.5 * Math.sqrt(variance / n));
    for (const [j, b] of model.spec.nodes.entries()) {
      const y = rows.column(b);
      const both = x.reduce((sum, v, r) => sum + (v - mean[a]!) * (y[r]! - mean[b]!), 0) / n;
      // the variance of a product of centred normals
      const error = Math.sqrt((variance * covariance![j]![j]! + covariance![i]![j]! ** 2) / n);
      expect(Math.abs(both - covariance![i]![j]!)).toBeLessThan(4.5 * error);
    }
  }
});

describe('what has no spread', () => {
  // y = 2x to the letter, z = x + y + noise
  const model = linearGaussian({
    nodes: ['x', 'y', 'z'],
    weights: [
      [0, 2, 1],
      [0, 0, 1],
      [0, 0, 0],
    ],
    noiseVariances: [1, 0, 1],
  });

  test('repeated evidence that agrees is taken once', () => {
    expect(model.exact({ given: { x: 1, y: 2 } }).mean).toEqual({ x: 1, y: 2, z: 3 });
    expect(model.exact({ given: { y: 2 } }).mean.x).toBeCloseTo(1, 12);
    expect(model.exact({ given: { y: 2 } }).sd.x).toBe(0);
  });

  test.each([
    ['evidence that contradicts itself', { given: { x: 1, y: 2.1 } }],
    ['the same before the action', { factual: { x: 1, y: 2.1 }, do: { z: 0 } }],
    ['evidence against the action', { do: { x: 1 }, given: { x: 2 } }],
    ['evidence against what the action fixes', { do: { x: 1 }, given: { y: 3 } }],
    [
      'a counterfactual of what the action cannot change',
      { factual: { x: 1 }, do: { z: 0 }, given: { x: 2 } },
    ],
  ] as [string, Query][])('%s is refused', (_, query) => {
    expect(() => model.exact(query)).toThrow(expect.objectContaining({ code: 'scm/off-support' }));
  });

  test('scale does not matter to what counts as certain', () => {
    for (const unit of [1e-12, 1e-3, 1, 1e6, 1e12]) {
      const scaled = linearGaussian({
        nodes: ['x', 'y', 'z'],
        weights: model.spec.weights,
        noiseVariances: [unit * unit, 0, unit * unit],
      });
      const answer = scaled.exact({ given: { x: unit, y: 2 * unit } });
      expect(answer.mean.z! / unit).toBeCloseTo(3, 9);
      expect(answer.sd.z! / unit).toBeCloseTo(1, 9);
      expect(() => scaled.exact({ given: { x: unit, y: 2.001 * unit } })).toThrow(/probability 0/);
    }
  });

  test('a variable with hardly any noise keeps what is known of it', () => {
    const narrow = linearGaussian({
      nodes: ['x', 'y'],
      weights: [
        [0, 1],
        [0, 0],
      ],
      noiseVariances: [1, 1e-10],
    });
    const { mean, covariance } = narrow.exact({ given: { y: 0.5 } });
    expect(mean.x).toBeCloseTo(0.5 / (1 + 1e-10), 12);
    expect(covariance![0]![0]! / (1e-10 / (1 + 1e-10))).toBeCloseTo(1, 5);
  });

  test('all variables known, the counterfactual is a point, and what the action cannot reach is kept to the bit', () => {
    const factual = { x: 0.1, y: 0.2, z: 0.7 };
    const answer = model.exact({ factual, do: { z: 5 } });
    expect(answer.mean).toEqual({ x: 0.1, y: 0.2, z: 5 });
    expect(answer.sd).toEqual({ x: 0, y: 0, z: 0 });
  });
});

test.each([
  [{ do: { x0: [1, 2] } }, 'scm/not-exact'],
  [{ do: { x0: Number.NaN } }, 'scm/do-value'],
  [{ do: { x0: 'high' } }, 'scm/do-value'],
  [
    { do: [{ target: 'x0', kind: 'stochastic', distribution: { kind: 'uniform', low: 0, high: 1 } }] },
    'scm/not-exact',
  ],
  [{ do: [{ target: 'x0', kind: 'noise', factor: -1 }] }, 'scm/do-value'],
  [
    {
      do: [
        { target: 'x0', kind: 'sometimes', probability: 0.5, with: { target: 'x0', kind: 'hard', value: 1 } },
      ],
    },
    'scm/not-exact',
  ],
  [{ do: [0, 1].map((value) => ({ target: 'x0', kind: 'hard', value })) }, 'scm/contradictory-do'],
  [{ do: { w: 1 } }, 'base/unknown-name'],
  [{ given: { w: 1 } }, 'base/unknown-name'],
  [{ given: { x0: Number.POSITIVE_INFINITY } }, 'scm/evidence'],
  [{ factual: { x0: '1' } }, 'scm/evidence'],
] as [Query, string][])('%j is refused', (query, code) => {
  const model = linearGaussian({
    nodes: ['x0', 'x1'],
    weights: [
      [0, 1],
      [0, 0],
    ],
  });
  expect(() => model.exact(query)).toThrow(expect.objectContaining({ code }));
});
