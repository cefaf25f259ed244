/**
 * Whether what is told at confidence c is so in a share c of cases, beside the full bootstrap of the same method. `SETS` data sets of each kind, default 3, from
 * `SEED` on; `RESAMPLES` of each, default 50.
 */
import { createRng, permutation } from '@cfe/base';
import { createTable, selectRows, type Table } from '@cfe/data';
import { createDag, type Dag, hasEdge, parentsOf, toAdjacency } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { bootstrapConfidence, flop } from '../src/index.ts';
import { simulated } from '../test/support/simulated.ts';

const sets = Number(process.env.SETS ?? 3);
const first = Number(process.env.SEED ?? 40_000);
const resamples = Number(process.env.RESAMPLES ?? 50);
const budget = { restarts: 5 };
const kinds: Readonly<Record<string, (seed: number) => { readonly table: Table; readonly dag: Dag }>> = {
  'd = 10, 15 edges, n = 300': (seed) => simulated(seed, { d: 10, edges: 15, rows: 300, low: 0.1 }),
  'd = 10, 10 edges, n = 100': (seed) => simulated(seed, { d: 10, edges: 10, rows: 100, low: 0.1 }),
  'd = 20, 20 edges, n = 200': (seed) => simulated(seed, { d: 20, edges: 20, rows: 200, low: 0.1 }),
  'd = 20, 40 edges, n = 1000': (seed) => simulated(seed, { d: 20, edges: 40, rows: 1000, low: 0.1 }),
  'three categories each, d = 10, 10 edges, n = 500': (seed) => categories(seed),
};

interface Told {
  readonly said: number;
  readonly so: boolean;
}
const titles = ['full bootstrap', 'confidence'] as const;
const questions = ['joined', 'directed'] as const;
const all = new Map<string, Told[]>();
const scored: string[] = [];
for (const [kind, make] of Object.entries(kinds)) {
  const own = new Map<string, Told[]>();
  for (let seed = first; seed < first + sets; seed++) {
    const { table, dag } = make(seed);
    const found = {
      'full bootstrap': await fullBootstrap(table, seed),
      confidence: await bootstrapConfidence(table, flop(), { resamples, seed, budget }),
    };
    for (const title of titles) {
      for (const question of questions) {
        const told = pairsOf(found[title], dag, question);
        for (const into of [own, all])
          into.set(title + question, [...(into.get(title + question) ?? []), ...told]);
      }
    }
  }
  scored.push(scores(`${kind}, ${sets} data sets`, own));
}
scored.push(scores('all', all));
printScores();
for (const question of questions) {
  const [before, after] = titles.map((title) => binned(all.get(title + question)!));
  console.log(
    [
      `\n#### ${question === 'joined' ? 'Whether two variables are joined' : 'Whether one is a cause of the other'}, ${sets} data sets of each kind\n`,
      '| confidence | full bootstrap: pairs | told | true | confidence: pairs | told | true |',
      `|${' --- |'.repeat(7)}`,
      ...before!.map((bin, k) => `| ${k / 10} – ${(k + 1) / 10} | ${cells(bin)} | ${cells(after![k]!)} |`),
    ].join('\n'),
  );
}

/** Rows drawn with replacement, and the same search. */
async function fullBootstrap(table: Table, seed: number): Promise<Float64Array[]> {
  const d = table.names.length;
  const shares = Array.from({ length: d }, () => new Float64Array(d));
  const rng = createRng(seed).fork('full');
  for (let b = 0; b < resamples; b++) {
    const rows = Int32Array.from({ length: table.rows }, () => rng.integer(table.rows));
    const { graph } = await flop().learn(selectRows(table, rows), { budget, seed: rng.fork(`${b}`) });
    for (const [i, row] of toAdjacency(graph).entries()) {
      for (const [j, mark] of row.entries()) {
        if (mark !== 0) shares[i]![j] = shares[i]![j]! + (mark === 1 ? 1 : 0.5) / resamples;
      }
    }
  }
  return shares;
}

