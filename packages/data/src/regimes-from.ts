import { InputError, quoteName, ShapeError, throwUnknownName } from '@cfe/base';
import type { Regime, RegimeTarget } from './regimes.ts';
import { columnOf, createTable, type Table, type TableColumn } from './table.ts';

/**
 * Regime label → what was intervened on there: names (hard interventions), targets in full, or `'unknown'`. An empty
 * list is an observational regime.
 */
export type RegimeTargets = Readonly<Record<string, readonly (string | RegimeTarget)[] | 'unknown'>>;

/**
 * Reads the regimes off a column, and takes that column out of the table.
 *
 * @param options.column - its labels are levels, or numbers as they print: `"0"`, `"1"`
 * @param options.targets - for every label, as in `{ "0": [], "1": ["x3"] }`; the parsed JSON of a file will do, it is checked
 * @param options.kind - of targets given by name alone, default `'hard'`
 * @throws {@link InputError} if a row has no label, a label has no targets, a label of `targets` has no rows, or
 * `targets` is not of that form
 * @throws {@link UnknownNameError} if the column or a target does not exist
 * @example
 * import { parseCsv, regimesFrom } from '@cfe/data';
 * const table = parseCsv('x,y,lab\n1,2,a\n0,5,b\n0,6,b\n');
 * const { regimes, names } = regimesFrom(table, { column: 'lab', targets: { a: [], b: ['x'] } });
 * names; // → ['x', 'y']
 * regimes?.list[1]; // → { name: 'b', targets: [{ variable: 'x', kind: 'hard' }] }
 * regimes?.of; // → Int32Array [0, 1, 1]
 */
export function regimesFrom(
  table: Table,
  options: { readonly column: string; readonly targets: RegimeTargets; readonly kind?: RegimeTarget['kind'] },
): Table {
  const { column, kind = 'hard' } = options;
  const values = table.column(column);
  const variable = table.variable(column);
  const label = (value: number): string =>
    variable.kind === 'categorical' ? (variable.levels[value] as string) : String(value);
  const names = table.names.filter((name) => name !== column);
  const targets = checkTargets(options.targets, names);
  const list: Regime[] = [];
  const index = new Map<number, number>();
  const of = new Int32Array(table.rows);
  for (let r = 0; r < of.length; r++) {
    const value = values[r] as number;
    let k = index.get(value);
    if (k === undefined) {
      if (Number.isNaN(value)) {
        throw new InputError(
          'data/regime-missing',
          `regimesFrom: row ${r} has no regime: ${quoteName(column)} is missing there. Fill it, or leave the row out.`,
          { column, row: r },
        );
      }
      const name = label(value);
      const known = targets.get(name);
      if (known === undefined) {
        throw new InputError(
          'data/regime-targets',
          `regimesFrom: there are no targets for the regime ${quoteName(name)} of row ${r}. List the variables that were intervened on, [] for none, or "unknown". Labels given: ${[...targets.keys()].slice(0, 12).map(quoteName).join(', ')}.`,
          { column, row: r, label: name },
        );
      }
      k = list.length;
      index.set(value, k);
      list.push({
        name,
        targets: known === 'unknown' ? known : known.map((target) => fullTarget(target, kind)),
      });
    }
    of[r] = k;
  }
  const unused = [...targets.keys()].find((name) => !list.some((regime) => regime.name === name));
  if (unused !== undefined) {
    throwUnknownName(
      `regimesFrom: targets are given for ${quoteName(unused)}, which no row of ${quoteName(column)} has`,
      'regime',
      unused,
      list.map(({ name }) => name),
    );
  }
  return createTable(
    names.map((name) => columnOf(table, name, table.column(name))),
    { regimes: { list, of } },
  );
}

/** One file's rows and the condition they were collected under. */
export interface RegimeRows {
  readonly name: string;
  readonly table: Table;
  readonly targets: readonly (string | RegimeTarget)[] | 'unknown';
}

/**
 * One table from several, one per regime, such as the files of an experiment. Columns are matched by name and follow
 * the first table; levels are joined.
 *
 * @param parts - own regimes of their tables are replaced
 * @throws {@link ShapeError} if a table has other columns than the first
 * @throws {@link InputError} if a column is numbers here and categories there, two parts share a name, or there is none
 * @example
 * import { parseCsv, stackRegimes } from '@cfe/data';
 * const table = stackRegimes([
 *   { name: 'observed', table: parseCsv('x,y\n1,2\n'), targets: [] },
 *   { name: 'x set', table: parseCsv('y,x\n5,0\n'), targets: ['x'] },
 * ]);
 * table.column('x'); // → Float64Array [1, 0]
 */
