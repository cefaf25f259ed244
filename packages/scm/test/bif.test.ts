import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng, InputError } from '@cfe/base';
import { edgesOf } from '@cfe/graph';
import { type DiscreteModel, discreteModel, formatBif, parseBif } from '@cfe/scm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import golden from './golden/discrete-pgmpy.json' with { type: 'json' };
import { randomDiscrete } from './support/random-discrete.ts';

const dataDir = process.env.CFE_DATA_DIR;
const sizes: Readonly<Record<string, readonly [nodes: number, edges: number]>> = {
  asia: [8, 8],
  cancer: [5, 4],
  earthquake: [5, 4],
  survey: [6, 6],
  sachs: [11, 17],
  child: [20, 25],
  insurance: [27, 52],
  water: [32, 66],
  alarm: [37, 46],
  hailfinder: [56, 66],
  hepar2: [70, 123],
  win95pts: [76, 112],
  andes: [223, 338],
};

const loaded = new Map<string, DiscreteModel>();

function network(name: string): DiscreteModel {
  const model =
    loaded.get(name) ??
    parseBif(readFileSync(join(dataDir ?? '', 'bnlearn-networks', `${name}.bif`), 'utf8'));
  loaded.set(name, model);
  return model;
}

const noData = 'CFE_DATA_DIR is not set: the bnlearn networks are read from there';

describe('published networks', () => {
  test.for(Object.entries(sizes))(
    '%s reads, writes and reads back to the bit',
    ([name, [nodes, edges]], ctx) => {
      if (dataDir === undefined) ctx.skip(noData);
      const model = network(name);
      expect(model.graph.nodes.length).toBe(nodes);
      expect(edgesOf(model.graph).length).toBe(edges);
      expect(parseBif(formatBif(model)).nodes).toEqual(model.nodes);
    },
  );
});

describe(`marginals equal pgmpy ${golden.version}`, () => {
  test.for(golden.answers.map((answer, at) => [`${answer.network} #${at}`, answer] as const))(
    '%s',
    ([, answer], ctx) => {
      if (dataDir === undefined) ctx.skip(noData);
      const { network: name, probabilities } = answer;
      const found = network(name).exact({ do: known(answer.do), given: known(answer.given) }).probabilities;
      for (const [node, levels] of Object.entries(probabilities)) {
        for (const [level, p] of Object.entries(levels as Readonly<Record<string, number>>)) {
          expect(Math.abs(found![node]![level]! - p)).toBeLessThan(1e-9);
        }
      }
    },
  );
});

function known(record: object): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

const small = `// rain and what follows
network weather { property author "someone, 1998"; }
variable rain { type discrete [ 2 ] { no, yes }; property position = (1, 2); }
variable wet { type discrete [2] { no, yes }; }
variable "wet shoes" { type discrete [ 3 ] { <5, 5-10, >10 }; }
/* tables */
probability ( rain ) { table 0.8, 0.2; }
probability ( wet | rain ) { default 0.9, 0.1; (yes) 0.25 0.75; }
probability ( "wet shoes" | wet, rain ) {
  table 0.1 0.2 0.3 0.4  0.2 0.3 0.3 0.1  0.7 0.5 0.4 0.5;
}
`;

test('comments, properties, quoted names, default rows and whole tables', () => {
  const model = parseBif(small);
  const shoes = model.nodes[2]!;
  expect(shoes.name).toBe('wet shoes');
  expect(shoes.levels).toEqual(['<5', '5-10', '>10']);
  // the file lists the own level slowest: (no, no) is entry 0 of each third
  expect([...shoes.table]).toEqual([0.1, 0.2, 0.7, 0.2, 0.3, 0.5, 0.3, 0.3, 0.4, 0.4, 0.1, 0.5]);
  expect([...model.nodes[1]!.table]).toEqual([0.9, 0.1, 0.25, 0.75]);
});

