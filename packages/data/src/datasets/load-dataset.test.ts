import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edgesOf } from '@cfe/graph';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Table } from '../index.ts';
import { datasets, loadDataset, readCsv } from '../node.ts';

const folder = process.env.CFE_DATA_DIR;
const offline = { download: 'never' } as const;

test('names are distinct, and every file has a checksum and a pinned address', () => {
  expect(new Set(datasets.map(({ name }) => name)).size).toBe(datasets.length);
  for (const { files, licence, source, truth } of datasets) {
    for (const text of [licence, source, truth]) expect(text.length).toBeGreaterThan(5);
    for (const { sha256, url } of files) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(url).toMatch(/\/[0-9a-f]{40}\//);
    }
  }
});

test('an unknown name, a missing file and other bytes are refused by name', async () => {
  await expect(loadDataset('auto-mgp')).rejects.toThrow('Did you mean "auto-mpg"?');
  const empty = await mkdtemp(join(tmpdir(), 'cfe data '));
  const nowhere = { ...offline, folder: empty, cache: empty };
  await expect(loadDataset('auto-mpg', nowhere)).rejects.toThrow('needs auto-mpg/auto-mpg.txt');
  await mkdir(join(empty, 'auto-mpg'));
  await writeFile(join(empty, 'auto-mpg', 'auto-mpg.txt'), 'mpg\n1\n');
  await expect(loadDataset('auto-mpg', nowhere)).rejects.toMatchObject({ code: 'data/checksum' });
  await rm(empty, { recursive: true });
});

test('kidney stones need no file, and show their paradox', async () => {
  const { table, facts } = await loadDataset('kidney-stones', { ...offline, folder: '' });
  const rate = (treatment: string, size?: string): number => {
    const rows = Array.from({ length: (table as Table).rows }, (_, r) => (table as Table).row(r)).filter(
      (row) => row.treatment === treatment && (size === undefined || row.stone_size === size),
    );
    return rows.filter((row) => row.success === '1').length / rows.length;
  };
  expect(rate('A')).toBeCloseTo(facts.successA as number, 4);
  expect(rate('B')).toBeCloseTo(facts.successB as number, 4);
  expect(rate('A', 'small')).toBeGreaterThan(rate('B', 'small'));
  expect(rate('A', 'large')).toBeGreaterThan(rate('B', 'large'));
});

describe('with CFE_DATA_DIR', () => {
  beforeEach((context) => {
    if (folder === undefined) context.skip('CFE_DATA_DIR is not set');
  });

  test('every dataset loads from verified files, with the rows it promises', async () => {
    for (const { name, rows, kind, units, description } of datasets) {
      const { table, model, graphs } = await loadDataset(name, offline);
      if (rows !== undefined) expect(table?.rows, name).toBe(rows);
      expect(kind === 'network' ? model : table, name).toBeDefined();
      if (kind === 'network')
        expect(description).toContain(
          `${graphs.network?.nodes.length} categorical variables and ${edgesOf(graphs.network!).length} edges`,
        );
      for (const [column, unit] of Object.entries(units)) expect(table?.unit(column), name).toBe(unit);
      for (const graph of Object.values(graphs))
        if (table !== undefined) expect([...graph.nodes].sort(), name).toEqual([...table.names].sort());
    }
  });

  test('sachs: the nine files stacked are the published 7,466 rows, their targets soft', async () => {
    const { table, graphs } = await loadDataset('sachs', offline);
    const whole = await readCsv(join(folder as string, 'sachs', 'sachs_all_7466.csv'));
    expect(table?.names).toEqual(whole.names.slice(0, 11));
    for (const name of table?.names ?? []) expect(table?.column(name)).toEqual(whole.column(name));
    expect(table?.regimes?.list.map(({ targets }) => targets)).toEqual([
      [],
      [],
      ...['akt', 'pkc', 'pip2', 'mek', 'pip3', 'pkc', 'pka'].map((variable) => [{ variable, kind: 'soft' }]),
    ]);
    for (const [name, file] of Object.entries({
      consensus18: 'consensus18',
      bnlearn17: 'bnlearn17',
      tetrad20: 'tetrad20',
    })) {
      const edges = await readCsv(join(folder as string, 'sachs', `edges_${file}.csv`));
      const listed = Array.from(
        { length: edges.rows },
        (_, r) => `${edges.row(r).cause}>${edges.row(r).effect}`,
      ).sort();
      expect(
        edgesOf(graphs[name]!)
          .map(({ from, to }) => `${from}>${to}`)
          .sort(),
      ).toEqual(listed);
    }
  });

  test('ihdp: the average effects of the published replications', async () => {
    const expected = [4.016, 4.051, 4.099, 4.274, 4.162, 4.004, 3.991, 3.854, 10.466];
    for (const [k, ate] of expected.entries()) {
      const { facts, table } = await loadDataset(`ihdp-${k + 1}`, offline);
      expect(facts.averageEffect).toBeCloseTo(ate, 3);
      expect(facts.averageEffectOfTreated).toBeCloseTo(4, 3);
      expect(table?.column('treatment').reduce((a, b) => a + b, 0)).toBe(139);
    }
  });

  test('lalonde: differences of means are the published ones', async () => {
    const difference = (table: Table): number => {
      const [treat, re78] = [table.column('treat'), table.column('re78')];
      const mean = (group: number): number => {
        const values = re78.filter((_, r) => treat[r] === group);
        return values.reduce((a, b) => a + b, 0) / values.length;
      };
      return mean(1) - mean(0);
    };
    const nsw = await loadDataset('lalonde-nsw', offline);
    expect(difference(nsw.table!)).toBeCloseTo(nsw.facts.experimentalEffect as number, 2);
    for (const name of ['lalonde-cps', 'lalonde-psid']) {
      const { table, facts } = await loadDataset(name, offline);
      expect(difference(table!)).toBeCloseTo(facts.naiveDifference as number, 2);
    }
  });

  test('berkeley: raw admission rates', async () => {
    const { table, facts } = await loadDataset('berkeley-admissions', offline);
    const rows = Array.from({ length: table!.rows }, (_, r) => table!.row(r));
    const rate = (gender: string): number => {
      const own = rows.filter(({ Gender }) => Gender === gender);
      return own.filter(({ Admit }) => Admit === 'Admitted').length / own.length;
    };
    expect(rate('Male')).toBeCloseTo(facts.admittedMale as number, 4);
    expect(rate('Female')).toBeCloseTo(facts.admittedFemale as number, 4);
  });

  test('tübingen: in 75 of 102 pairs of single columns the first is the cause, and weights sum to 38.998', async () => {
    let first = 0;
    let two = 0;
    let weights = 0;
    for (const { name } of datasets.filter((info) => info.name.startsWith('tuebingen'))) {
      const { graphs, facts, table } = await loadDataset(name, offline);
      if (edgesOf(graphs.direction!).length === 1) {
        two++;
        first += edgesOf(graphs.direction!)[0]?.from === table?.names[0] ? 1 : 0;
      }
      weights += facts.weight as number;
    }
    expect([first, two]).toEqual([75, 102]);
    expect(weights).toBeCloseTo(38.998, 2);
  });

  test('causal chambers: 1,000 rows in each of nine environments', async () => {
    const { table, graphs } = await loadDataset('causal-chambers-light-tunnel', offline);
    expect(table?.regimes?.list.length).toBe(9);
    expect(edgesOf(graphs.physical!).length).toBe(18);
  });
});