export function stackRegimes(parts: readonly RegimeRows[]): Table {
  const [first] = parts;
  if (first === undefined) {
    throw new InputError('data/no-parts', 'stackRegimes: there is no table. Give at least one.');
  }
  const { names } = first.table;
  const seen = new Set<string>();
  for (const { name, table } of parts) {
    if (seen.has(name)) {
      throw new InputError(
        'data/regime-name',
        `stackRegimes: two parts are named ${quoteName(name)}. Rename one.`,
        {
          name,
        },
      );
    }
    seen.add(name);
    for (const column of names) {
      if (!table.names.includes(column))
        throwUnknownName(`stackRegimes: ${quoteName(name)}`, 'column', column, table.names);
    }
    const extra = table.names.find((column) => !names.includes(column));
    if (extra !== undefined) {
      throw new ShapeError(
        'data/part-columns',
        `stackRegimes: ${quoteName(name)} has the column ${quoteName(extra)}, which ${quoteName(first.name)} has not. Leave it out.`,
        { part: name, column: extra },
      );
    }
  }
  const columns = names.map((name) => stackColumn(name, parts));
  const rows = parts.reduce((sum, { table }) => sum + table.rows, 0);
  const of = new Int32Array(rows);
  let at = 0;
  for (const [k, { table }] of parts.entries()) {
    of.fill(k, at, at + table.rows);
    at += table.rows;
  }
  const list = parts.map(({ name, targets }): Regime => {
    const checked = checkTargets({ [name]: targets }, names).get(name) as
      | readonly (string | RegimeTarget)[]
      | 'unknown';
    return {
      name,
      targets: checked === 'unknown' ? checked : checked.map((target) => fullTarget(target, 'hard')),
    };
  });
  return createTable(columns, { regimes: { list, of } });
}

function stackColumn(name: string, parts: readonly RegimeRows[]): TableColumn {
  const tables = parts.map(({ table }) => table);
  const first = tables[0] as Table;
  const { kind } = first.variable(name);
  const levels = new Map<string, number>();
  const pieces = tables.map((table, k) => {
    const variable = table.variable(name);
    if (variable.kind !== kind) {
      throw new InputError(
        'data/part-kind',
        `stackRegimes: ${quoteName(name)} is ${kind} in ${quoteName(parts[0]?.name ?? '')} and ${variable.kind} in ${quoteName(parts[k]?.name ?? '')}. Say what it is when reading them.`,
        { column: name },
      );
    }
    if (variable.kind !== 'categorical') return table.column(name);
    const place = variable.levels.map((level) => {
      if (!levels.has(level)) levels.set(level, levels.size);
      return levels.get(level) as number;
    });
    return table.column(name).map((value) => (Number.isNaN(value) ? value : (place[value] as number)));
  });
  const values = new Float64Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    values.set(piece, at);
    at += piece.length;
  }
  const unit = first.unit(name);
  return {
    variable: kind === 'categorical' ? { name, kind, levels: [...levels.keys()] } : { name, kind },
    values,
    ...(unit === undefined ? {} : { unit }),
  };
}

function checkTargets(
  targets: RegimeTargets,
  names: readonly string[],
): ReadonlyMap<string, readonly (string | RegimeTarget)[] | 'unknown'> {
  const wrong = (what: string): never => {
    throw new InputError(
      'data/targets-form',
      `regime targets: ${what}. The form is {"label": ["variable", …], …}, [] for an observational regime, "unknown" where nobody knows.`,
    );
  };
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets)) wrong('this is no object');
  for (const [label, list] of Object.entries(targets)) {
    if (list === 'unknown') continue;
    if (!Array.isArray(list)) wrong(`${quoteName(label)} has no list`);
    const seen = new Set<string>();
    for (const target of list) {
      const full = typeof target === 'string' || isTarget(target) ? fullTarget(target, 'hard') : undefined;
      if (full === undefined) return wrong(`an entry of ${quoteName(label)} is neither a name nor a target`);
      const { variable } = full;
      if (!names.includes(variable))
        throwUnknownName(`regime ${quoteName(label)}`, 'column', variable, names);
      if (seen.has(variable)) wrong(`${quoteName(label)} lists ${quoteName(variable)} twice`);
      seen.add(variable);
    }
  }
  return new Map(Object.entries(targets));
}

function isTarget(value: unknown): value is RegimeTarget {
  if (typeof value !== 'object' || value === null) return false;
  const { variable, kind, value: set } = value as Partial<RegimeTarget>;
  const known = set === undefined || (typeof set === 'number' && Number.isFinite(set));
  return typeof variable === 'string' && (kind === 'hard' || kind === 'soft') && known;
}

function fullTarget(target: string | RegimeTarget, kind: RegimeTarget['kind']): RegimeTarget {
  return typeof target === 'string' ? { variable: target, kind } : target;
}
