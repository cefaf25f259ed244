import { createRng, InputError } from '@cfe/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CyclicGraphError,
  cpdag,
  createDag,
  createGraph,
  type EdgeInput,
  edgesOf,
  formatGraph,
  type Graph,
  type GraphFormat,
  GraphSyntaxError,
  interventionalCpdag,
  parseGraph,
  readGraph,
} from '../src/index.ts';
import { randomAdmg, randomDag } from './oracles/random.ts';

const formats: readonly GraphFormat[] = ['json', 'dot', 'dagitty', 'bif', 'gml', 'graphml', 'mermaid', 'csv'];

/** Edges as `a>b`, `a-b`, `a=b`, sorted: a graph at a glance. */
function glance(graph: Graph): string {
  const sign = { directed: '>', undirected: '-', bidirected: '=' };
  const edges = edgesOf(graph).map(({ from, to, type }) =>
    type === 'directed' ? `${from}>${to}` : [from, to].sort().join(sign[type]),
  );
  return `${graph.nodes.join()} ${edges.sort().join(' ')}`.trim();
}

describe('files as other programs write them', () => {
  test.each<[string, string, string, string]>([
    [
      'graphviz',
      'digraph G { a -> b -> c; a -> {d e} [color=red]; node [shape=box] f }',
      'dot',
      'a,b,c,d,e,f a>b a>d a>e b>c',
    ],
    [
      'DOT with attributes',
      '/* c */ strict digraph {\n// c\n# c\n  graph [rankdir=LR]; x=1\n "a b"->"c" [dir="none"]\n c -> d; e:s -> d:n [dir=back] }',
      'dot',
      'a b,c,d,e a b-c c>d d>e',
    ],
    ['undirected DOT', 'graph { a -- b -- c }', 'dot', 'a,b,c a-b b-c'],
    ['subgraphs', 'digraph { subgraph cluster { a b } -> c }', 'dot', 'a,b,c a>c b>c'],
    [
      'DoWhy GML',
      'graph[directed 1 node[id "Z" label "Z"] node[id "X" label "X"] edge[source "Z" target "X"]]',
      'gml',
      'Z,X Z>X',
    ],
    [
      'networkx GML',
      'graph [\n  directed 1\n  node [\n    id 0\n    label "a&#38;b"\n  ]\n  node [\n    id 1\n    label "c"\n    w 1.5e3\n  ]\n  edge [\n    source 0\n    target 1\n  ]\n]',
      'gml',
      'a&b,c a&b>c',
    ],
    [
      'networkx GraphML',
      `<?xml version='1.0' encoding='utf-8'?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d0" for="node" attr.name="label" attr.type="string"/><graph edgedefault="directed"><node id="n0"><data key="d0">x &lt; y</data></node><node id="n1"/><edge source="n0" target="n1"/></graph></graphml>`,
      'graphml',
      'x < y,n1 x < y>n1',
    ],
    [
      'dagitty',
      'dag {\nbb="0,0,1,1"\nD [outcome,pos="0.1,0.2"]\nE [exposure]\nE -> D\nA -> E <- Z\nA <-> D }',
      'dagitty',
      'D,E,A,Z A=D A>E E>D Z>E',
    ],
    ['dagitty on one line', 'dag{x->y x<-z->y}', 'dagitty', 'x,y,z x>y z>x z>y'],
    ['dagitty groups', 'pdag { {a b} -- c }', 'dagitty', 'a,b,c a-c b-c'],
    [
      'bnlearn BIF',
      'network unknown {\n}\nvariable asia {\n  type discrete [ 2 ] { yes, no };\n}\nvariable tub {\n  type discrete [ 2 ] { yes, no };\n}\nprobability ( asia ) {\n  table 0.01, 0.99;\n}\nprobability ( tub | asia ) {\n  (yes) 0.05, 0.95;\n  (no) 0.01, 0.99;\n}\n',
      'bif',
      'asia,tub asia>tub',
    ],
    [
      'Mermaid',
      'graph TD;\n  A[Tea time]-->B(("b"));\n  B --> C & D\n  C -- why --> E\n  D ---|x| E\n  %% c\n  style A fill:#f9f\n  E ==> F -.-> G',
      'mermaid',
      'Tea time,b,C,D,E,F,G',
    ],
    ['adjacency CSV', 'a,b,c\n0,1,0\n0,0,2\n0,2,0\n', 'csv', 'a,b,c a>b b-c'],
    ['CSV with row names', '"",a,"b,c"\r\na,0,1\r\n"b,c",0,0\r\n', 'csv', 'a,b,c a>b,c'],
    ['CSV without names', '0;1\n0;0', 'csv', 'x0,x1 x0>x1'],
    ['JSON', '{"nodes":["a","b"],"edges":[{"from":"a","to":"b"}]}', 'json', 'a,b a>b'],
  ])('%s', (_, text, format, expected) => {
    const file = readGraph(text);
    expect(file.format).toBe(format);
    expect(glance(file.graph)).toContain(expected);
  });

  test('arrows keep their direction and type', () => {
    expect(glance(parseGraph('digraph { a -> b [dir=back]; b -> c [dir=both] }'))).toBe('a,b,c b=c b>a');
    expect(glance(parseGraph('flowchart LR\n a <--> b\n b --> c', { format: 'mermaid' }))).toBe(
      'a,b,c a=b b>c',
    );
    expect(parseGraph('graph { a -- b }').kind).toBe('cpdag');
    expect(parseGraph('graph { a -- b -- c -- d -- a }').kind).toBe('pdag');
  });

  test('latent variables are projected out, or kept, and roles are read', () => {
    const text = 'dag { x [exposure] y [outcome] u [latent] z [adjusted] x -> y x <- u -> y z -> x }';
    expect(glance(parseGraph(text))).toBe('x,y,z x=y x>y z>x');
    expect(glance(parseGraph(text, { latent: 'keep' }))).toBe('x,y,u,z u>x u>y x>y z>x');
    expect(readGraph(text)).toMatchObject({
      latent: ['u'],
      exposure: ['x'],
      outcome: ['y'],
      adjusted: ['z'],
    });
    for (const format of ['json', 'dagitty'] as const) {
      const file = readGraph(text);
      const { graph: _g, format: _f, ...roles } = file;
      expect(readGraph(formatGraph(file.graph, format, roles))).toMatchObject(roles);
    }
    for (const format of ['dot', 'gml', 'graphml'] as const) {
      expect(readGraph(formatGraph(readGraph(text).graph, format, { latent: ['u'] })).latent).toEqual(['u']);
    }
  });

  test('the extension speaks before the content', () => {
    expect(readGraph('dag { a -> b }', { fileName: 'x.dagitty' }).format).toBe('dagitty');
    expect(() => readGraph('dag { a -> b }', { fileName: 'x.json' })).toThrow('x.json, line 1, column 1');
  });
});

