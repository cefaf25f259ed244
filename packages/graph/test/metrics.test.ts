import { expect, test } from 'vitest';
import {
  cpdag,
  createDag,
  createGraph,
  type Dag,
  edgeScores,
  graphFromJson,
  graphToJson,
  parseGraph,
  shd,
} from '../src/index.ts';
import { allDags } from './oracles/enumerate.ts';
import { same } from './oracles/same.ts';

const dag = (...edges: [string, string][]): Dag => createDag(['0', '1', '2', '3'], edges);
const chain = dag(['0', '1'], ['1', '2'], ['2', '3']);
const diamond = dag(['0', '1'], ['1', '3'], ['0', '2'], ['2', '3']);

// Worked by hand from the definition: DAG distance, then the distance of the classes.
test.each([
  ['a reversed edge', dag(['0', '1']), dag(['1', '0']), 1, 0],
  ['a missing edge', dag(['0', '1']), dag(), 1, 1],
  ['a reversed chain', dag(['0', '1'], ['1', '2']), dag(['2', '1'], ['1', '0']), 2, 0],
  ['a fork for a collider', dag(['1', '0'], ['1', '2']), dag(['0', '1'], ['2', '1']), 2, 2],
  ['an empty graph for a chain', chain, dag(), 3, 3],
  [
    'a diamond with one edge more',
    diamond,
    dag(['0', '1'], ['1', '3'], ['0', '2'], ['2', '3'], ['1', '2']),
    1,
    3,
  ],
])('shd: %s', (_, truth, estimate, ofDags, ofClasses) => {
  expect(shd(truth, estimate).count).toBe(ofDags);
  expect(shd(cpdag(truth), cpdag(estimate)).count).toBe(ofClasses);
});

test('shd counts a reversal once or twice, and says its share of the most there can be', () => {
  const backwards = dag(['1', '0'], ['2', '1'], ['3', '2']);
  const forwards = dag(['0', '1'], ['1', '2'], ['2', '3']);
  expect(shd(forwards, backwards)).toEqual({ count: 3, normalised: 0.5 });
  expect(shd(forwards, backwards, { reversal: 'twice' })).toEqual({ count: 6, normalised: 0.5 });
  expect(shd(forwards, dag(), { reversal: 'twice' })).toEqual({ count: 3, normalised: 0.25 });
  expect(shd(createDag(['a'], []), createDag(['a'], []))).toEqual({ count: 0, normalised: 0 });
});

test('shd is a metric on all DAGs with 3 nodes', () => {
  const dags = allDags(3);
  for (const a of dags) {
    for (const b of dags) {
      same(shd(a, b).count, shd(b, a).count);
      same(shd(a, b).count === 0, a === b);
      for (const c of dags) same(shd(a, c).count <= shd(a, b).count + shd(b, c).count, true);
    }
  }
});

test('graphs are aligned by name, and other nodes are refused', () => {
  const renamed = createDag(
    ['3', '2', '1', '0'],
    [
      ['2', '3'],
      ['1', '2'],
      ['0', '1'],
    ],
  );
  expect(shd(chain, renamed).count).toBe(0);
  expect(() => shd(chain, createDag(['0'], []))).toThrow('missing: "1"');
});

test("the kind 'pag' has a name and is refused in words wherever it comes from", () => {
  const refusal = /pag.* cannot be (?:made|read) yet/;
  expect(() => createGraph('pag', ['a'], [])).toThrow(refusal);
  expect(() => createGraph('tree' as 'dag', ['a'], [])).toThrow('there is no kind "tree"; it is one of dag');
  expect(() => graphFromJson({ kind: 'pag', nodes: ['a'], edges: [] })).toThrow(refusal);
  expect(() => parseGraph('{"kind": "pag", "nodes": [], "edges": []}')).toThrow(refusal);
  expect(() => parseGraph('pag { a -> b }')).toThrow(refusal);
});

test('an empty estimate scores null, not 1', () => {
  expect(edgeScores(chain, dag()).directed).toEqual({ precision: null, recall: 0, f1: null });
  expect(edgeScores(cpdag(chain), cpdag(chain)).arrowhead).toEqual({
    precision: null,
    recall: null,
    f1: null,
  });
  expect(edgeScores(chain, chain).skeleton).toEqual({ precision: 1, recall: 1, f1: 1 });
});

test('JSON returns the same graph', () => {
  for (const one of allDags(3))
    expect(shd(one, graphFromJson(JSON.parse(JSON.stringify(graphToJson(one))))).count).toBe(0);
  expect(() => graphFromJson({ nodes: ['a'] })).toThrow('edges must be a list');
  expect(() => graphFromJson({ kind: 'tree', nodes: [], edges: [] })).toThrow(
    'kind is "tree"; it is one of dag',
  );
  expect(() => graphFromJson({ nodes: ['a'], edges: [{ from: 'a' }] })).toThrow('edge 0 needs the texts');
});