test('what is written reads back to the bit, whatever the names', () => {
  const name = fc.string({ minLength: 1, maxLength: 8, unit: 'binary' });
  const names = fc.uniqueArray(name, { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(names, fc.integer({ min: 0, max: 1e6 }), (fresh, seed) => {
      const { nodes } = randomDiscrete(createRng(seed), { nodes: 5 });
      const renamed = discreteModel({
        variables: nodes.map(({ levels }, j) => ({
          name: fresh[j]!,
          levels: levels.map((level, k) => `${level}${fresh[k]}`),
        })),
        parents: Object.fromEntries(
          nodes.map(({ parents }, j) => [fresh[j]!, Array.from(parents, (k) => fresh[k]!)]),
        ),
        tables: Object.fromEntries(nodes.map(({ table }, j) => [fresh[j]!, table])),
      });
      expect(parseBif(formatBif(renamed)).nodes).toEqual(renamed.nodes);
    }),
    { numRuns: 100 },
  );
});

test.each([
  ['an empty text', '', 1, 1],
  ['an unknown block', 'network a {}\nnonsense', 2, 1],
  ['an unclosed comment', 'network a {}\n /* oh', 2, 2],
  ['an unclosed text', 'variable "x', 1, 10],
  ['a wrong number of levels', 'variable x { type discrete [ 3 ] { a, b }; }', 1, 30],
  ['a repeated level', 'variable x { type discrete [ 2 ] { a, a }; }', 1, 39],
  ['a repeated variable', 'variable x { type discrete { a }; }\nvariable x { type discrete { a }; }', 2, 10],
  ['an undeclared variable', 'probability ( x ) { table 1; }', 1, 15],
  ['no probabilities', 'variable x { type discrete { a }; }', 1, 10],
  ['a word for a number', small.replace('0.8,', 'most,'), 7, 30],
  ['a probability above 1', small.replace('0.8, 0.2', '1.8, 0.2'), 7, 30],
  ['a row that does not sum to 1', small.replace('0.8, 0.2', '0.8, 0.3'), 7, 24],
  ['too few probabilities', small.replace('0.8, 0.2', '1'), 7, 24],
  ['too many probabilities', small.replace('0.8, 0.2', '0.8, 0.1, 0.1'), 7, 40],
  ['an unknown level', small.replace('(yes) 0.25', '(maybe) 0.25'), 8, 49],
  ['a row given twice', small.replace('default 0.9, 0.1;', '(yes) 0.9, 0.1;'), 8, 46],
  ['a missing row', small.replace('default 0.9, 0.1;', ''), 8, 15],
  ['a variable as its own parent', small.replace('( wet | rain )', '( wet | wet )'), 8, 21],
])('%s is refused with its place', (_, text, line, column) => {
  expect(() => parseBif(text)).toThrow(
    expect.objectContaining({ code: 'scm/bif', details: { line, column } }),
  );
});

test('cycles are named', () => {
  const text = `variable a { type discrete { x }; } variable b { type discrete { x }; } variable c { type discrete { x }; }
    probability (a | c) { default 1; } probability (b | a) { default 1; } probability (c | b) { default 1; }`;
  expect(() => parseBif(text)).toThrow(expect.objectContaining({ code: 'graph/cyclic' }));
});

test('any bytes give a model or an error with its place, and soon', () => {
  const rng = createRng(11);
  const pieces = [...small.matchAll(/\S+|\s/g)].map(([piece]) => piece);
  const full = process.env.CFE_FULL === '1';
  for (let run = 0; run < (full ? 100_000 : 2_000); run++) {
    let text = small;
    for (let edits = 1 + rng.integer(3); edits > 0; edits--) {
      const at = rng.integer(text.length + 1);
      const kind = rng.integer(4);
      const piece =
        kind === 3 ? String.fromCharCode(rng.integer(0x3000)) : pieces[rng.integer(pieces.length)]!;
      text = kind === 0 ? text.slice(0, at) : text.slice(0, at) + piece + text.slice(at + rng.integer(12));
    }
    try {
      parseBif(text);
    } catch (error) {
      if (!(error instanceof InputError))
        throw new Error(`${String(error)} for ${JSON.stringify(text)}`, { cause: error });
      const { line, column } = error.details as { readonly line?: number; readonly column?: number };
      const placed = error.code === 'scm/bif' && (line ?? 0) > 0 && (column ?? 0) > 0;
      if (!placed && !['graph/cyclic', 'graph/contradictory-edges'].includes(error.code)) {
        throw new Error(`${error.code} without a place for ${JSON.stringify(text)}`, { cause: error });
      }
    }
  }
}, 300_000);

test('a field of a million characters is read or refused in linear time', () => {
  const long = 'x'.repeat(1_000_000);
  expect(
    parseBif(`variable ${long} { type discrete { a }; } probability ( ${long} ) { table 1; }`).graph.nodes,
  ).toEqual([long]);
  expect(() => parseBif(long)).toThrow(InputError);
  expect(() => parseBif(`variable "${long}`)).toThrow(InputError);
});