describe('errors have a place', () => {
  test.each<[string, string, number, number, string]>([
    ['nothing', '', 1, 1, 'empty'],
    ['anything', 'hello', 1, 1, 'starts no graph file'],
    ['DOT', 'digraph {\n  a -> b\n  a -> ;\n}', 3, 8, 'expected a name'],
    ['DOT loop', 'digraph {\n  a -> a }', 2, 5, 'edge to itself'],
    ['DOT twice', 'digraph {\n a -> b\n b -> a }', 3, 4, 'joined by two edges'],
    ['DOT open', 'digraph { a', 1, 12, 'not closed'],
    ['dagitty PAG', 'pag { a @-> b }', 1, 1, 'cannot be read yet'],
    ['dagitty mark', 'dag { a @-> b }', 1, 9, 'belongs to a PAG'],
    ['JSON', '{"nodes": ["a"],\n "edges": [}', 2, 12, 'expected a JSON value'],
    ['JSON shape', '{"nodes": ["a"],\n "edges": [\n{"from": "a"}]}', 3, 1, 'edge 0 needs the texts'],
    [
      'JSON kind',
      '{"kind":"cpdag","nodes":["a","b"],"edges":[{"from":"a","to":"b"}]}',
      1,
      1,
      'called a cpdag and is none',
    ],
    ['GML', 'graph [\n node [ id 0 ]\n edge [ source 0 target 7 ]\n]', 3, 2, 'no node with the id "7"'],
    [
      'GraphML',
      '<graphml><graph>\n<node id="a"/>\n<node id="a"/></graph></graphml>',
      3,
      1,
      'two nodes have the id',
    ],
    ['GraphML tags', '<graphml>\n<graph></node></graph></graphml>', 2, 8, 'closes nothing that is open'],
    ['BIF', 'variable a {}\nprobability ( a | b ) {}', 2, 1, 'no variable "b"'],
    ['Mermaid', 'flowchart LR\n  a --> b\n  a -> b', 3, 5, 'expected an arrow'],
    ['CSV entry', 'a,b\n0,7\n0,0', 2, 3, 'row "a" and column "b" is "7"'],
    ['CSV ragged', 'a,b\n0,1\n0', 3, 1, 'row 2 has 1 entries'],
    ['CSV rows', 'a,b,c\n0,1,0', 1, 1, 'names 3 nodes, and 1 rows follow'],
    ['CSV mirror', 'a,b\n0,2\n0,0', 2, 3, 'needs a 2 at the mirrored place'],
    ['CSV duplicate', 'a,a\n0,0\n0,0', 1, 3, 'is there twice'],
  ])('%s', (_, text, line, column, what) => {
    const thrown = errorOf(() => parseGraph(text)) as GraphSyntaxError;
    expect(thrown).toBeInstanceOf(GraphSyntaxError);
    expect(thrown.message).toContain(what);
    expect(thrown.details).toMatchObject({ line, column });
  });

  test('a cycle is named', () => {
    expect(() => parseGraph('digraph { a -> b -> c -> a }')).toThrow(CyclicGraphError);
    expect(() => parseGraph('digraph { a -> b -> c -> a }')).toThrow('"a" → "b" → "c" → "a"');
  });

  test('what a format cannot hold is refused', () => {
    const arc = createGraph('admg', ['a', 'b'], [{ from: 'a', to: 'b', type: 'bidirected' }]);
    expect(() => formatGraph(arc, 'csv')).toThrow('cannot hold bidirected edges');
    expect(() => formatGraph(arc, 'bif')).toThrow('BIF holds DAGs only');
    expect(() => formatGraph(createDag(['\u0000'], []), 'graphml')).toThrow('XML cannot hold the name');
    expect(() => formatGraph(arc, 'yaml' as GraphFormat)).toThrow('the format "yaml" is unknown');
    expect(() => parseGraph('x', { format: 'yaml' as GraphFormat })).toThrow('the format "yaml" is unknown');
  });
});

