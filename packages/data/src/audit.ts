import { quoteName } from '@cfe/base';
import type { ColumnReading } from './column-reading.ts';
import { type ColumnSummary, describeTable } from './describe-table.ts';
import { dependentColumns } from './internal/dependent-columns.ts';
import { covariances, moments } from './moments.ts';
import type { Table } from './table.ts';

/** Something about a table that a person should know before anything is learned from it. */
export interface Finding {
  readonly code:
    | 'constant'
    | 'no-values'
    | 'duplicate-column'
    | 'collinear'
    | 'scale'
    | 'offset'
    | 'tiny-level'
    | 'coded-levels'
    | 'row-number'
    | 'left-out'
    | 'missing'
    | 'duplicate-rows'
    | 'few-rows'
    | 'outliers'
    | 'regime-rows'
    | 'regime-value';
  /** `warning`: answers may be wrong or fail; `note`: worth a look */
  readonly severity: 'warning' | 'note';
  readonly columns: readonly string[];
  /** the sentence a person should read, with what to do */
  readonly message: string;
}

/** A level with fewer rows than this tells nothing. */
const fewestRows = 5;

/**
 * What is wrong or odd with a table: constants, duplicate and linearly dependent columns, scales that differ by
 * thousands, tiny levels, numbers that look like codes or row numbers, text that was left out, missing values, repeated
 * rows, outliers, regimes that contradict their values. Warnings come first.
 *
 * @param table - one that was read from a file also reports the columns that were left out
 * @example
 * import { audit, parseCsv } from '@cfe/data';
 * const rows = Array.from({ length: 30 }, (_, i) => `${i % 7},${2 * (i % 7) + 1},1`).join('\n');
 * audit(parseCsv(`x,y,one\n${rows}\n`)).map(({ code, columns }) => `${code}: ${columns}`); // → ['constant: one', 'collinear: y,x', 'duplicate-rows: ']
 */
export function audit(table: Table & { readonly columns?: readonly ColumnReading[] }): readonly Finding[] {
  const summaries = describeTable(table);
  const findings = [
    ...summaries.flatMap((summary) => inColumn(table, summary)),
    ...duplicates(table),
    ...collinear(table, summaries),
    ...scales(summaries),
    ...rowsOf(table),
    ...regimesOf(table),
    ...leftOut(table.columns ?? []),
  ];
  return [
    ...findings.filter(({ severity }) => severity === 'warning'),
    ...findings.filter(({ severity }) => severity === 'note'),
  ];
}

function finding(
  severity: Finding['severity'],
  code: Finding['code'],
  columns: readonly string[],
  message: string,
): Finding {
  return { code, severity, columns, message };
}

