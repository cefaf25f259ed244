import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cfe, chainCsv, folderWith, needsBuild } from './support/cfe.ts';

const model = {
  kind: 'linear-gaussian',
  nodes: ['x', 'm', 'y'],
  weights: [
    [0, 2, 1],
    [0, 0, 3],
    [0, 0, 0],
  ],
  intercepts: [0, 1, 0],
};
const chain = {
  nodes: ['x', 'm', 'y'],
  edges: [
    { from: 'x', to: 'm' },
    { from: 'm', to: 'y' },
  ],
};

let folder: string;
beforeAll(async () => {
  folder = await folderWith({
    'model.json': JSON.stringify(model),
    'chain.json': JSON.stringify(chain),
    'apart.json': JSON.stringify({ nodes: ['x', 'y'], edges: [] }),
    'xy.json': JSON.stringify({ nodes: ['x', 'y'], edges: [{ from: 'x', to: 'y' }] }),
    'data.csv': chainCsv(120),
    'rows.csv': 'y,m,x\n9,1,0\n4,,\n',
    'requests.jsonl': [
      { graph: chain, x: ['x'], y: ['y'], given: ['m'] },
      { graph: chain, x: ['x'], y: ['y'], given: [] },
      { graph: chain, x: ['x'], y: ['nobody'] },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n'),
    'run.json': JSON.stringify({ data: 'data.csv', graph: 'xy.json', out: 'run.model', epochs: 5, seed: 1 }),
    'typo.json': JSON.stringify({ data: 'data.csv', out: 'run.model', epocs: 5 }),
    'cases.jsonl': JSON.stringify({
      dag: [
        [0, 1],
        [0, 0],
      ],
      W: [[[0, 0]], [[1, 0]]],
      b: [[0], [0]],
      v: [[1], [2]],
      U: [
        [0.5, 0],
        [0.5, 0],
      ],
      mask: [
        [0, 0],
        [1, 0],
      ],
      value: [
        [0, 0],
        [0, 0],
      ],
      upstream: [
        [0, 1],
        [0, 1],
      ],
    }),
  });
});

async function json<Answer = Record<string, unknown>>(...args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await cfe([...args, '--json'], folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Answer;
}

describe.concurrent('exact models', () => {
  test('the three rungs, in closed form', async (context) => {
    needsBuild(context);
    const acted = await json<{ exact: boolean; mean: object }>('query', 'model.json', '--do', 'x=3');
    expect(acted).toMatchObject({ exact: true, mean: { x: 3, m: 7, y: 24 } });
    const had = await json<{ mean: Record<string, number> }>(
      'query',
      'model.json',
      '--factual',
      'x=0',
      'm=1',
      'y=9',
      '--do',
      'x=1',
    );
    // evidence is conditioned on numerically
    expect(had.mean.x).toBe(1);
    expect(had.mean.m).toBeCloseTo(3, 9);
    expect(had.mean.y).toBeCloseTo(16, 9);
  });

  test('an effect, its interval and level', async (context) => {
    needsBuild(context);
    const found = await json<{ effect: number; interval: number[]; level: number; samples: number }>(
      'effect',
      'model.json',
      '--treatment',
      'x=1',
      '--control',
      'x=0',
      '--outcome',
      'y',
      '--level',
      '0.8',
    );
    expect(found.effect).toBeCloseTo(7, 9);
    expect(found).toMatchObject({ level: 0.8, interval: [found.effect, found.effect] });
  });

  test('rows as they would have been; what is not known is filled in', async (context) => {
    needsBuild(context);
    const { rows } = await json<{ rows: Record<string, number>[] }>(
      'predict',
      'model.json',
      'rows.csv',
      '--do',
      'x=1',
    );
    expect(rows[0]).toEqual({ x: 1, m: 3, y: 16 });
    expect(rows).toHaveLength(2);
    expect(rows[1]?.x).toBe(1);
  });

  test('samples are CSV without --json, the same for the same seed', async (context) => {
    needsBuild(context);
    const one = await cfe(['sample', 'model.json', '-n', '3', '--do', 'x=2', '--seed', '5'], folder);
    const two = await cfe(['sample', 'model.json', '-n', '3', '--do', 'x=2', '--seed', '5'], folder);
    expect(one.stdout).toMatch(/^x,m,y\n(2,[^\n]+\n){3}$/);
    expect(two.stdout).toBe(one.stdout);
  });
});

describe.concurrent('graph verbs', () => {
  test('one line of JSON answers each request; a bad one is named and does not stop the others', async (context) => {
    needsBuild(context);
    const { code, stdout, stderr } = await cfe(['graph', 'dsep', '--batch', 'requests.jsonl'], folder);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      { separated: true },
      { separated: false },
      expect.objectContaining({ error: expect.stringContaining('nobody') }),
    ]);
    expect(stderr).toMatch(/^cfe: requests\.jsonl:3: .*nobody.*\n$/);
    expect(code).toBe(2);
  });

  test('metrics, classes and adjustment', async (context) => {
    needsBuild(context);
    expect(await json('graph', 'metrics', 'chain.json', 'chain.json')).toMatchObject({
      shd: 0,
      sid: 0,
      cpdag: { shd: 0 },
    });
    const { graph } = await json<{ graph: { kind: string } }>('graph', 'cpdag', 'chain.json');
    expect(graph).toMatchObject({ kind: 'cpdag', edges: [{ type: 'undirected' }, { type: 'undirected' }] });
    expect(await json('graph', 'adjust', 'chain.json', '--treatment', 'm', '--outcome', 'y')).toMatchObject({
      identifiable: true,
      sets: [[]],
    });
  });
});

