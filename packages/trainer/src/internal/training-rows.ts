import { InputError, quoteName, type Variable } from '@cfe/base';
import { type Table, targetMask } from '@cfe/data';
import { type Dag, incident } from '@cfe/graph';
import type { Scale } from '@cfe/network';

/** A table as a plan's executor reads it: standardised, with a mask of the terms that do not count. */
export interface TrainingRows {
  readonly rows: number;
  /** `[d * rows]`, by variable; 0 where missing */
  readonly values: Float64Array;
  /** `[d * rows]`: 1 where a variable was intervened on, or it or a parent is missing */
  readonly omit: Uint8Array;
  /** kept rows of each variable */
  readonly counts: Int32Array;
  /** `[d]`: what a variable's 0 is on the standardised scale */
  readonly zeros: Float64Array;
}

/**
 * Mean and spread of each continuous variable over its observed values.
 *
 * @throws {@link InputError} if a spread is not finite
 */
export function scalesOf(variables: readonly Variable[], table: Table): Scale[] {
  return variables.map(({ name, kind }) => {
    if (kind === 'categorical') return { centre: 0, scale: 1 };
    let [n, mean, squares] = [0, 0, 0];
    for (const x of table.column(name)) {
      if (Number.isNaN(x)) continue;
      n += 1;
      const delta = x - mean;
      mean += delta / n;
      squares += delta * (x - mean);
    }
    const sd = Math.sqrt(squares / Math.max(1, n));
    if (!Number.isFinite(sd)) {
      throw new InputError(
        'trainer/extreme-values',
        `fit: the values of ${quoteName(name)} are so far apart that their spread is not a finite number. Look for a value such as 1e300 that stands for a missing one, or rescale the column.`,
        { variable: name },
      );
    }
    return { centre: mean, scale: sd > 0 ? sd : 1 };
  });
}

/**
 * The rows of a table on the network's scale. A row whose regime targets a variable leaves that variable's own term out;
 * so does a row in which the variable or one of its parents is missing.
 *
 * @param extent - `'part'` of the rows may lack a variable altogether
 * @throws {@link UnknownNameError} if the table lacks a variable
 * @throws {@link InputError} if a variable is of another kind in the table
 */
export function trainingRows(
  graph: Pick<Dag, 'parents'>,
  variables: readonly Variable[],
  scales: readonly Scale[],
  table: Table,
  extent: 'whole' | 'part' = 'whole',
): TrainingRows {
  const n = table.rows;
  const d = variables.length;
  const values = new Float64Array(d * n);
  const omit = new Uint8Array(d * n);
  const missing = variables.map(() => false);
  for (const [j, variable] of variables.entries()) {
    checkKind(variable, table);
    const column = table.column(variable.name);
    const { centre, scale } = scales[j] as Scale;
    omit.set(targetMask(table, variable.name), j * n);
    for (let r = 0; r < n; r++) {
      const x = column[r] as number;
      if (Number.isNaN(x)) missing[j] = true;
      else values[j * n + r] = (x - centre) / scale;
    }
  }
  const unknown = rowsOfUnknownTargets(table);
  const counts = new Int32Array(d);
  for (const [j, { name }] of variables.entries()) {
    const family = [j, ...incident(graph.parents, j)].filter((i) => missing[i] === true);
    for (const i of family) {
      const column = table.column((variables[i] as Variable).name);
      for (let r = 0; r < n; r++) if (Number.isNaN(column[r])) omit[j * n + r] = 1;
    }
    let kept = 0;
    for (let r = 0; r < n; r++) {
      if (unknown?.[r] === 1) omit[j * n + r] = 1;
      if (omit[j * n + r] === 0) kept += 1;
    }
    counts[j] = kept;
    if (kept < 2 && extent === 'whole') {
      throw new InputError(
        'trainer/too-few-rows',
        `fit: ${quoteName(name)} has ${kept} rows in which it was observed with its parents and not intervened on; it needs at least 2.`,
        { variable: name, rows: kept },
      );
    }
  }
  const zeros = Float64Array.from(scales, ({ centre, scale }) => -centre / scale);
  return { rows: n, values, omit, counts, zeros };
}

/** Some of the rows, in the order given. */
export function pickRows(all: TrainingRows, rows: ArrayLike<number>): TrainingRows {
  const d = all.counts.length;
  const n = rows.length;
  const values = new Float64Array(d * n);
  const omit = new Uint8Array(d * n);
  const counts = new Int32Array(d);
  for (let j = 0; j < d; j++) {
    for (let k = 0; k < n; k++) {
      const at = j * all.rows + (rows[k] as number);
      values[j * n + k] = all.values[at] as number;
      omit[j * n + k] = all.omit[at] as number;
      if (all.omit[at] === 0) counts[j] = (counts[j] as number) + 1;
    }
  }
  return { rows: n, values, omit, counts, zeros: all.zeros };
}

/** Rows of regimes of which nobody knows what was changed: no term of theirs can be trusted. */
function rowsOfUnknownTargets({ regimes, rows }: Table): Uint8Array | undefined {
  if (regimes === undefined || regimes.list.every(({ targets }) => targets !== 'unknown')) return undefined;
  const mask = new Uint8Array(rows);
  for (let r = 0; r < rows; r++)
    if (regimes.list[regimes.of[r] as number]?.targets === 'unknown') mask[r] = 1;
  return mask;
}

function checkKind(variable: Variable, table: Table): void {
  const own = table.variable(variable.name);
  const levels = (one: Variable): string => (one.kind === 'categorical' ? one.levels.join(', ') : '');
  if (own.kind === variable.kind && levels(own) === levels(variable)) return;
  const shown = (one: Variable): string =>
    one.kind === 'categorical' ? `categorical (${levels(one)})` : 'continuous';
  throw new InputError(
    'trainer/other-kind',
    `fit: ${quoteName(variable.name)} is ${shown(own)} in the table and ${shown(variable)} in the network. Create the network with the table's variables: createNetwork({ graph, variables: table.variables }).`,
    { variable: variable.name },
  );
}

/** A short mark that rows with other values, order or masks do not share, but by accident. */
export function fingerprint({ rows, values, omit }: TrainingRows): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let [a, b] = [0x811c9dc5, 0x1505];
  for (const part of [bytes, omit]) {
    for (const byte of part) {
      a = Math.imul(a ^ byte, 0x01000193); // FNV-1a
      b = (Math.imul(b, 33) + byte) | 0; // Bernstein
    }
  }
  return `${rows}-${(a >>> 0).toString(16)}-${(b >>> 0).toString(16)}`;
}
