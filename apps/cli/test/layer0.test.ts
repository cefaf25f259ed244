import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDag, type Edge, type GraphJson, graphFromJson } from '@cfe/graph';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { folderWith } from './support/cfe.ts';
import { cfeInside } from './support/in-process.ts';

// What @cfe/graph, @cfe/scm and @cfe/data do, as the command line offers it: graph, query, simulate, data.

const edge = (from: string, to: string, type: Edge['type'] = 'directed'): Edge => ({ from, to, type });
const confounded = {
  nodes: ['z', 'x', 'm', 'y'],
  edges: [edge('z', 'x'), edge('z', 'y'), edge('x', 'm'), edge('m', 'y')],
};
const bif = `network garden {}
variable rain { type discrete [ 2 ] { no, yes }; }
variable wet { type discrete [ 2 ] { no, yes }; }
probability ( rain ) { table 0.75, 0.25; }
probability ( wet | rain ) { (no) 0.75, 0.25; (yes) 0.25, 0.75; }
`;

let folder: string;
beforeAll(async () => {
  const golden = JSON.parse(
    await readFile(new URL('../../../packages/data/test/golden/typed-files.json', import.meta.url), 'utf8'),
  ) as { cases: { name: string; base64: string }[] };
  const bytesOf = (wanted: string): Uint8Array =>
    Uint8Array.from(Buffer.from(golden.cases.find(({ name }) => name === wanted)?.base64 ?? '', 'base64'));
  folder = await folderWith({
    'graph.json': JSON.stringify(confounded),
    'reversed.json': JSON.stringify({ ...confounded, edges: [...confounded.edges.slice(1), edge('x', 'z')] }),
    'fewer.json': JSON.stringify({ nodes: ['z', 'x'], edges: [] }),
    'latent.json': JSON.stringify({
      kind: 'admg',
      nodes: ['x', 'm', 'y'],
      edges: [edge('x', 'm'), edge('m', 'y'), edge('x', 'y', 'bidirected')],
    }),
    'instrument.json': JSON.stringify({
      kind: 'admg',
      nodes: ['i', 'x', 'y'],
      edges: [edge('i', 'x'), edge('x', 'y'), edge('x', 'y', 'bidirected')],
    }),
    'line.json': JSON.stringify({ nodes: ['a', 'b'], edges: [edge('a', 'b', 'undirected')] }),
    'targets.json': '{"0": [], "1": ["x"]}',
    'cycle.dot': 'digraph { a -> b; b -> c; c -> a }',
    'loop.dot': 'digraph {\n  a -> b\n  b -> b\n}',
    'twice.gml': 'graph [\n node [ id 1 label "a" ]\n node [ id 1 label "b" ]\n]',
    'both-ways.json': JSON.stringify({ nodes: ['a', 'b'], edges: [edge('a', 'b'), edge('b', 'a')] }),
    'unknown.json': JSON.stringify({ nodes: ['a', 'b'], edges: [edge('a', 'c')] }),
    'half.graphml': '<graphml><graph edgedefault="directed"><node id="a"/><edge source="a"',
    'words.csv': 'a,b\n0,one\n0,0\n',
    'ragged-graph.csv': 'a,b\n0,1\n0\n',
    'long.dot': `digraph { "${'x'.repeat(1_000_000)}" -> b; }`,
    'empty.dot': '',
    'binary.dot': Uint8Array.of(0xff, 0xfe, 0x00, 0x80),
    'model.json':
      '{"kind": "linear-gaussian", "nodes": ["x", "y"], "weights": [[0, 2], [0, 0]], "intercepts": [1, 0], "noiseVariances": [1, 4]}',
    'exact.json':
      '{"kind": "linear-gaussian", "nodes": ["x", "y"], "weights": [[0, 2], [0, 0]], "noiseVariances": [1, 0]}',
    'wrong.json': '{"kind": "linear-gaussian", "nodes": ["x", "y"], "weights": [[0, 2]]}',
    'negative.json': '{"kind": "linear-gaussian", "nodes": ["x"], "weights": [[0]], "noiseVariances": [-1]}',
    'simulator.json': '{"kind": "simulator", "variables": [{"name": "x"}]}',
    'garden.bif': bif,
    'sums.bif': bif.replace('0.75, 0.25; }\nprobability ( wet', '0.75, 0.75; }\nprobability ( wet'),
    'never.bif': bif.replace('table 0.75, 0.25', 'table 1, 0'),
    'table.csv': 'weight,origin,note,one\n3504,USA,first,1\n2372,Japan,second,1\n,Japan,third,1\n',
    'ragged.csv': 'a,b\n1,2\n3\n',
    'latin.csv': Uint8Array.of(0x61, 0x0a, 0xe9, 0xff, 0x0a),
    'table.parquet': bytesOf('parquet snappy'),
    'table.arrow': bytesOf('feather lz4'),
    'cut.parquet': bytesOf('parquet snappy').subarray(0, 500),
  });
  await mkdir(join(folder, 'data', 'auto-mpg'), { recursive: true });
  await writeFile(join(folder, 'data', 'auto-mpg', 'auto-mpg.txt'), 'not these bytes\n');
});
afterEach(() => vi.unstubAllEnvs());

