import type { Table } from '@cfe/data';
import { type Dag, descendantsOf, parentsOf } from '@cfe/graph';

/** P(y = k | do(x = l)) for all pairs of variables: `[x][y][l · levels of y + k]`. */
export type Effects = readonly (readonly Float64Array[])[];

interface Sampled {
  sample(
    rows: number,
    options: { readonly seed: number; readonly do?: Readonly<Record<string, number | string>> },
  ): { column(name: string): Float64Array };
}

/** The truth, by so many rows of every intervention. */
export function trueEffects(model: Sampled, { variables }: Table, rows = 10_000): Effects {
  const sizes = variables.map((variable) => (variable.kind === 'categorical' ? variable.levels.length : 0));
  return variables.map((cause, x) => {
    const levels = cause.kind === 'categorical' ? cause.levels : [];
    const out = sizes.map((size) => new Float64Array(levels.length * size));
    for (const [l, level] of levels.entries()) {
      const drawn = model.sample(rows, { seed: 1 + l, do: { [cause.name]: level } });
      for (const [y, variable] of variables.entries()) {
        if (y === x) continue;
        const values = drawn.column(variable.name);
        const into = out[y]!;
        for (let r = 0; r < rows; r++) {
          const at = l * sizes[y]! + values[r]!;
          into[at] = into[at]! + 1 / rows;
        }
      }
    }
    return out;
  });
}

/** Root mean squared error of all effects of one variable on another, by adjusting for the parents that a graph gives. */
export function discreteEffectError(table: Table, truth: Effects, dag: Dag): number {
  const { names, rows, variables } = table;
  const sizes = variables.map((variable) => (variable.kind === 'categorical' ? variable.levels.length : 0));
  const columns = names.map((name) => table.column(name));
  let sum = 0;
  let count = 0;
  for (const [x, name] of names.entries()) {
    const below = new Set(descendantsOf(dag, name));
    const strata = strataOf(
      parentsOf(dag, name).map((parent) => columns[names.indexOf(parent)]!),
      rows,
    );
    for (const [y, other] of names.entries()) {
      if (y === x) continue;
      const size = sizes[y]!;
      const estimate = below.has(other)
        ? adjusted(columns[x]!, sizes[x]!, columns[y]!, size, strata)
        : shares(columns[y]!, size, sizes[x]!);
      for (let k = 0; k < estimate.length; k++) sum += (estimate[k]! - truth[x]![y]![k]!) ** 2;
      count += estimate.length;
    }
  }
  return Math.sqrt(sum / count);
}

/** For each row the number of its combination of values. */
function strataOf(
  columns: readonly Float64Array[],
  rows: number,
): { readonly of: Int32Array; readonly count: number } {
  const known = new Map<string, number>();
  const of = Int32Array.from({ length: rows }, (_, r) => {
    const key = columns.map((column) => column[r]).join();
    const at = known.get(key) ?? known.size;
    known.set(key, at);
    return at;
  });
  return { of, count: known.size };
}

function adjusted(
  x: Float64Array,
  levels: number,
  y: Float64Array,
  size: number,
  { of, count }: { readonly of: Int32Array; readonly count: number },
): Float64Array {
  const cells = new Float64Array(count * levels * size);
  const weights = new Float64Array(count);
  for (let r = 0; r < x.length; r++) {
    const at = (of[r]! * levels + x[r]!) * size + y[r]!;
    cells[at] = cells[at]! + 1;
    weights[of[r]!] = weights[of[r]!]! + 1;
  }
  const out = new Float64Array(levels * size);
  for (let l = 0; l < levels; l++) {
    let seen = 0;
    for (let s = 0; s < count; s++) {
      const from = (s * levels + l) * size;
      const total = cells.subarray(from, from + size).reduce((a, b) => a + b, 0);
      if (total === 0) continue;
      seen += weights[s]!;
      for (let k = 0; k < size; k++)
        out[l * size + k] = out[l * size + k]! + (weights[s]! * cells[from + k]!) / total;
    }
    // of a level that was never seen nothing is known but y's own shares
    for (let k = 0; k < size; k++) out[l * size + k] = seen === 0 ? 1 / size : out[l * size + k]! / seen;
  }
  return out;
}

function shares(y: Float64Array, size: number, levels: number): Float64Array {
  const own = new Float64Array(size);
  for (const value of y) own[value] = own[value]! + 1 / y.length;
  return Float64Array.from({ length: levels * size }, (_, k) => own[k % size]!);
}
