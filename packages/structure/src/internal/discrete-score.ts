import type { LocalScore } from './parent-scorer.ts';

export interface DiscreteData {
  /** level indices, `[rows]` per node */
  readonly columns: readonly Float64Array[];
  /** number of levels per node */
  readonly levels: readonly number[];
  /** per node, the rows in which it was left alone */
  readonly rowsOf: readonly Int32Array[];
}

/** Twice the negative log likelihood of a table of counts plus λ ln N for each free parameter. */
export function discreteBic(data: DiscreteData, penalty: number): LocalScore {
  const cost = penalty * Math.log(data.columns[0]!.length);
  const count = counter(data);
  const xLogX = Float64Array.from({ length: data.columns[0]!.length + 1 }, (_, n) =>
    n === 0 ? 0 : n * Math.log(n),
  );
  return (node, parents, limit = Number.POSITIVE_INFINITY) => {
    const r = data.levels[node]!;
    const configurations = parents.reduce((product, w) => product * data.levels[w]!, 1);
    const charge = cost * (r - 1) * configurations;
    if (charge > limit) return Number.POSITIVE_INFINITY; // the likelihood term is never negative
    let logLikelihood = 0;
    count(node, parents, (cells, from) => {
      let total = 0;
      for (let level = 0; level < r; level++) {
        const n = cells[from + level]!;
        total += n;
        logLikelihood += xLogX[n]!;
      }
      logLikelihood -= xLogX[total]!;
    });
    return -2 * logLikelihood + charge;
  };
}

/**
 * −2 ln of the Bayesian Dirichlet equivalent uniform marginal likelihood.
 *
 * @see Heckerman, Geiger and Chickering (1995), Machine Learning 20, 197–243
 */
export function bdeu(data: DiscreteData, equivalentSampleSize: number): LocalScore {
  const count = counter(data);
  const risen = risingFactorials(data.columns[0]?.length ?? 0);
  return (node, parents) => {
    const r = data.levels[node]!;
    const configurations = parents.reduce((product, w) => product * data.levels[w]!, 1);
    const perRow = equivalentSampleSize / configurations;
    const [ofCell, ofRow] = [risen(perRow / r), risen(perRow)];
    let logLikelihood = 0;
    count(node, parents, (cells, from) => {
      let total = 0;
      for (let level = 0; level < r; level++) {
        const n = cells[from + level]!;
        total += n;
        logLikelihood += ofCell[n]!;
      }
      logLikelihood -= ofRow[total]!;
    });
    return -2 * logLikelihood;
  };
}

/** ln Γ(a + n) − ln Γ(a) for n = 0 … most, kept for the few a that parent sets bring. */
function risingFactorials(most: number): (a: number) => Float64Array {
  const known = new Map<number, Float64Array>();
  return (a) => {
    const found = known.get(a);
    if (found !== undefined) return found;
    const table = new Float64Array(most + 1);
    for (let n = 1; n <= most; n++) table[n] = table[n - 1]! + Math.log(a + n - 1);
    if (known.size >= 512) known.clear();
    known.set(a, table);
    return table;
  };
}

type Counter = (
  node: number,
  parents: readonly number[],
  /** each configuration of the parents that occurs: its counts are `cells[from … from + levels − 1]` */
  visit: (cells: Int32Array, from: number) => void,
) => void;

/** Cells up to which a table is counted in place; a larger one is mostly empty and keeps what occurs alone. */
const mostCells = 1 << 16;

/** Counts levels under configurations of parents, in buffers of its own. */
function counter(data: DiscreteData): Counter {
  const everyRow = data.columns[0]?.length ?? 0;
  const all = data.columns.map((column) => Uint16Array.from(column));
  const ofNode = data.rowsOf.map((rows): readonly Uint16Array[] | undefined =>
    rows.length === everyRow ? all : undefined,
  );
  /** The columns over the rows in which a node was left alone. */
  const columnsFor = (node: number): readonly Uint16Array[] => {
    ofNode[node] ??= all.map((column) => Uint16Array.from(data.rowsOf[node]!, (row) => column[row]!));
    return ofNode[node];
  };
  const dense = new Int32Array(mostCells);
  return (node, parents, visit) => {
    const columns = columnsFor(node);
    const own = columns[node]!;
    const r = data.levels[node]!;
    const strides: number[] = [];
    let size = r;
    for (const w of parents) {
      strides.push(size);
      size *= data.levels[w]!;
    }
    if (size <= mostCells) {
      dense.fill(0, 0, size);
      countDense(
        own,
        parents.map((w) => columns[w]!),
        strides,
        dense,
      );
      for (let from = 0; from < size; from += r) visit(dense, from);
      return;
    }
    const slots = new Map<number, number>();
    const cells = new Int32Array(own.length * r);
    for (let k = 0; k < own.length; k++) {
      let key = 0;
      for (const w of parents) key = key * data.levels[w]! + columns[w]![k]!;
      let from = slots.get(key);
      if (from === undefined) {
        from = slots.size * r;
        slots.set(key, from);
      }
      const at = from + own[k]!;
      cells[at] = cells[at]! + 1;
    }
    for (const from of slots.values()) visit(cells, from);
  };
}

/** One pass over the rows for the few parents that most sets have; this is where discrete searches spend their time. */
function countDense(
  own: Uint16Array,
  parents: readonly Uint16Array[],
  strides: readonly number[],
  cells: Int32Array,
): void {
  const n = own.length;
  const [a, b, c] = parents;
  const [sa = 0, sb = 0, sc = 0] = strides;
  if (a === undefined) {
    for (let k = 0; k < n; k++) cells[own[k]!]!++;
  } else if (b === undefined) {
    for (let k = 0; k < n; k++) cells[own[k]! + sa * a[k]!]!++;
  } else if (c === undefined) {
    for (let k = 0; k < n; k++) cells[own[k]! + sa * a[k]! + sb * b[k]!]!++;
  } else {
    const rest = parents.slice(3);
    for (let k = 0; k < n; k++) {
      let at = own[k]! + sa * a[k]! + sb * b[k]! + sc * c[k]!;
      for (let p = 0; p < rest.length; p++) at += strides[p + 3]! * rest[p]![k]!;
      cells[at]!++;
    }
  }
}
