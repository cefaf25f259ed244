import { createTable, simulateSdcd, type Table } from '@cfe/data';
import { edgesOf, shd } from '@cfe/graph';
import { createCausalUnitNetwork, createNetwork } from '@cfe/network';
import { linearGaussian } from '@cfe/scm';
import { learnStructure } from '@cfe/structure';
import { createTrainer, jointSearch } from '@cfe/trainer';
import { describe, expect, test } from 'vitest';
import { edgeWeights, strengthsOf } from '../src/internal/joint/edge-weights.ts';
import { allowedByEffects, orderedByEffects } from '../src/internal/joint/effect-order.ts';

const { table, graph } = simulateSdcd({ nodes: 5, edgesPerNode: 1, rows: 1000, perTarget: 100, seed: 3 });
const observed = simulateSdcd({ nodes: 5, edgesPerNode: 1, rows: 600, fraction: 0, seed: 3 });
const quick = { epochs: 16, batchSize: 128, hidden: 8 } as const;
// the first three take a second each on an idle machine
const patient = { timeout: 180_000 };

describe('joint search', () => {
  test(
    'finds the graph from rows with interventions, with a confidence for every edge',
    patient,
    async () => {
      const { dag, confidence, details } = await learnStructure(table, {
        method: jointSearch({ ...quick, epochs: 24 }),
        seed: 1,
      });
      for (const edge of edgesOf(graph)) expect(edgesOf(dag!)).toContainEqual(edge);
      expect(shd(graph, dag!).count).toBeLessThanOrEqual(1); // the empty graph: 5
      for (const [i, from] of table.names.entries()) {
        for (const [j, to] of table.names.entries()) {
          const isEdge = edgesOf(dag!).some((edge) => edge.from === from && edge.to === to);
          const sure = confidence![i]![j]!;
          expect(isEdge ? sure > 0.97 : sure === 0).toBe(true); // beyond two standard errors
        }
      }
      expect(Object.keys(details.heldOutLosses as object)).toEqual(['open', 'order']);
    },
  );
  test(
    'is always acyclic, also where nothing but the penalty and the hardening sees to it',
    patient,
    async () => {
      for (const acyclicity of ['spectral', 'log-det'] as const) {
        const method = jointSearch({
          ...quick,
          epochs: 8,
          start: 'open',
          acyclicity,
          threshold: 0,
          penalty: 0,
        });
        const { graph: found } = await learnStructure(observed.table, { method, seed: 2 });
        expect(found.kind).toBe('dag'); // which createDag refuses to make of a cycle
      }
    },
  );
  test('same seed, same bits', patient, async () => {
    const method = jointSearch({ ...quick, epochs: 3 });
    const once = await learnStructure(table, { method, seed: 4 });
    const twice = await learnStructure(table, { method, seed: 4 });
    expect(twice.score).toBe(once.score);
    expect(edgesOf(twice.dag!)).toEqual(edgesOf(once.dag!));
  });
  test('keeps to what is known', patient, async () => {
    const [first] = edgesOf(graph);
    const [from, to] = [first!.from, first!.to];
    const method = jointSearch({ ...quick, epochs: 3, start: 'open' });
    const without = await learnStructure(observed.table, { method, knowledge: { forbidden: [[from, to]] } });
    expect(edgesOf(without.dag!)).not.toContainEqual(expect.objectContaining({ from, to }));
    const turned = await learnStructure(observed.table, { method, knowledge: { required: [[to, from]] } });
    expect(edgesOf(turned.dag!)).toContainEqual(expect.objectContaining({ from: to, to: from }));
  });
  test('an abort ends it with its reason', async () => {
    const stop = new AbortController();
    const onProgress = (): void => stop.abort(new Error('enough'));
    const run = learnStructure(table, { method: jointSearch(quick), signal: stop.signal, onProgress });
    await expect(run).rejects.toThrow('enough');
  });
  test.each([
    [{ epochs: 0 }, /'epochs' is 0; it must be whole and from 1/],
    [{ sparsity: -1 }, /'sparsity' is -1/],
    [{ start: 'somewhere' }, /'start' is "somewhere"; it must be one of both, open, order/],
    [{ mechanisms: 'linear' }, /'mechanisms' is "linear"/],
  ] as unknown as [Parameters<typeof jointSearch>[0], RegExp][])('%j is refused', (options, message) => {
    expect(() => jointSearch(options)).toThrow(message);
  });
  test('a network whose structure is to be learned learns it so, and is fitted', async () => {
    const unit = createCausalUnitNetwork({ inputs: 2, hidden: [4], structure: 'learn', seed: 1 });
    const process = linearGaussian({
      nodes: ['x1', 'x2', 'y'],
      weights: [
        [0, 1, 0],
        [0, 0, 2],
        [0, 0, 0],
      ],
    });
    const rows = process.sample(600, { seed: 1 });
    const data = createTable(
      process.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
    );
    const trainer = createTrainer(unit, { structureMethod: jointSearch({ ...quick, epochs: 10 }), seed: 1 });
    const { structure, status } = await trainer.fit(data);
    expect(structure?.method).toBe('joint-search');
    expect(status).toBe('converged');
    expect(edgesOf(structure!.dag!)).toContainEqual(expect.objectContaining({ from: 'x2', to: 'y' }));
  });
});

