import { createRng } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import {
  type Cpdag,
  cpdag,
  createDag,
  type Dag,
  edgesOf,
  extendToDag,
  type Graph,
  parentAid,
  parentsOf,
  shd,
  topologicalOrder,
} from '@cfe/graph';
import { gaussianScorer } from '../../src/internal/gaussian-scorer.ts';
import { adaptiveLasso } from '../../src/internal/lars.ts';
import { momentsOf, standardise } from '../../src/internal/moments.ts';

/** Figures of one method over all data sets. */
export class Tally {
  readonly figures: Map<string, Map<string, number[]>> = new Map();

  add(method: string, figures: Readonly<Record<string, number>>): void {
    const own = this.figures.get(method) ?? new Map<string, number[]>();
    this.figures.set(method, own);
    for (const [name, value] of Object.entries(figures)) {
      const list = own.get(name) ?? [];
      own.set(name, list);
      list.push(value);
    }
  }

  /** The mean of one figure of a method with its 95% interval. */
  cell(method: string, figure: string): string {
    return meanWithInterval(this.figures.get(method)?.get(figure) ?? []);
  }

  /** A sentence: the mean of the differences per data set between two methods, with its 95% interval. */
  printDifference(method: string, other: string, figure: string): void {
    const [a, b] = [this.figures.get(method)?.get(figure), this.figures.get(other)?.get(figure)];
    if (a === undefined || b === undefined || a.length !== b.length) return;
    const apart = a.map((value, k) => value - b[k]!);
    const [less, more] = [apart.filter((x) => x < -1e-9).length, apart.filter((x) => x > 1e-9).length];
    console.log(
      `\n${figure}, ${method} less ${other}, paired: ${meanWithInterval(apart)}; smaller on ${less}, larger on ${more} of ${apart.length}`,
    );
  }

  /** A sentence: the ratio of two methods' figures per data set, its median and range. */
  printRatio(method: string, other: string, figure: string): void {
    const [a, b] = [this.figures.get(method)?.get(figure), this.figures.get(other)?.get(figure)];
    if (a === undefined || b === undefined) return;
    // the other may have been asked on the first sets alone
    const ratios = b.map((value, k) => a[k]! / value).sort((x, y) => x - y);
    console.log(
      `${figure}, ${method} over ${other}: median ${ratios[Math.floor(ratios.length / 2)]!.toFixed(3)}, ${ratios[0]!.toFixed(3)} to ${ratios.at(-1)!.toFixed(3)} of ${ratios.length}`,
    );
  }

  /** A Markdown table: means with 95% intervals over data sets. */
  print(title: string): void {
    const columns = [...new Set([...this.figures.values()].flatMap((own) => [...own.keys()]))];
    const lines = [...this.figures].map(([method, own]) => {
      const cells = columns.map((name) => {
        const list = own.get(name)?.filter((value) => !Number.isNaN(value)) ?? [];
        // a result that no DAG belongs to has no effects: then the number of data sets is said
        const of = Math.max(...[...own.values()].map(({ length }) => length));
        return list.length === 0
          ? '–'
          : meanWithInterval(list) + (list.length < of ? ` (${list.length})` : '');
      });
      return `| ${method} | ${cells.join(' | ')} |`;
    });
    console.log(
      [
        `\n### ${title}\n`,
        `| | ${columns.join(' | ')} |`,
        `|${' --- |'.repeat(columns.length + 1)}`,
        ...lines,
      ].join('\n'),
    );
  }
}

function meanWithInterval(list: readonly number[]): string {
  const n = list.length;
  const mean = list.reduce((a, b) => a + b, 0) / n;
  const sd = Math.sqrt(list.reduce((a, x) => a + (x - mean) ** 2, 0) / Math.max(1, n - 1));
  const show = (x: number): string => x.toFixed(Math.abs(x) >= 100 ? 0 : Math.abs(x) >= 10 ? 1 : 2);
  return n < 2 ? show(mean) : `${show(mean)} ± ${show((1.96 * sd) / Math.sqrt(n))}`;
}

/** How far an estimate is from the truth at the level that observations identify. */
export function observational(truth: Dag, estimate: Graph): Readonly<Record<string, number>> {
  const class_ = estimate.kind === 'dag' ? cpdag(estimate as Dag) : estimate;
  const member = memberOf(estimate);
  return {
    'CPDAG-SHD': shd(cpdag(truth), class_).count,
    ...(member === undefined ? {} : { 'parent-AID': parentAid(cpdag(truth), cpdag(member)).count }),
  };
}

export function directed(truth: Dag, estimate: Graph): Readonly<Record<string, number>> {
  const member = memberOf(estimate);
  return {
    SHD: shd(truth, estimate).count,
    exact: shd(truth, estimate).count === 0 ? 1 : 0,
    ...(member === undefined ? {} : { SID: parentAid(truth, member).count }),
  };
}

function memberOf(graph: Graph): Dag | undefined {
  return graph.kind === 'dag' ? (graph as Dag) : extendToDag(graph as Cpdag);
}

/** Total effects of all on all, in the units of the data. */
function effectsOf(nodes: readonly string[], weights: readonly ArrayLike<number>[], dag: Dag): number[][] {
  const order = Array.from(topologicalOrder(dag));
  const above = nodes.map((_, v) => [...nodes.keys()].filter((w) => weights[w]![v] !== 0));
  return nodes.map((_, source) => {
    const effect: number[] = nodes.map((_n, v) => (v === source ? 1 : 0));
    for (const v of order) {
      if (v === source) continue;
      effect[v] = above[v]!.reduce((sum, w) => sum + effect[w]! * weights[w]![v]!, 0);
    }
    return effect;
  });
}