const hostile = [
  'a b',
  '"',
  '\\',
  'x->y',
  '—',
  '日本',
  "'",
  'a,b',
  ';',
  '[x]',
  '{',
  '&amp;',
  '#quot;',
  '<b>',
  '0',
  'end',
  'graph',
  'n0',
  'node',
  ' pad ',
  'a\nb',
  '\t',
  '%%',
  '//',
  '🦊',
  '=',
  'a-',
  '1',
  'true',
  '__proto__',
  'constructor',
];

test('every format returns the graph it was given, whatever the nodes are called', {
  timeout: 120_000,
}, () => {
  const name = fc.oneof(
    fc.constantFrom(...hostile),
    fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
    fc.stringMatching(/^[a-z]\w{0,4}$/),
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1, maxLength: 7 }),
      fc.nat(),
      fc.constantFrom('dag', 'cpdag', 'icpdag', 'admg'),
      fc.constantFrom(...formats),
      (nodes, seed, kind, format) => {
        const graph = draw(nodes, seed, kind);
        const isPlain = graph.neighbours.items.length + graph.spouses.items.length === 0;
        if (format === 'bif' && !isPlain) return;
        if (format === 'csv' && graph.spouses.items.length > 0) return;
        let text: string;
        try {
          text = formatGraph(graph, format);
        } catch (error) {
          expect([format, (error as InputError).code]).toEqual(['graphml', 'graph/format-name']);
          return;
        }
        const back = parseGraph(text, { format });
        expect([text, back.nodes]).toEqual([text, graph.nodes]);
        expect(edgesOf(back)).toEqual(edgesOf(graph));
        if (!['dagitty', 'csv', 'bif'].includes(format)) expect(back.kind).toBe(graph.kind);
        expect(readGraph(text).format).toBe(format); // and is recognised by its content
      },
    ),
    { numRuns: 3000 },
  );
});

function draw(nodes: readonly string[], seed: number, kind: string): Graph {
  const rng = createRng(seed);
  const d = nodes.length;
  const over = (graph: Graph): Graph => {
    const edges: EdgeInput[] = edgesOf(graph).map(({ from, to, type }) => ({
      from: nodes[graph.nodes.indexOf(from)] as string,
      to: nodes[graph.nodes.indexOf(to)] as string,
      type,
    }));
    return createGraph(graph.kind, nodes, edges);
  };
  const dag = randomDag(rng, d, 0.4);
  if (kind === 'cpdag') return over(cpdag(dag));
  if (kind === 'icpdag') return over(interventionalCpdag(dag, [[dag.nodes[0] as string]]));
  return over(kind === 'admg' ? randomAdmg(rng, d, 0.3, 0.3) : dag);
}