function pairsOf(shares: readonly Float64Array[], dag: Dag, question: (typeof questions)[number]): Told[] {
  const told: Told[] = [];
  for (let i = 0; i < shares.length; i++) {
    for (let j = 0; j < shares.length; j++) {
      if (question === 'directed' && i !== j) told.push({ said: shares[i]![j]!, so: hasEdge(dag, i, j) });
      else if (i < j)
        told.push({ said: shares[i]![j]! + shares[j]![i]!, so: hasEdge(dag, i, j) || hasEdge(dag, j, i) });
    }
  }
  return told;
}

function binned(told: readonly Told[]): readonly (readonly Told[])[] {
  return Array.from({ length: 10 }, (_, k) =>
    told.filter(({ said }) => Math.min(9, Math.floor(10 * said + 1e-9)) === k),
  );
}

function mean(list: readonly number[]): number {
  return list.reduce((a, b) => a + b, 0) / list.length;
}

function saidOf(bin: readonly Told[]): number {
  return mean(bin.map(({ said }) => said));
}

function soOf(bin: readonly Told[]): number {
  return mean(bin.map(({ so }) => (so ? 1 : 0)));
}

function cells(bin: readonly Told[]): string {
  if (bin.length === 0) return '0 | – | –';
  const so = soOf(bin);
  return `${bin.length} | ${saidOf(bin).toFixed(2)} | ${so.toFixed(2)} ± ${(1.96 * Math.sqrt((so * (1 - so)) / bin.length)).toFixed(2)}`;
}

/** Brier scores, and the mean distance between what was told and what was so over the bins. */
function scores(title: string, of: ReadonlyMap<string, readonly Told[]>): string {
  const figures = questions.flatMap((question) => [
    ...titles.map((name) => mean(of.get(name + question)!.map(({ said, so }) => (said - (so ? 1 : 0)) ** 2))),
    ...titles.map((name) => {
      const told = of.get(name + question)!;
      return binned(told).reduce(
        (sum, bin) =>
          bin.length === 0 ? sum : sum + (bin.length / told.length) * Math.abs(saidOf(bin) - soOf(bin)),
        0,
      );
    }),
  ]);
  return `| ${title} | ${figures.map((x) => x.toFixed(3)).join(' | ')} |`;
}

function printScores(): void {
  const columns = questions.flatMap((question) =>
    ['Brier', 'calibration error'].flatMap((score) =>
      titles.map((title) => `${question}: ${score}, ${title}`),
    ),
  );
  console.log([`\n| | ${columns.join(' | ')} |`, `|${' --- |'.repeat(9)}`, ...scored].join('\n'));
}

/** Rows of a random network whose tables are drawn evenly from all distributions. */
function categories(seed: number): { readonly table: Table; readonly dag: Dag } {
  const [d, edges, rows, levels] = [10, 10, 500, 3];
  const rng = createRng(seed).fork('categories');
  const nodes = Array.from({ length: d }, (_, i) => `x${i}`);
  const order = permutation(rng.fork('order'), d);
  const list: [string, string][] = [];
  for (let a = 0; a < d; a++) {
    for (let b = a + 1; b < d; b++) {
      if (rng.uniform() < edges / ((d * (d - 1)) / 2)) list.push([nodes[order[a]!]!, nodes[order[b]!]!]);
    }
  }
  const dag = createDag(nodes, list);
  const columns = new Map<string, Float64Array>();
  for (const at of order) {
    const above = parentsOf(dag, nodes[at]!).map((parent) => columns.get(parent)!);
    const laws = Array.from({ length: levels ** above.length }, () => {
      const draws = Array.from({ length: levels }, () => -Math.log(1 - rng.uniform()));
      const sum = draws.reduce((x, y) => x + y, 0);
      return draws.map((x) => x / sum);
    });
    columns.set(
      nodes[at]!,
      Float64Array.from({ length: rows }, (_, r) => {
        const law = laws[above.reduce((key, values) => levels * key + values[r]!, 0)]!;
        let left = rng.uniform();
        let level = 0;
        while (level < levels - 1 && left >= law[level]!) left -= law[level++]!;
        return level;
      }),
    );
  }
  const table = createTable(
    nodes.map((name) => ({
      variable: { name, kind: 'categorical', levels: ['a', 'b', 'c'] },
      values: columns.get(name)!,
    })),
  );
  return { table, dag };
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