describe.concurrent('checks', () => {
  test('the engine against its own scenarios', async (context) => {
    needsBuild(context);
    const { passed, scenarios } = await json<{ passed: boolean; scenarios: { leak: number }[] }>('check');
    expect(passed).toBe(true);
    expect(Math.max(...scenarios.map(({ leak }) => leak))).toBe(0);
  });

  test('and against cases from outside', async (context) => {
    needsBuild(context);
    const { stdout } = await cfe(['check', '--cases', 'cases.jsonl'], folder);
    const { X, gradients } = JSON.parse(stdout) as {
      X: number[][];
      gradients: { U: number[][]; value: number[][] };
    };
    expect(X[0]?.[1]).toBeCloseTo(2 * Math.tanh(0.5), 12);
    expect(gradients.U[0]?.[0]).toBeCloseTo(2 * (1 - Math.tanh(0.5) ** 2), 12);
    expect(gradients.U[1]?.[0]).toBe(0); // that row sets the variable: its noise gets nothing
    expect(gradients.value[1]?.[0]).toBe(2);
  });

  test('doctor says what runs', async (context) => {
    needsBuild(context);
    const { active, backends, others } = await json<{
      active: string;
      backends: { name: string; available: boolean }[];
      others: { name: string; available: boolean; reason: string }[];
    }>('doctor');
    expect(backends.find(({ name }) => name === active)?.available).toBe(true);
    expect(others.map(({ name }) => name)).toEqual(['node-gpu', 'node-webgpu', 'webgpu', 'webgl']);
    for (const { name, available, reason } of others)
      expect(reason, name).toMatch(available ? /selectBackend/ : /[Ii]nstall|browser|driver|adapter|start/);
  });
});

test('fit, ask, report: from a CSV file to a page', { timeout: 120_000 }, async (context) => {
  needsBuild(context);
  const fitted = await json<{ model: string; edges: object[]; metrics: { rows: number } }>(
    'fit',
    'data.csv',
    '--graph',
    'xy.json',
    '--out',
    'xy.model',
    '--replicates',
    '12',
    '--mechanism',
    'linear',
  );
  expect(fitted).toMatchObject({ metrics: { rows: 120 }, edges: [{ from: 'x', to: 'y', type: 'directed' }] });
  const found = await json<{ effect: number; interval: [number, number] }>(
    'effect',
    'xy.model',
    '--treatment',
    'x=1',
    '--control',
    'x=0',
    '--outcome',
    'y',
  );
  // y = 2x + noise of sd 1/√12 over 120 rows with sd(x) = 1/2: four standard errors are 0.21
  expect(Math.abs(found.effect - 2)).toBeLessThan(0.21);
  expect(found.interval[0]).toBeLessThan(found.effect);
  expect(found.interval[1]).toBeGreaterThan(found.effect);
  await json('report', 'xy.model', '--out', 'xy.html');
  const page = await readFile(join(folder, 'xy.html'), 'utf8');
  expect(page).toMatch(/^<!doctype html>[\s\S]*What moves y[\s\S]*<\/html>\s*$/);
  expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|<script|src=/);
});

test('fit says what the data make of a graph that is given', { timeout: 120_000 }, async (context) => {
  needsBuild(context);
  const fitted = async (graph: string): Promise<{ contradicted: boolean; message: string }> => {
    const answer = await json<{ check: { contradicted: boolean; message: string } }>(
      ...['fit', 'data.csv', '--graph', graph, '--replicates', '0', '--out', `${graph}.model`],
    );
    return answer.check;
  };
  expect((await fitted('xy.json')).contradicted).toBe(false);
  const wrong = await fitted('apart.json');
  expect(wrong.contradicted).toBe(true);
  expect(wrong.message).toContain('contradict');
});

test('train reads a checked file, and takes nothing that it does not know', {
  timeout: 120_000,
}, async (context) => {
  needsBuild(context);
  const trained = await json<{ metrics: { status: string } }>('train', 'run.json');
  expect(trained.metrics.status).toMatch(/converged|max-steps/);
  expect(existsSync(join(folder, 'run.model.checkpoint'))).toBe(false);
  const refused = await cfe(['train', 'typo.json'], folder);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/^cfe: typo\.json: .*"epocs".*"epochs".*\n$/);
});

test('simulate writes a world that the other commands read', async (context) => {
  needsBuild(context);
  await json('simulate', '--nodes', '4', '-n', '300', '--interventions', '50', '--out', 'world');
  expect(readdirSync(join(folder, 'world')).sort()).toEqual([
    'data.csv',
    'graph.json',
    'model.json',
    'targets.json',
    'truth.json',
  ]);
  const truth = JSON.parse(await readFile(join(folder, 'world', 'model.json'), 'utf8')) as { kind: string };
  expect(truth.kind).toBe('linear-gaussian');
  const learned = await json<{ kind: string }>(
    'discover',
    'world/data.csv',
    '--regime',
    'regime',
    '--targets',
    'world/targets.json',
  );
  expect(learned.kind).toBe('icpdag');
});

test('Ctrl-C ends it with one line, and leaves no file behind', async (context) => {
  needsBuild(context);
  const { code, stderr } = await cfe(['quickstart', '--out', 'never.html'], folder, 'SIGINT');
  expect(stderr).toMatch(/cfe: stopped/);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(1);
  expect(existsSync(join(folder, 'never.html'))).toBe(false);
});