/** Root mean squared error of the total effects that least squares gives on an estimated graph. */
export async function effectError(
  table: Table,
  truth: { readonly dag: Dag; readonly weights: readonly ArrayLike<number>[] },
  estimate: Graph,
): Promise<number> {
  const member = memberOf(estimate);
  if (member === undefined) return Number.NaN;
  const { names } = table;
  const d = names.length;
  const columns = names.map((name) => table.column(name));
  const index = new Map(names.map((name, v) => [name, v]));
  const weights = names.map(() => new Float64Array(d));
  for (const [v, name] of names.entries()) {
    const parents = parentsOf(member, name).map((w) => index.get(w)!);
    const kept = rowsOf(table, name);
    const fitted = leastSquares(
      parents.map((p) => pick(columns[p]!, kept)),
      pick(columns[v]!, kept),
    );
    for (const [k, p] of parents.entries()) weights[p]![v] = fitted[k]!;
  }
  const real = effectsOf(names, truth.weights, truth.dag);
  const ours = effectsOf(names, weights, member);
  let sum = 0;
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) if (i !== j) sum += (real[i]![j]! - ours[i]![j]!) ** 2;
  return Math.sqrt(sum / (d * (d - 1)));
}

/** The rows in which a variable was not set, or `undefined` for all. */
function rowsOf({ regimes, rows }: Table, name: string): Int32Array | undefined {
  if (regimes === undefined) return undefined;
  const set = regimes.list.map(
    ({ targets }) => targets !== 'unknown' && targets.some(({ variable }) => variable === name),
  );
  return Int32Array.from({ length: rows }, (_, r) => r).filter((r) => !set[regimes.of[r]!]);
}

/** Some rows of a column, centred. */
function pick(column: Float64Array, rows: Int32Array | undefined): Float64Array {
  const values = rows === undefined ? column.slice() : Float64Array.from(rows, (r) => column[r]!);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.map((value) => value - mean);
}

function leastSquares(columns: readonly Float64Array[], y: Float64Array): number[] {
  const k = columns.length;
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, r) => sum + x * b[r]!, 0);
  const rows = columns.map((a) => [...columns.map((b) => dot(a, b)), dot(a, y)]);
  for (let p = 0; p < k; p++) {
    for (let m = 0; m < k; m++) {
      if (m === p) continue;
      const factor = rows[m]![p]! / rows[p]![p]!;
      for (let c = p; c <= k; c++) rows[m]![c] = rows[m]![c]! - factor * rows[p]![c]!;
    }
  }
  return rows.map((row, p) => row[k]! / row[p]!);
}

/** The floors that any method must beat: no edges, as many edges at random, and regression in the order of the variances. */
export async function floors(table: Table, truth: Dag, seed: number): Promise<Readonly<Record<string, Dag>>> {
  const { names } = table;
  const d = names.length;
  const rng = createRng(seed).fork('floors');
  const pairs: [number, number][] = [];
  for (let a = 0; a < d; a++) for (let b = a + 1; b < d; b++) pairs.push([a, b]);
  const number = edgesOf(truth).length;
  for (let k = 0; k < number; k++) {
    const other = k + rng.integer(pairs.length - k);
    [pairs[k], pairs[other]] = [pairs[other]!, pairs[k]!];
  }
  const shuffled = [...names].sort(() => rng.uniform() - 0.5);
  const columns = names.map((name) => table.column(name));
  const variances = columns.map((x) => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    return x.reduce((a, value) => a + (value - mean) ** 2, 0) / x.length;
  });
  const order = [...names.keys()].sort((a, b) => variances[a]! - variances[b]!);
  const { products, rows } = await momentsOf(standardise(columns), undefined, () => undefined);
  const matrix = products.map((product) => product / rows);
  // the lasso takes minutes in hundreds of variables, where parents are grown and shrunk by the BIC instead
  const scorer =
    d <= 100
      ? undefined
      : gaussianScorer({
          d,
          matrices: [matrix],
          matrixOf: new Int32Array(d),
          rows: new Float64Array(d).fill(rows),
          penalty: 2 * Math.log(rows),
          offset: new Float64Array(d),
          maxParents: d,
        });
  const regress = (v: number, before: readonly number[]): readonly number[] =>
    scorer === undefined
      ? adaptiveLasso(matrix, d, rows, v, before)
      : Array.from(scorer.fit(v, Int32Array.from(before), before.length).parents);
  return {
    'floor: empty': createDag(names, []),
    'floor: random': createDag(
      names,
      pairs.slice(0, number).map(([a, b]): [string, string] => [shuffled[a]!, shuffled[b]!]),
    ),
    'floor: sortnregress (raw variances)': createDag(
      names,
      order.flatMap((v, at) =>
        regress(v, order.slice(0, at)).map((w): [string, string] => [names[w]!, names[v]!]),
      ),
    ),
  };
}

/** The table with standardised columns. */
export function standardised(table: Table): Table {
  const columns = standardise(table.names.map((name) => table.column(name)));
  return createTable(
    table.names.map((name, j) => ({ variable: table.variable(name), values: columns[j]! })),
    { regimes: table.regimes },
  );
}

/** Seconds of the processor that a call takes (compiling and collecting garbage included), with what it gives. */
export async function timed<Result>(
  call: () => Promise<Result>,
): Promise<Result & { readonly seconds: number }> {
  const start = process.cpuUsage();
  const result = await call();
  const { user, system } = process.cpuUsage(start);
  return { ...result, seconds: (user + system) / 1e6 };
}