function inColumn(table: Table, summary: ColumnSummary): Finding[] {
  const { name, count, missing } = summary;
  const shown = quoteName(name);
  if (count === 0) return [finding('warning', 'no-values', [name], `${shown} has no values. Leave it out.`)];
  const found: Finding[] = [];
  if (missing > 0) {
    const share = Math.round((1000 * missing) / table.rows) / 10;
    found.push(
      finding(
        missing > table.rows / 5 ? 'warning' : 'note',
        'missing',
        [name],
        `${shown} is missing in ${missing} of ${table.rows} rows (${share} %). Drop those rows, impute, or leave the column out.`,
      ),
    );
  }
  if (summary.kind === 'categorical') {
    const used = Object.entries(summary.levels).filter(([, rows]) => rows > 0);
    if (used.length === 1) found.push(constant(name, quoteName(used[0]?.[0] as string)));
    const tiny = Object.entries(summary.levels).filter(([, rows]) => rows < fewestRows);
    if (used.length > 1 && tiny.length > 0) {
      const list = tiny.slice(0, 6).map(([level, rows]) => `${quoteName(level)} (${rows})`);
      found.push(
        finding(
          'note',
          'tiny-level',
          [name],
          `${shown} has ${tiny.length === 1 ? 'a level' : `${tiny.length} levels`} with fewer than ${fewestRows} rows: ${list.join(', ')}${tiny.length > 6 ? ', …' : ''}. Join it with another.`,
        ),
      );
    }
    return found;
  }
  if (summary.min === summary.max) return [...found, constant(name, String(summary.min))];
  const values = table.column(name);
  const whole = values.every((x) => Number.isNaN(x) || Number.isInteger(x));
  const distinct = whole ? new Set(values.filter((x) => !Number.isNaN(x))).size : count;
  if (whole && distinct === count && count > 10 && summary.max - summary.min === count - 1) {
    const why = `${shown} counts the rows: whole numbers from ${summary.min} to ${summary.max}, each once. Leave it out, unless it is a time.`;
    found.push(finding('warning', 'row-number', [name], why));
  } else if (whole && distinct <= 5 && count > 10 * distinct && distinct > 2) {
    const why = `${shown} has only ${distinct} whole values. If they are codes, read it as categories.`;
    found.push(finding('note', 'coded-levels', [name], why));
  }
  const [low, , high] = summary.quartiles;
  const far = 10 * (high - low);
  const outliers = far > 0 ? values.filter((x) => x < low - far || x > high + far).length : 0;
  if (outliers > 0) {
    const which = outliers === 1 ? 'a value' : `${outliers} values`;
    const why = `${shown} has ${which} more than ten times the middle half's width away from it (${numeral(summary.min)} to ${numeral(summary.max)}). Check ${outliers === 1 ? 'it' : 'them'}, or take logarithms.`;
    found.push(finding('note', 'outliers', [name], why));
  }
  if (Math.abs(summary.mean) > 1e6 * summary.sd) {
    const why = `${shown} hardly varies beside its size (mean ${numeral(summary.mean)}, sd ${numeral(summary.sd)}). Subtract a constant.`;
    found.push(finding('note', 'offset', [name], why));
  }
  return found;
}

function constant(name: string, value: string): Finding {
  const why = `${quoteName(name)} is ${value} in every row. Leave it out: it can be neither cause nor effect here.`;
  return finding('warning', 'constant', [name], why);
}

function duplicates(table: Table): Finding[] {
  const found: Finding[] = [];
  const firsts: string[] = [];
  for (const name of table.names) {
    const values = table.column(name);
    const twin = firsts.find((other) => sameValues(table.column(other), values));
    if (twin === undefined) firsts.push(name);
    else if (!isConstant(values)) {
      const why = `${quoteName(name)} and ${quoteName(twin)} hold the same values. Leave one out.`;
      found.push(finding('warning', 'duplicate-column', [name, twin], why));
    }
  }
  return found;
}

function collinear(table: Table, summaries: readonly ColumnSummary[]): Finding[] {
  const names = summaries.flatMap((summary) =>
    summary.kind === 'continuous' && summary.sd > 0 ? [summary.name] : [],
  );
  const unique = names.filter(
    (name, j) => !names.slice(0, j).some((other) => sameValues(table.column(other), table.column(name))),
  );
  if (unique.length < 2) return [];
  const complete = covariances(moments(table, { names: unique, missing: 'drop' }));
  const rows = complete.rows[0]?.[0] as number;
  const found: Finding[] = [];
  if (rows < 2) return found;
  if (rows <= unique.length + 1) {
    const why = `There are ${rows} complete rows for ${unique.length} columns of numbers: any column is a linear function of the others. Add rows, or leave columns out.`;
    return [finding('warning', 'few-rows', unique, why)];
  }
  if (rows < 10 * unique.length) {
    const why = `There are ${rows} complete rows for ${unique.length} columns of numbers, fewer than ten per column.`;
    found.push(finding('note', 'few-rows', [], why));
  }
  for (const { column, on, unexplained } of dependentColumns(complete.correlation)) {
    const name = unique[column] as string;
    const others = on.map((k) => unique[k] as string);
    const exact = unexplained < 1e-10;
    const why = `${quoteName(name)} is ${exact ? '' : 'almost '}a linear function of ${others.slice(0, 6).map(quoteName).join(', ')}${others.length > 6 ? ', …' : ''}${exact ? '' : ` (${numeral(100 * unexplained)} % of its variance is its own)`}. Leave one of them out.`;
    found.push(finding('warning', 'collinear', [name, ...others], why));
  }
  return found;
}