describe('what interventions say of the order', () => {
  test('an edge against a clear effect is closed, one along it open', () => {
    const open = allowedByEffects(table);
    const d = table.names.length;
    for (const { from, to } of edgesOf(graph)) {
      const [i, j] = [table.names.indexOf(from), table.names.indexOf(to)];
      expect(open[i * d + j]).toBe(1);
      expect(open[j * d + i]).toBe(0);
    }
  });
  test('an order that begins backwards is put right, and none is touched without interventions', () => {
    const order = orderedByEffects(table, [...table.names.keys()].reverse());
    for (const { from, to } of edgesOf(graph)) {
      const place = (name: string): number => order.indexOf(table.names.indexOf(name));
      expect(place(from)).toBeLessThan(place(to));
    }
    const given = [3, 1, 4, 0, 2];
    expect(orderedByEffects(observed.table, given)).toEqual(given);
  });
  test('batches that shift everyone say nothing', () => {
    const shifted: Table = createTable(
      table.variables.map((variable) => ({
        variable,
        values: table.column(variable.name).map((x, r) => x + 3 * (table.regimes!.of[r] as number)),
      })),
      { regimes: table.regimes },
    );
    const d = table.names.length;
    expect(Array.from(allowedByEffects(shifted)).filter((is) => is === 1).length).toBe(d * (d - 1));
  });
});

test('the strength of an edge is the norm of all weights behind it, the direct way with the hidden one', () => {
  const network = createNetwork({ graph, mechanisms: { kind: 'mlp', hidden: [4] }, seed: 1 });
  const weights = edgeWeights(network.plan);
  const edges = weights.to.length;
  for (let e = 0; e < edges; e++) expect(weights.offsets[e + 1]! - weights.offsets[e]!).toBe(5);
  const ones = strengthsOf(
    weights,
    new Float64Array(network.state.parameters.length).fill(2),
    new Float64Array(edges),
  );
  for (const one of ones) expect(one).toBeCloseTo(2 * Math.sqrt(5), 12);
  // cutting an edge's weights cuts the child off from the parent
  const { parameters } = network.state;
  const cut = parameters.slice();
  for (let k = weights.offsets[0]!; k < weights.offsets[1]!; k++) cut[weights.items[k]!] = 0;
  network.update({ ...network.state, parameters: cut });
  const [from, to] = [weights.from[0]!, weights.to[0]!].map((v) => graph.nodes[v]!) as [string, string];
  const noise = network.noise(1, { seed: 1 });
  const child = (value: number): number => network.predict(noise, { do: { [from]: value } }).column(to)[0]!;
  const others = edgesOf(graph).filter((edge) => edge.to === to).length;
  if (others === 1) expect(child(5)).toBe(child(-5));
});
