import { createRng } from '@cfe/base';
import { type DiscreteModel, type Evidence, gumbelMaxLaw, type Intervention, type Query } from '@cfe/scm';
import { expect, test } from 'vitest';
import { configurations, randomDiscrete, randomRow, rowOf } from './support/random-discrete.ts';

// The oracle sums over all configurations, of both worlds where there are two; nothing is shared with the engine
// but the tables and, for counterfactuals, the closed-form law, which has tests of its own.

type Table = (j: number, at: readonly number[]) => Float64Array;

function acted(model: DiscreteModel, acts: readonly Intervention[]): Table {
  return (j, at) => {
    const own = rowOf(model, j, at);
    const act = acts.find(({ target }) => target === model.nodes[j]!.name);
    return act === undefined ? own : mixed(model, j, act, own);
  };
}

function mixed(model: DiscreteModel, j: number, act: Intervention, own: Float64Array): Float64Array {
  if (act.kind === 'hard') return own.map((_, k) => (model.nodes[j]!.levels[k] === act.value ? 1 : 0));
  if (act.kind === 'stochastic' && act.distribution.kind === 'categorical')
    return Float64Array.from(act.distribution.probabilities);
  if (act.kind === 'sometimes') {
    const other = mixed(model, j, act.with, own);
    return own.map((p, k) => (1 - act.probability) * p + act.probability * other[k]!);
  }
  throw new Error(act.kind);
}

const agrees = (model: DiscreteModel, at: readonly number[], evidence: Evidence | undefined): boolean =>
  Object.entries(evidence ?? {}).every(([name, level]) =>
    model.nodes.every((node, j) => node.name !== name || node.levels[at[j]!] === level),
  );

const probabilityOf = (model: DiscreteModel, table: Table, at: readonly number[]): number =>
  model.nodes.reduce((product, _, j) => product * table(j, at)[at[j]!]!, 1);

/** Weighted configurations of the world that is asked about, not normalised. */
function enumerate(model: DiscreteModel, query: Query): Map<string, number> {
  const acts = (query.do ?? []) as readonly Intervention[];
  const weights = new Map<string, number>();
  const add = (at: readonly number[], weight: number): void => {
    if (weight > 0 && agrees(model, at, query.given))
      weights.set(at.join(' '), (weights.get(at.join(' ')) ?? 0) + weight);
  };
  const all = [...configurations(model)];
  if (query.factual === undefined) {
    for (const at of all) add(at, probabilityOf(model, acted(model, acts), at));
    return weights;
  }
  for (const here of all) {
    const weight = agrees(model, here, query.factual)
      ? probabilityOf(model, (j, at) => rowOf(model, j, at), here)
      : 0;
    if (weight === 0) continue;
    for (const there of all) {
      const product = model.nodes.reduce((p, { name }, j) => {
        if (p === 0) return 0;
        const law = gumbelMaxLaw(rowOf(model, j, here), rowOf(model, j, there), here[j]!);
        const act = acts.find(({ target }) => target === name);
        return p * (act === undefined ? law : mixed(model, j, act, law))[there[j]!]!;
      }, weight);
      add(there, product);
    }
  }
  return weights;
}

function expectSame(model: DiscreteModel, query: Query): void {
  const weights = enumerate(model, query);
  const total = [...weights.values()].reduce((sum, w) => sum + w, 0);
  if (total === 0) {
    expect(() => model.exact(query)).toThrow(expect.objectContaining({ code: 'scm/off-support' }));
    return;
  }
  const answer = model.exact(query);
  for (const [j, { name, levels }] of model.nodes.entries()) {
    for (const [k, level] of levels.entries()) {
      let p = 0;
      for (const [key, weight] of weights) if (key.split(' ')[j] === String(k)) p += weight / total;
      expect(Math.abs(answer.probabilities![name]![level]! - p)).toBeLessThan(1e-12);
    }
  }
  const names = [model.nodes.at(-1)!.name, model.nodes[0]!.name];
  const joint = model.joint(names, query);
  const [a, b] = [model.nodes.length - 1, 0];
  for (let i = 0; i < joint.shape[0]!; i++) {
    for (let k = 0; k < joint.shape[1]!; k++) {
      let p = 0;
      for (const [key, weight] of weights) {
        const at = key.split(' ');
        if (at[a] === String(i) && at[b] === String(k)) p += weight / total;
      }
      expect(Math.abs(joint.probabilities[i * joint.shape[1]! + k]! - p)).toBeLessThan(1e-12);
      const event = { [names[0]!]: joint.levels[0]![i]!, [names[1]!]: joint.levels[1]![k]! };
      expect(Math.abs(model.probability(event, query) - p)).toBeLessThan(1e-12);
    }
  }
}