describe('no text crashes or hangs a reader', () => {
  const runs = process.env.CFE_FULL === '1' ? 100_000 : 2000;
  const seeds = formats.flatMap((format) =>
    [
      createDag(['a', 'b c', '"'], [['a', 'b c'], ['b c', '"']]), // biome-ignore format: short
      cpdag(createDag(['a', 'b', 'c'], [['a', 'b']])),
    ].flatMap((graph) => (format === 'bif' && graph.kind !== 'dag' ? [] : [formatGraph(graph, format)])),
  );
  const bits = [
    '{',
    '}',
    '[',
    ']',
    '"',
    '->',
    '--',
    '<->',
    ';',
    '\n',
    '%%',
    '/*',
    '*/',
    '<',
    '>',
    '</',
    '&#x;',
    ',',
    '2',
    '|',
    '=',
    'graph',
    'node',
    '\\',
    '<![CDATA[',
    '\u0000',
    '\ufeff',
    '\ud800',
    '(',
    ')',
    '&',
  ];

  test.each(formats)('%s', (format) => {
    const rng = createRng(20261124).fork(format);
    const pick = <T>(items: readonly T[]): T => items[rng.integer(items.length)] as T;
    for (let run = 0; run < runs; run++) {
      let text = rng.uniform() < 0.2 ? '' : pick(seeds);
      for (let edits = 1 + rng.integer(6); edits > 0; edits--) {
        const at = rng.integer(text.length + 1);
        const other = pick(seeds);
        const from = rng.integer(other.length);
        const insert = rng.uniform() < 0.6 ? pick(bits) : other.slice(from, from + rng.integer(30));
        text = text.slice(0, at) + insert + text.slice(at + (rng.uniform() < 0.5 ? 0 : rng.integer(12)));
      }
      const given = rng.uniform() < 0.9 ? format : undefined;
      const thrown = errorOf(() => {
        const graph = parseGraph(text, given === undefined ? {} : { format: given });
        createGraph(graph.kind, graph.nodes, edgesOf(graph)); // what comes out is a graph
      });
      if (thrown === undefined || thrown instanceof CyclicGraphError) continue;
      if (
        !(thrown instanceof GraphSyntaxError) ||
        !(Number(thrown.details.line) >= 1) ||
        !(Number(thrown.details.column) >= 1)
      ) {
        throw new Error(`${format}: ${JSON.stringify(text)}`, { cause: thrown });
      }
    }
  });

  test.each(formats)('%s: long fields, deep nesting and open ends take linear time', (format) => {
    // a quadratic reader would take hours, which the test's time limit would end
    const long = 'x'.repeat(1_000_000);
    const spaces = ' '.repeat(300_000);
    const texts = [
      long,
      `"${long}`,
      `digraph {"${long}" -> b }`,
      `digraph {${'{'.repeat(100_000)}`,
      `${'['.repeat(100_000)}`,
      `{"a":`.repeat(100_000),
      `graph ${'node ['.repeat(100_000)}`,
      '<a>'.repeat(100_000),
      `<a ${'b="c" '.repeat(100_000)}`,
      `${'<!--'.repeat(100_000)}`,
      `flowchart LR\n${long} -- ${spaces}${long}`,
      `flowchart LR\n${'a --'.repeat(50_000)}`,
      `flowchart LR\na${spaces}-- b`,
      `${'"a,'.repeat(100_000)}`,
      `${'/*'.repeat(100_000)}`,
      `${'%% \n'.repeat(100_000)}`,
      `${'# \n'.repeat(100_000)}`,
      `a,${long}\n0,0\n0,0`,
      `${'&amp;'.repeat(100_000)}`,
      `variable ${long} {${'{'.repeat(100_000)}`,
      `${',\n'.repeat(20_000)}`,
    ];
    for (const text of texts) {
      for (const options of [{ format }, {}]) {
        const thrown = errorOf(() => parseGraph(text, options));
        if (thrown !== undefined && !(thrown instanceof InputError)) throw thrown;
        if (thrown !== undefined) expect((thrown as Error).message.length).toBeLessThan(1000);
      }
    }
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}