async function json<Answer = Record<string, unknown>>(...args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await cfeInside([...args, '--json'], folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as Answer;
}

async function text(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cfeInside(args, folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('cfe graph', () => {
  test.each(['json', 'dot', 'dagitty', 'bif', 'gml', 'graphml', 'mermaid', 'csv'])(
    'convert to %s and back is the same graph',
    async (format) => {
      const answer = await json<{ format?: string; text?: string; graph?: GraphJson }>(
        ...['graph', 'convert', 'graph.json', '--to', format],
      );
      if (format === 'json') expect(sorted(answer.graph as GraphJson)).toEqual(sorted(confounded));
      else expect(answer.format).toBe(format);
      const plain = await text('graph', 'convert', 'graph.json', '--to', format);
      if (format !== 'json') expect(plain).toBe(answer.text);
      await writeFile(join(folder, `back.${format}`), plain);
      const back = await json<{ graph: GraphJson }>('graph', 'convert', `back.${format}`);
      expect(sorted(back.graph)).toEqual(sorted(confounded));
    },
  );

  test('metrics: counts, shares, and those of the classes', async () => {
    const found = await json<Record<string, unknown>>('graph', 'metrics', 'graph.json', 'reversed.json');
    expect(found).toMatchObject({
      shd: 1,
      skeleton: { precision: 1, recall: 1, f1: 1 },
      directed: { precision: 0.75, recall: 0.75, f1: 0.75 },
      cpdag: { shd: 0 },
      normalised: { shd: 1 / 6 },
    });
    for (const name of ['sid', 'parentAid', 'ancestorAid', 'osetAid'])
      expect(found[name]).toBeTypeOf('number');
    expect(await text('graph', 'metrics', 'graph.json', 'reversed.json')).toMatch(/^shd\s+1$/m);
    expect((await json('graph', 'metrics', 'line.json', 'line.json')).sid).toBeNull();
  });

  test('cpdag: what observations tell, and what experiments add', async () => {
    const types = async (...args: readonly string[]): Promise<Record<string, string>> => {
      const { graph } = await json<{ graph: GraphJson }>('graph', 'cpdag', ...args);
      return Object.fromEntries(graph.edges.map(({ from, to, type }) => [`${from} ${to}`, type ?? '']));
    };
    expect(Object.values(await types('graph.json'))).toContain('undirected');
    expect(await types('graph.json', '--targets', 'targets.json')).toMatchObject({
      'z x': 'directed',
      'x m': 'directed',
    });
  });

  test('dsep in graphs with and without latent causes', async () => {
    const separated = async (...args: readonly string[]): Promise<unknown> =>
      (await json('graph', 'dsep', ...args)).separated;
    expect(await separated('graph.json', '--x', 'x', '--y', 'y', '--given', 'm,z')).toBe(true);
    expect(await separated('graph.json', '--x', 'x', '--y', 'y', '--given', 'm')).toBe(false);
    expect(await separated('latent.json', '--x', 'x', '--y', 'y', '--given', 'm')).toBe(false);
    expect(await text('graph', 'dsep', 'graph.json', '--x', 'x', '--y', 'y', '--given', 'm,z')).toBe(
      'separated\n',
    );
  });

  test('adjust: sets, front door, instruments, and why not', async () => {
    const adjust = (...args: readonly string[]): Promise<Record<string, unknown>> =>
      json('graph', 'adjust', ...args, '--treatment', 'x', '--outcome', 'y');
    expect(await adjust('graph.json')).toMatchObject({
      identifiable: true,
      sets: [['z']],
      optimal: ['z'],
      frontdoor: ['m'],
    });
    expect(await adjust('latent.json')).toMatchObject({ identifiable: true, sets: [], frontdoor: ['m'] });
    expect(await adjust('instrument.json')).toMatchObject({
      identifiable: false,
      sets: [],
      instruments: [{ instrument: 'i', given: [] }],
    });
    expect((await adjust('graph.json', '--latent', 'z,m')).reason).toMatch(/not identified/);
    expect(await text('graph', 'adjust', 'graph.json', '--treatment', 'x', '--outcome', 'y')).toContain(
      'Smallest adjustment sets: {z}',
    );
  });

  test('every verb answers a batch line by line', async () => {
    const requests = {
      metrics: { truth: confounded, estimate: confounded },
      cpdag: { graph: 'digraph { a -> b }', targets: [['b']] },
      adjust: { graph: confounded, treatment: 'x', outcome: ['y'] },
      convert: { graph: confounded, to: 'dot' },
      dsep: { graph: confounded, x: ['z'], y: ['m'], given: ['x'] },
    };
    const expected = { metrics: 'shd', cpdag: 'graph', adjust: 'sets', convert: 'text', dsep: 'separated' };
    for (const [verb, request] of Object.entries(requests)) {
      await writeFile(join(folder, 'batch.jsonl'), `${JSON.stringify(request)}\n\n{"nothing": 1}\n`);
      const { code, stdout, stderr } = await cfeInside(['graph', verb, '--batch', 'batch.jsonl'], folder);
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
      expect(lines).toHaveLength(2);
      expect(lines[0]).toHaveProperty(expected[verb as keyof typeof expected]);
      expect(lines[1]).toHaveProperty('error');
      expect(stderr).toMatch(/^cfe: batch\.jsonl:3: .*\n$/);
      expect(code).toBe(2);
    }
  });
});

describe('cfe query', () => {
  test('linear-Gaussian models: observed, under an action, given what is seen after it, imagined', async () => {
    const mean = async (...args: readonly string[]): Promise<unknown> =>
      (await json<{ exact: boolean; mean: object }>('query', 'model.json', ...args)).mean;
    expect(await mean()).toEqual({ x: 1, y: 2 });
    expect(await mean('--do', 'x=3')).toEqual({ x: 3, y: 6 });
    expect(await mean('--do', 'x+=1')).toEqual({ x: 2, y: 4 });
    expect(await mean('--do', 'x~normal(5,2)')).toEqual({ x: 5, y: 10 });
    // cov(x, y) / var(y) = 2 / 8
    expect(await mean('--given', 'y=6')).toEqual({ x: expect.closeTo(2, 9), y: expect.closeTo(6, 9) });
    expect(await mean('--factual', 'x=1', 'y=5', '--do', 'x=2')).toEqual({
      x: 2,
      y: expect.closeTo(7, 9),
    });
  });

  test('tables: the sprinkler argument, seen and done', async () => {
    const seen = await json<{ probabilities: { rain: object } }>('query', 'garden.bif', '--given', 'wet=yes');
    expect(seen.probabilities.rain).toEqual({ no: expect.closeTo(0.5, 9), yes: expect.closeTo(0.5, 9) });
    const done = await json<{ exact: boolean; probabilities: object }>(
      'query',
      'garden.bif',
      '--do',
      'wet=yes',
    );
    expect(done).toMatchObject({
      exact: true,
      probabilities: { rain: { no: 0.75, yes: 0.25 }, wet: { no: 0, yes: 1 } },
    });
    expect(await text('query', 'garden.bif')).toMatch(/rain: no 0\.75.*yes 0\.25/);
  });
});

describe('cfe simulate', () => {
  test.each(['erdos-renyi', 'scale-free', 'small-world', 'bipartite', 'graph.json'])(
    'from %s: data, graph, model and truth that fit together',
    async (graph) => {
      const out = `world-${graph}`;
      const size = graph === 'graph.json' ? [] : ['--nodes', '6', '--degree', '2'];
      const answer = await json<{ rows: number; nodes: string[]; edges: Edge[] }>(
        ...['simulate', '--graph', graph, ...size, '-n', '50', '--interventions', '5', '--out', out],
      );
      expect(answer.rows).toBe(50 + 5 * answer.nodes.length);
      const written = JSON.parse(await readFile(join(folder, out, 'graph.json'), 'utf8')) as unknown;
      expect(createDag(answer.nodes, answer.edges)).toEqual(graphFromJson(written));
      const lines = (await readFile(join(folder, out, 'data.csv'), 'utf8')).trimEnd().split('\n');
      expect(lines).toHaveLength(answer.rows + 1);
      expect(lines[0]?.split(',').sort()).toEqual([...answer.nodes, 'regime'].sort());
      const name = answer.nodes[0] as string;
      expect(
        (await json<{ mean: object }>('query', `${out}/model.json`, '--do', `${name}=2`)).mean,
      ).toMatchObject({
        [name]: 2,
      });
    },
  );

  test.each([
    'wave',
    'mlp',
    'gp',
    'additive',
    'location-scale',
    'multiplicative',
    'sign-multiplicative',
    'noisy-mlp',
    'table',
  ])('mechanism %s: the model that is written draws and answers', async (mechanism) => {
    const out = `world-${mechanism}`;
    const asked = [
      'simulate',
      '--nodes',
      '3',
      '--mechanism',
      mechanism,
      '-n',
      '20',
      '--seed',
      '3',
      '--out',
      out,
    ];
    const { nodes } = await json<{ nodes: string[] }>(...asked);
    const first = await readFile(join(folder, out, 'data.csv'), 'utf8');
    await json(...asked);
    expect(await readFile(join(folder, out, 'data.csv'), 'utf8')).toBe(first);
    const drawn = await text('sample', `${out}/model.json`, '-n', '4', '--seed', '1');
    expect(drawn.trimEnd().split('\n')).toHaveLength(5);
    const answer = await json<{ exact: boolean; nodes: string[] }>(
      ...['query', `${out}/model.json`, '--samples', '200'],
    );
    expect(answer.nodes).toEqual(nodes);
  });
});

describe('cfe data', () => {
  test('list: every set by name, with its licence and what is true of it', async () => {
    const { datasets } = await json<{ datasets: { name: string; licence: string; truth: string }[] }>(
      'data',
      'list',
    );
    for (const name of ['auto-mpg', 'sachs', 'bnlearn-asia', 'lalonde-nsw', 'kidney-stones'])
      expect(datasets.map((set) => set.name)).toContain(name);
    expect(datasets.every(({ licence, truth }) => licence !== '' && truth !== '')).toBe(true);
    expect(await text('data', 'list')).toMatch(/^auto-mpg\s/m);
  });

  test('describe says what each column was taken for', async () => {
    const { rows, columns } = await json<{ rows: number; columns: Record<string, unknown>[] }>(
      ...['data', 'describe', 'table.csv'],
    );
    expect(rows).toBe(3);
    expect(columns.map(({ name, kind, missing }) => [name, kind, missing])).toEqual([
      ['weight', 'continuous', 1],
      ['origin', 'categorical', 0],
      ['note', 'categorical', 0],
      ['one', 'continuous', 0],
    ]);
    expect(columns[0]).toMatchObject({ mean: 2938, min: 2372, max: 3504 });
    expect(await text('data', 'describe', 'table.csv')).toMatch(/^table\.csv: 3 rows, 4 columns/);
  });

  test.each(['table.parquet', 'table.arrow'])('describe and check read %s', async (file) => {
    const { rows, columns } = await json<{ rows: number; columns: { name: string; kind: string }[] }>(
      ...['data', 'describe', file],
    );
    expect(rows).toBe(40);
    expect(columns.find(({ name }) => name === 'k')?.kind).toBe('categorical');
    expect((await json<{ findings: object[] }>('data', 'check', file)).findings.length).toBeGreaterThan(0);
  });

  test('check says what is wrong before anything is learned', async () => {
    const { findings, warnings } = await json<{
      findings: { severity: string; message: string }[];
      warnings: number;
    }>('data', 'check', 'table.csv');
    expect(findings.map(({ message }) => message).join(' ')).toMatch(/"weight" is missing in 1 of 3 rows/);
    expect(findings.map(({ message }) => message).join(' ')).toMatch(/"one"/);
    expect(warnings).toBe(findings.filter(({ severity }) => severity === 'warning').length);
    expect(await text('data', 'check', 'table.csv')).toMatch(/warnings, .* notes/);
  });

  test('fetch gives the paths of verified files', async (context) => {
    expect(await json('data', 'fetch', 'kidney-stones')).toMatchObject({ name: 'kidney-stones', files: [] });
    if (process.env.CFE_DATA_DIR === undefined) context.skip('CFE_DATA_DIR is not set');
    const { files, licence } = await json<{ files: string[]; licence: string }>('data', 'fetch', 'auto-mpg');
    expect(files.every((path) => path.startsWith(process.env.CFE_DATA_DIR as string))).toBe(true);
    expect(licence).not.toBe('');
    expect((await json<{ rows: number }>('data', 'describe', 'auto-mpg')).rows).toBe(392);
    const network = await cfeInside(['data', 'describe', 'bnlearn-asia'], folder);
    expect(network).toMatchObject({ code: 2, stderr: 'cfe: bnlearn-asia is a network, not a table.\n' });
  });
});

describe('what cannot be used ends in one line on stderr, nothing on stdout, exit code 2', () => {
  const refused: readonly (readonly [args: string, reason: RegExp])[] = [
    ['graph convert cycle.dot', /cycle.*a.*b.*c/],
    ['graph convert loop.dot', /line 3.*itself/],
    ['graph convert twice.gml', /line 3.*id "1"/],
    ['graph convert both-ways.json', /two edges join "b" and "a"/],
    ['graph convert unknown.json', /"c"/],
    ['graph convert half.graphml', /line 1, column/],
    ['graph convert words.csv', /line 2.*one/],
    ['graph convert ragged-graph.csv', /line 3/],
    ['graph convert empty.dot', /empty/],
    ['graph convert binary.dot', /UTF-8/],
    ['graph convert nowhere.dot', /no such file/],
    ['graph convert graph.json --to pdf', /--to.*pdf/],
    ['graph convert line.json --to bif', /BIF/],
    ['graph convert', /<graph> is needed/],
    ['graph metrics graph.json', /<estimate> is needed/],
    ['graph metrics graph.json fewer.json', /missing.*"m"/],
    ['graph cpdag latent.json', /no DAG/],
    ['graph cpdag graph.json --targets graph.json', /targets must be lists/],
    ['graph cpdag graph.json --targets nowhere.json', /no such file/],
    ['graph dsep graph.json --x x', /--y is needed/],
    ['graph dsep graph.json --x x --y nobody', /"nobody"/],
    ['graph dsep graph.json --x x --y y --given x', /"x"/],
    ['graph adjust graph.json --treatment x --outcome x', /"x"/],
    ['graph adjust graph.json --treatment q --outcome y', /"q"/],
    ['graph adjust graph.json --outcome y', /--treatment is needed/],
    ['query wrong.json', /wrong\.json.*weights/],
    ['query negative.json', /negative\.json.*variance/i],
    ['query simulator.json', /simulator\.json.*variables\[0\]\.mechanism/],
    ['query sums.bif', /sums\.bif.*line 4/],
    ['query never.bif --given rain=yes', /probability 0|impossible|support/],
    ['query exact.json --given x=1 y=3', /impossible|support|contradict|cannot/],
    ['query garden.bif --do wet=damp', /"damp"/],
    ['query model.json --do x~normal(0,-1)', /sd|standard deviation|positive/],
    ['query model.json --do x=1,y', /x=1,y|column/],
    ['query model.json --samples few', /--samples/],
    ['simulate', /--out is needed/],
    ['simulate --out w --nodes 0', /--nodes/],
    ['simulate --out w --mechanism magic', /--mechanism/],
    ['simulate --out w --noise pink', /--noise/],
    ['simulate --out w --graph nowhere.json', /no such file/],
    ['simulate --out w --graph latent.json', /only a DAG/],
    ['simulate --out w --degree many', /--degree/],
    ['simulate --out graph.json', /graph\.json/],
    ['data describe nowhere.csv', /no such file/],
    ['data describe ragged.csv', /line 3/],
    ['data describe latin.csv', /UTF-8|encoding/],
    ['data describe cut.parquet', /no Parquet file/],
    ['data check .', /folder/],
    ['data fetch nothing', /"nothing"/],
    ['data describe', /data/],
    ['data mend table.csv', /mend/],
  ];
  test.each(refused)('cfe %s', async (line, reason) => {
    const { code, stdout, stderr } = await cfeInside(line.split(' '), folder);
    expect(stderr).toMatch(reason);
    expect(stderr).toMatch(/^cfe: .*\n$/);
    expect(stderr.length).toBeLessThan(600);
    expect(stderr).not.toMatch(/\n\s+at |unexpected failure/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('a name of a million characters is no trouble', async () => {
    const { graph } = await json<{ graph: GraphJson }>('graph', 'convert', 'long.dot');
    expect(graph.nodes.map(({ length }) => length)).toEqual([1_000_000, 1]);
  });

  test('other bytes under the name of a data set are refused', async () => {
    vi.stubEnv('CFE_DATA_DIR', join(folder, 'data'));
    const { code, stdout, stderr } = await cfeInside(['data', 'fetch', 'auto-mpg'], folder);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^cfe: .*SHA-256.*\n$/);
  });
});

/** Nodes and edges in an order of their own, since formats list them in theirs. */
function sorted({ nodes, edges }: GraphJson): { nodes: string[]; edges: object[] } {
  const key = ({ from, to }: { from: string; to: string }): string => `${from} ${to}`;
  return {
    nodes: [...nodes].sort(),
    edges: edges.map((one) => ({ type: 'directed', ...one })).sort((a, b) => (key(a) < key(b) ? -1 : 1)),
  };
}