function randomEvidence(model: DiscreteModel, seed: number, share: number): Evidence {
  const rng = createRng(seed);
  return Object.fromEntries(
    model.nodes
      .filter(() => rng.uniform() < share)
      .map(({ name, levels }) => [name, levels[rng.integer(levels.length)]!]),
  );
}

function randomActs(model: DiscreteModel, seed: number): Intervention[] {
  const rng = createRng(seed);
  return model.nodes
    .filter(() => rng.uniform() < 0.4)
    .map(({ name: target, levels }): Intervention => {
      const hard: Intervention = { target, kind: 'hard', value: levels[rng.integer(levels.length)]! };
      const law: Intervention = {
        target,
        kind: 'stochastic',
        distribution: { kind: 'categorical', probabilities: randomRow(rng, levels.length, 0.2) },
      };
      const kind = rng.integer(4);
      if (kind === 0) return law;
      if (kind === 1)
        return {
          target,
          kind: 'sometimes',
          with: rng.uniform() < 0.5 ? hard : law,
          probability: rng.uniform(),
        };
      return hard;
    });
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed);

test.each(seeds)('rungs one and two equal the sum over all configurations, model %i', (seed) => {
  const model = randomDiscrete(createRng(seed), { nodes: 2 + (seed % 5) });
  expectSame(model, {});
  expectSame(model, { given: randomEvidence(model, seed, 0.4) });
  expectSame(model, { do: randomActs(model, seed) });
  expectSame(model, { do: randomActs(model, seed + 1), given: randomEvidence(model, seed + 2, 0.3) });
});

test.each(seeds)('rung three equals the sum over both worlds, evidence none to full, model %i', (seed) => {
  const model = randomDiscrete(createRng(100 + seed), {
    nodes: 2 + (seed % 3),
    levels: seed % 3 === 2 ? 2 : 3,
  });
  for (const share of [0.3, 0.7, 1]) {
    expectSame(model, { factual: randomEvidence(model, seed, share), do: randomActs(model, seed) });
    expectSame(model, {
      factual: randomEvidence(model, seed, share),
      do: randomActs(model, seed),
      given: randomEvidence(model, seed + 3, 0.3),
    });
  }
});

test('a counterfactual agrees with keeping the noise of the rows that match, without any closed form', () => {
  for (const seed of [1, 2, 3]) {
    const model = randomDiscrete(createRng(seed), { nodes: 4, zeros: 0 });
    const n = 40_000;
    const noise = model.noise(n, { seed });
    const rows = model.predict(noise);
    const factual = { [model.nodes[3]!.name]: model.nodes[3]!.levels[1]! };
    const action = { [model.nodes[seed % 3]!.name]: model.nodes[seed % 3]!.levels[0]! };
    const there = model.predict(noise, { do: action });
    const kept = Array.from({ length: n }, (_, r) => r).filter(
      (r) => rows.column(model.nodes[3]!.name)[r] === 1,
    );
    const answer = model.exact({ factual, do: action });
    for (const { name, levels } of model.nodes) {
      for (const [k, level] of levels.entries()) {
        const p = answer.probabilities![name]![level]!;
        const share = kept.filter((r) => there.column(name)[r] === k).length / kept.length;
        // four and a half standard errors; 36 comparisons
        expect(Math.abs(share - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / kept.length) + 1e-12);
      }
    }
  }
});

test('a full-evidence counterfactual agrees with abduction by drawing', () => {
  const model = randomDiscrete(createRng(9), { nodes: 5, zeros: 0 });
  const n = 20_000;
  const row = model.sample(1, { seed: 4 });
  const rows = { ...row, rows: n, column: (name: string) => new Float64Array(n).fill(row.column(name)[0]!) };
  const action = {
    [model.nodes[1]!.name]:
      model.nodes[1]!.levels[1 - row.column(model.nodes[1]!.name)[0]!] ?? model.nodes[1]!.levels[0]!,
  };
  const there = model.predict(model.abduct(rows, { seed: 5 }), { do: action });
  const factual = Object.fromEntries(
    model.nodes.map(({ name, levels }) => [name, levels[row.column(name)[0]!]!]),
  );
  const answer = model.exact({ factual, do: action });
  for (const { name, levels } of model.nodes) {
    for (const [k, level] of levels.entries()) {
      const p = answer.probabilities![name]![level]!;
      const share = there.column(name).filter((x) => x === k).length / n;
      expect(Math.abs(share - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / n) + 1e-12);
    }
  }
});
