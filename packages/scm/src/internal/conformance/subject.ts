import { type Columns, columnsFrom, type Rng, standardNormal } from '@cfe/base';
import { incident, topologicalOrder } from '@cfe/graph';
import type { AnyCausalModel } from '../../causal-model.ts';

export interface Subject {
  readonly model: AnyCausalModel;
  readonly rows: number;
  readonly tolerance: number;
  readonly rng: Rng;
  readonly noise: Columns;
}

export interface Law {
  readonly applies: (model: AnyCausalModel) => boolean;
  /** equality to the bit */
  readonly exact?: boolean;
  readonly slack?: number;
  /** in place of the tolerance, for laws of chance */
  readonly bound?: number;
  readonly failure: string;
  readonly deviation: (subject: Subject) => Promise<number>;
}

export const always = (): boolean => true;
export const abducts = (model: AnyCausalModel): boolean => model.abduct !== undefined;

export const hasEdges = (model: AnyCausalModel): boolean => model.graph.children.items.length > 0;

/** The worst deviation over all targets, each set to new values on two rows of three. */
export async function worstOver(
  subject: Subject,
  deviation: (target: string, values: Float64Array) => Promise<number>,
): Promise<number> {
  let worst = 0;
  for (const target of subject.model.graph.nodes) {
    const values = newValues(subject, target, subject.rng.fork(target)).map((v, r) =>
      r % 3 === 2 ? Number.NaN : v,
    );
    worst = Math.max(worst, await deviation(target, values));
  }
  return worst;
}

export function newValues({ model, rows }: Subject, target: string, rng: Rng): Float64Array {
  const variable = model.variables[model.graph.nodes.indexOf(target)];
  if (variable?.kind === 'categorical') {
    const { length } = variable.levels;
    return Float64Array.from({ length: rows }, () => rng.integer(length));
  }
  // representable in float32, so that a float32 model can take the value to the bit
  return standardNormal(rng, rows).map((z) => Math.round(z * 256) / 128);
}

export async function abduct({ model, rng }: Subject, rows: Columns): Promise<Columns> {
  if (model.abduct === undefined) throw new Error('no abduction');
  return model.abduct(rows, { seed: rng.fork('abduct') });
}

export function descendants({ graph }: AnyCausalModel, target: string): Set<string> {
  const below = new Set([target]);
  for (const j of topologicalOrder(graph)) {
    if (incident(graph.parents, j).some((k) => below.has(graph.nodes[k] as string)))
      below.add(graph.nodes[j] as string);
  }
  return below;
}

/** The largest difference, each column in units of its spread in the first argument (or `scaleFrom`). */
export function distance(
  a: Columns,
  b: Columns,
  rowsWhere: (row: number) => boolean = always,
  columnsWhere: (name: string) => boolean = always,
  scaleFrom: Columns = a,
): number {
  let worst = 0;
  for (const name of a.names) {
    if (!columnsWhere(name)) continue;
    const [x, y] = [a.column(name), b.column(name)];
    const scale = Math.max(1e-3, ...scaleFrom.column(name).map(Math.abs));
    worst = Math.max(
      worst,
      worstRow(a.rows, (r) => (rowsWhere(r) ? gap(x[r] as number, y[r] as number) / scale : 0)),
    );
  }
  return worst;
}

function gap(x: number, y: number): number {
  if (Object.is(x, y)) return 0;
  const difference = Math.abs(x - y);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

export function worstRow(rows: number, deviation: (row: number) => number): number {
  let worst = 0;
  for (let r = 0; r < rows; r++) worst = Math.max(worst, deviation(r));
  return worst;
}

export function pick(columns: Columns, rows: readonly number[]): Columns {
  return columnsFrom(
    Object.fromEntries(
      columns.names.map((name) => [name, rows.map((r) => columns.column(name)[r] as number)]),
    ),
  );
}

export function withColumn(columns: Columns, name: string, values: Float64Array): Columns {
  return columnsFrom(
    Object.fromEntries(columns.names.map((n) => [n, n === name ? values : columns.column(n)])),
  );
}