function scales(summaries: readonly ColumnSummary[]): Finding[] {
  const spread = summaries.flatMap((summary) =>
    summary.kind === 'continuous' && summary.sd > 0 ? [{ name: summary.name, sd: summary.sd }] : [],
  );
  const widest = spread.reduce((a, b) => (b.sd > a.sd ? b : a), spread[0] ?? { name: '', sd: 0 });
  const narrowest = spread.reduce((a, b) => (b.sd < a.sd ? b : a), spread[0] ?? { name: '', sd: 0 });
  if (!(widest.sd > 1000 * narrowest.sd)) return [];
  const why = `Scales differ: the sd of ${quoteName(widest.name)} is ${numeral(widest.sd)}, of ${quoteName(narrowest.name)} ${numeral(narrowest.sd)}. Learning standardises; choose units that people can read.`;
  return [finding('note', 'scale', [widest.name, narrowest.name], why)];
}

function rowsOf(table: Table): Finding[] {
  const columns = table.names.map((name) => table.column(name));
  const first = new Map<number, number>();
  let repeated = 0;
  const bits = new Uint32Array(2);
  const double = new Float64Array(bits.buffer);
  for (let r = 0; r < table.rows; r++) {
    let a = 2166136261;
    let b = 40389;
    for (const column of columns) {
      double[0] = column[r] as number;
      a = Math.imul(a ^ (bits[0] as number), 16777619) ^ (bits[1] as number);
      b = Math.imul(b ^ (bits[1] as number), 2246822519) ^ (bits[0] as number);
    }
    const key = (a >>> 0) * 2 ** 21 + (b >>> 11);
    const before = first.get(key);
    if (before === undefined) first.set(key, r);
    else if (columns.every((column) => Object.is(column[before], column[r]))) repeated++;
  }
  const continuous = table.variables.some(({ kind }) => kind === 'continuous');
  if (repeated === 0 || !continuous) return [];
  const why = `${repeated} of ${table.rows} rows repeat another in every column. If they are copies, drop them: they count as evidence twice.`;
  return [finding('note', 'duplicate-rows', [], why)];
}

function regimesOf(table: Table): Finding[] {
  const { regimes } = table;
  if (regimes === undefined) return [];
  const counts = new Float64Array(regimes.list.length);
  for (const k of regimes.of) counts[k] = (counts[k] as number) + 1;
  return regimes.list.flatMap((regime, k): Finding[] => {
    const found: Finding[] = [];
    if ((counts[k] as number) < fewestRows) {
      const why = `The regime ${quoteName(regime.name)} has ${counts[k]} rows.`;
      found.push(finding('note', 'regime-rows', [], why));
    }
    if (regime.targets === 'unknown') return found;
    for (const { variable, kind, value } of regime.targets) {
      if (kind !== 'hard' || value === undefined) continue;
      const values = table.column(variable);
      const row = values.findIndex((x, r) => regimes.of[r] === k && !Number.isNaN(x) && x !== value);
      if (row < 0) continue;
      const why = `The regime ${quoteName(regime.name)} sets ${quoteName(variable)} to ${value}, but row ${row} has ${values[row]}. Correct the value, or call the intervention soft.`;
      found.push(finding('warning', 'regime-value', [variable], why));
    }
    return found;
  });
}

function leftOut(columns: readonly ColumnReading[]): Finding[] {
  return columns.flatMap(({ name, kind, reason }) =>
    kind === 'ignored' && name !== '' && reason !== 'left out as asked.'
      ? [finding('note', 'left-out', [name], `${quoteName(name)} was ${reason}`)]
      : [],
  );
}

function sameValues(a: Float64Array, b: Float64Array): boolean {
  return a.every((x, r) => x === b[r] || (Number.isNaN(x) && Number.isNaN(b[r])));
}

function isConstant(values: Float64Array): boolean {
  return values.every((x) => x === values[0]);
}

function numeral(value: number): string {
  return String(Number(value.toPrecision(3)));
}
