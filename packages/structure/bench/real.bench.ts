/**
 * Real data with a disputed or partial truth: Sachs et al. (2005), nine conditions, and a slice of the causal chambers.
 * Preprocessing is fixed here: logarithms for Sachs, none for the chambers; each method standardises. `CFE_DATA_DIR`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTable, selectRows, type Table } from '@cfe/data';
import { createDag, type Dag, edgeScores, type Graph, parentAid, shd } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { auto, cam, flop, ges, pc, type StructureMethod } from '../src/index.ts';
import { floors } from './support/table.ts';

const folder = process.env.CFE_DATA_DIR;

function read(path: string, separator: string): { header: string[]; rows: string[][] } {
  const [header, ...rows] = readFileSync(join(folder!, path), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(separator).map((cell) => cell.replace(/^"|"$/g, '')));
  return { header: header!, rows };
}

function tableOf(
  names: readonly string[],
  rows: readonly string[][],
  header: readonly string[],
  value: (x: number) => number,
  regimeOf: (row: string[]) => string,
  targetsOf: (row: string[]) => string[],
): Table {
  const labels = rows.map(regimeOf);
  const list = [...new Set(labels)];
  return createTable(
    names.map((name) => {
      const at = header.indexOf(name);
      return {
        variable: { name, kind: 'continuous' as const },
        values: Float64Array.from(rows, (row) => value(Number(row[at]))),
      };
    }),
    {
      regimes: {
        list: list.map((name) => ({
          name,
          targets: targetsOf(rows[labels.indexOf(name)]!).map((variable) => ({
            variable,
            kind: 'soft' as const,
          })),
        })),
        of: Int32Array.from(labels, (label) => list.indexOf(label)),
      },
    },
  );
}

function report(
  label: string,
  truths: Readonly<Record<string, Dag>>,
  graph: Graph,
  dag: Graph | undefined,
): void {
  const cells = Object.entries(truths).map(([name, truth]) => {
    const of = dag ?? graph;
    const { directed } = edgeScores(truth, of);
    const f1 = directed.f1 ?? 0;
    const misled = of.kind === 'dag' ? `, SID ${parentAid(truth, of as Dag).count}` : '';
    return `${name}: SHD ${shd(truth, of).count}, F1 ${f1.toFixed(2)}, precision ${(directed.precision ?? 0).toFixed(2)}${misled}`;
  });
  console.log(`| ${label} | ${cells.join(' | ')} |`);
}

if (folder === undefined)
  console.log('real: skipped, since CFE_DATA_DIR does not name the folder of the data.');
else {
  const { header, rows } = read('sachs/sachs_all_7466.csv', ',');
  const names = header.slice(0, 11);
  const truths = Object.fromEntries(
    (['bnlearn17', 'consensus18', 'tetrad20'] as const).map((name) => [
      name,
      createDag(
        names,
        read(`sachs/edges_${name}.csv`, ',').rows.map(([from, to]): [string, string] => [
          from!.toLowerCase(),
          to!.toLowerCase(),
        ]),
      ),
    ]),
  );
  const all = tableOf(
    names,
    rows,
    header,
    Math.log,
    (row) => row[header.indexOf('condition')]!,
    (row) => {
      const target = row[header.indexOf('intervention_target')]!;
      return names.includes(target) ? [target] : [];
    },
  );
  const first = selectRows(
    all,
    Int32Array.from({ length: 853 }, (_, r) => r),
  );
  const observed = createTable(
    names.map((name) => ({ variable: all.variable(name), values: first.column(name) })),
  );
  console.log('\n### Sachs, logarithms\n');
  for (const [name, floor] of Object.entries(await floors(all, Object.values(truths)[0]!, 1))) {
    report(name, truths, floor, undefined);
  }
  const methods: Readonly<Record<string, [Table, StructureMethod]>> = {
    'flop, 7466 rows, nine conditions': [all, flop()],
    'the same, one intercept': [all, flop({ intercept: 'shared' })],
    'the same, an intercept per condition': [all, flop({ intercept: 'perEnvironment' })],
    'flop, 853 rows': [observed, flop()],
    'ges, 853 rows': [observed, ges()],
    'pc, 853 rows': [observed, pc()],
    'cam, 853 rows': [observed, cam()],
    'auto, 853 rows': [observed, auto()],
  };
  for (const [label, [table, method]] of Object.entries(methods)) {
    const { graph, dag, method: took } = await method.learn(table, {});
    report(method.name === 'auto' ? `${label} (${took})` : label, truths, graph, dag);
  }

  const chambers = read('causal-chambers/lt_standard_9vars_9envs.csv', ';');
  const variables = ['red', 'green', 'blue', 'ir_1', 'ir_2', 'ir_3', 'vis_1', 'vis_2', 'vis_3'];
  const truth = {
    chambers: createDag(
      variables,
      variables.slice(0, 3).flatMap((from) => variables.slice(3).map((to): [string, string] => [from, to])),
    ),
  };
  const light = tableOf(
    variables,
    chambers.rows,
    chambers.header,
    (x) => x,
    (row) => row.at(-1)!,
    (row) => {
      const [, what] = row.at(-1)!.split('uniform_');
      const target = what!.replace(/_(mid|strong)$/, '').replace(/^t_/, '');
      return target === 'pol_1' ? ['ir_3', 'vis_3'] : target === 'reference' ? [] : [target];
    },
  );
  const reference = selectRows(
    light,
    Int32Array.from({ length: 1000 }, (_, r) => r),
  );
  const free = createTable(
    variables.map((name) => ({ variable: light.variable(name), values: reference.column(name) })),
  );
  console.log('\n### Causal chambers, nine variables\n');
  for (const [name, floor] of Object.entries(await floors(light, truth.chambers, 1))) {
    report(name, truth, floor, undefined);
  }
  for (const [label, table, method] of [
    ['flop, reference regime', free, flop()],
    ['pc, reference regime', free, pc()],
    ['cam, reference regime', free, cam()],
    ['auto, reference regime', free, auto()],
    ['flop, nine regimes', light, flop()],
  ] as const) {
    const { graph, dag, method: took } = await method.learn(table, {});
    report(method.name === 'auto' ? `${label} (${took})` : label, truth, graph, dag);
  }
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
