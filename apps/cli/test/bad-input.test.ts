import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cfe, chainCsv, folderWith, needsBuild } from './support/cfe.ts';

const csv = chainCsv(60);
const [head = '', ...rows] = csv.trimEnd().split('\n');
const withColumn = (name: string, cell: (r: number) => string): string =>
  [`${head},${name}`, ...rows.map((row, r) => `${row},${cell(r)}`)].join('\n');

const files: Record<string, string | Uint8Array> = {
  'missing.csv': [head, ...rows.map((row, r) => (r === 3 ? row.replace(/^[^,]*/, '') : row))].join('\n'),
  'text.csv': withColumn('label', (r) => `free text ${r}`),
  'constant.csv': withColumn('one', () => '1'),
  'copy.csv': [`${head},x2`, ...rows.map((row) => `${row},${row.split(',')[0]}`)].join('\n'),
  'names.csv': csv.replace('x,y', 'x,x'),
  'arrow.csv': chainCsv(60, ['x->y', 'y']),
  'crlf.csv': csv.replaceAll('\n', '\r\n'),
  'bom.csv': `\uFEFF${csv}`,
  'semicolons.csv': csv
    .split('\n')
    .map((line) => line.replace(',', ';').replaceAll('.', ','))
    .join('\n'),
  'one-row.csv': `${head}\n${rows[0]}\n`,
  'no-rows.csv': `${head}\n`,
  'empty.csv': '',
  'binary.csv': Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 256),
  'ragged.csv': `${head}\n1,2\n3\n`,
  'broken.json': '{"nodes": [',
  'cycle.json':
    '{"nodes": ["x", "y", "z"], "edges": [{"from": "x", "to": "y"}, {"from": "y", "to": "z"}, {"from": "z", "to": "x"}]}',
  'tiers.json': '{"tiers": [["x"], ["z"]]}',
  'model.json': '{"kind": "linear-gaussian", "nodes": ["x", "y"], "weights": [[0, 2], [0, 0]]}',
  'odd.json':
    '{"kind": "linear-gaussian", "nodes": ["x->y", "a=b", "\\u00fc"], "weights": [[0, 2, 0], [0, 0, 1], [0, 0, 0]]}',
  'good.csv': csv,
};

let folder: string;
beforeAll(async () => {
  folder = await folderWith(files);
  await mkdir(join(folder, 'folder'));
});

describe.concurrent('a file that has something odd about it is learned from, and what was left out is said', () => {
  test.for([
    ['missing.csv', /Dropped 1 of 60 rows/, ['x', 'y']],
    ['text.csv', /"label" was left out/, ['x', 'y']],
    ['constant.csv', /"one" was left out: it never changes/, ['x', 'y']],
    ['copy.csv', /"x2" was left out: it repeats "x"/, ['x', 'y']],
    ['arrow.csv', undefined, ['x->y', 'y']],
    ['crlf.csv', undefined, ['x', 'y']],
    ['bom.csv', undefined, ['x', 'y']],
    ['semicolons.csv', undefined, ['x', 'y']],
  ] as const)('%s', async ([file, said, nodes], context) => {
    needsBuild(context);
    const { code, stdout, stderr } = await cfe(['discover', file, '--json'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const found = JSON.parse(stdout) as { nodes: string[]; edges: object[]; notes: string[] };
    expect(found.nodes).toEqual(nodes);
    expect(found.edges).toHaveLength(1);
    if (said === undefined) expect(found.notes).toEqual([]);
    else expect(found.notes.join(' ')).toMatch(said);
  });
});

describe.concurrent('what cannot be used ends in one line on stderr and exit code 2', () => {
  const refused: readonly (readonly [args: readonly string[], reason: RegExp])[] = [
    [['discover', 'names.csv'], /named "x"/],
    [['discover', 'one-row.csv'], /1 row|10 rows|constant/],
    [['discover', 'no-rows.csv'], /no rows/],
    [['discover', 'empty.csv'], /empty/],
    [['discover', 'binary.csv'], /not text|UTF-8/],
    [['discover', 'ragged.csv'], /line 3/],
    [['discover', 'nowhere.csv'], /no such file/],
    [['discover', 'folder'], /folder/],
    [['discover', 'good.csv', '--knowledge', 'tiers.json'], /"z"/],
    [['discover', 'good.csv', '--knowledge', 'broken.json'], /not JSON/],
    [['discover', 'good.csv', '--method', 'magic'], /"magic"/],
    [['discover', 'good.csv', '--bootstrap', 'many'], /--bootstrap/],
    [['discover', 'good.csv', '--seed', 'x'], /--seed/],
    [['discover', 'good.csv', '--regime', 'x'], /--targets/],
    [['discover'], /data/],
    [['discover', 'good.csv', '--wrong'], /--wrong/],
    [['dicsover', 'good.csv'], /dicsover/],
    [['graph', 'dsep', 'cycle.json', '--x', 'x', '--y', 'y'], /cycle/],
    [['graph', 'dsep', 'broken.json', '--x', 'x', '--y', 'y'], /JSON|graph/],
    [['fit', 'good.csv', '--out', 'm'], /--graph FILE or --discover/],
    [['fit', 'good.csv', '--discover', '--out', 'folder', '--replicates', '0'], /folder/],
    [['query', 'good.csv'], /good\.csv: .*network/],
    [['query', 'model.json', '--do', 'z=1'], /"z"/],
    [['query', 'model.json', '--do', 'x=1', '--do', 'x=2'], /"?x"?/],
    [['query', 'model.json', '--do', 'x'], /x/],
    [['query', 'model.json', '--level', '2'], /--level/],
    [['effect', 'model.json', '--treatment', 'x=1', '--control', 'x=0', '--outcome', 'x'], /"x"/],
    [['effect', 'model.json', '--treatment', 'x=1', '--outcome', 'y'], /--control/],
    [['predict', 'model.json', 'text.csv', '--do', 'q=1'], /"q"/],
    [['sample', 'model.json'], /-n/],
  ];
  test.for(refused.map(([args, reason]) => [args.join(' '), args, reason] as const))(
    'cfe %s',
    async ([_line, args, reason], context) => {
      needsBuild(context);
      const { code, stdout, stderr } = await cfe(args, folder);
      expect(stdout).toBe('');
      expect(stderr).toMatch(reason);
      expect(stderr).toMatch(/^cfe: .*\n$/);
      expect(stderr).not.toMatch(/\n\s+at |unexpected failure/);
      expect(code).toBe(2);
    },
  );
});

test('names with operators in them are quoted', async (context) => {
  needsBuild(context);
  const { stdout } = await cfe(['query', 'odd.json', '--do', '"x->y"=1', '"a=b"=3', '--json'], folder);
  expect((JSON.parse(stdout) as { mean: object }).mean).toEqual({ 'x->y': 1, 'a=b': 3, ü: 3 });
});
