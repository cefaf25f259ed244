import type { Columns } from '@cfe/base';
import { quoteName } from '@cfe/base';
import { type Do, type Evidence, interventionsOf, type Query } from '@cfe/scm';
import type { Answer, Support } from './answer.ts';

/**
 * How far the values that an action sets lie from the rows that a model was fitted to: the smaller tail share,
 * over the targets, of the training values at least as extreme.
 *
 * A share of 0 means beyond every row: the answer is an extrapolation of the mechanisms' form.
 *
 * @returns `undefined` when the action sets no numbers
 */
export function supportOf(rows: Columns, action: Do): Support | undefined {
  let worst: { readonly share: number; readonly name: string; readonly value: number } | undefined;
  for (const intervention of interventionsOf(action)) {
    if (intervention.kind !== 'hard' || typeof intervention.value === 'string') continue;
    const values =
      typeof intervention.value === 'number' ? [intervention.value] : Array.from(intervention.value);
    const column = rows.column(intervention.target);
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      let [below, above] = [0, 0];
      for (const x of column) {
        if (x <= value) below++;
        if (x >= value) above++;
      }
      const share = Math.min(1, (2 * Math.min(below, above)) / column.length);
      if (worst === undefined || share < worst.share) worst = { share, name: intervention.target, value };
    }
  }
  if (worst === undefined) return undefined;
  const inside = worst.share > 0.01;
  const place = `${quoteName(worst.name)} = ${Number(worst.value.toPrecision(6))}`;
  const message = inside
    ? `${place} lies within the data: ${(100 * worst.share).toFixed(0)}% of rows are at least as extreme.`
    : `${place} is at or beyond the edge of the data (${(100 * worst.share).toFixed(1)}% of rows are at least as extreme): the answer extrapolates.`;
  return { share: worst.share, inside, message };
}

/** The values of a variable that a model was fitted to. */
interface Range {
  readonly low: number;
  readonly high: number;
  /** half a standard deviation: among many variables, one or another of an ordinary row is a little beyond all others */
  readonly margin: number;
}

function rangeOf(column: Float64Array): Range {
  const mean = column.reduce((a, b) => a + b, 0) / column.length;
  return {
    low: column.reduce((a, b) => Math.min(a, b)),
    high: column.reduce((a, b) => Math.max(a, b)),
    margin: 0.5 * Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length),
  };
}

const told = (x: number): number => Number(x.toPrecision(6));

/** What was observed beyond every row that a model was fitted to, by more than half a standard deviation. */
function offSupport(rows: Columns, evidence: Evidence): Support | undefined {
  for (const [name, value] of Object.entries(evidence)) {
    if (typeof value !== 'number' || !rows.names.includes(name)) continue;
    const { low, high, margin } = rangeOf(rows.column(name));
    if (low - margin <= value && value <= high + margin) continue;
    return {
      share: 0,
      inside: false,
      message: `${quoteName(name)} = ${told(value)} was observed, beyond all rows that the model was fitted to (${told(low)} to ${told(high)}): the answer extrapolates.`,
    };
  }
  return undefined;
}

/** The same for many rows at once, with the first of them named. */
function rowsOffSupport(fitted: Columns, rows: Columns): Support | undefined {
  const beyond = new Set<number>();
  for (const name of fitted.names) {
    const { low, high, margin } = rangeOf(fitted.column(name));
    for (const [r, x] of rows.column(name).entries())
      if (x < low - margin || x > high + margin) beyond.add(r);
  }
  if (beyond.size === 0) return undefined;
  const message = `${countOf(beyond, rows.rows)} of what was observed beyond all rows that the model was fitted to: the answers extrapolate.`;
  return { share: 0, inside: false, message };
}

/**
 * Where an action that moves a variable by so much, rather than to a value, takes it beyond every row that a model was
 * fitted to.
 *
 * @param world - the individuals as the action left them
 * @param least - share of individuals from which on it is said
 */
function movedBeyond(fitted: Columns, action: Do, world: Columns, least: number): Support | undefined {
  for (const { target, kind } of interventionsOf(action)) {
    if (kind === 'hard') continue;
    const { low, high } = rangeOf(fitted.column(target));
    const beyond = new Set(
      [...world.column(target).entries()].filter(([, x]) => x < low || x > high).map(([r]) => r),
    );
    if (beyond.size === 0 || beyond.size < least * world.rows) continue;
    const message = `The action moves ${quoteName(target)} beyond all rows that the model was fitted to (${told(low)} to ${told(high)}) for ${world.rows === 1 ? 'this row' : `${Math.round((100 * beyond.size) / world.rows)}% of individuals`}: the answer extrapolates.`;
    return { share: 0, inside: false, message };
  }
  return undefined;
}

function countOf(rows: ReadonlySet<number>, of: number): string {
  const first = [...rows].sort((a, b) => a - b).slice(0, 5);
  const more = rows.size > first.length ? ' …' : '';
  return `${rows.size} of ${of} rows (${first.map((r) => r + 1).join(', ')}${more}) have some`;
}

/**
 * What an answer says of how far its query leaves the rows that the model was fitted to, by what it sets or sees.
 *
 * @param world - the individuals as the action left them, and from which share of them on it matters
 */
export function warningsOf(
  fitted: Columns | undefined,
  {
    do: action,
    given = {},
    factual = {},
  }: Omit<Query, 'factual'> & { readonly factual?: Evidence | Columns | undefined },
  world?: { readonly rows: Columns; readonly least: number },
): Pick<Answer, 'support' | 'warnings'> {
  if (fitted === undefined) return { warnings: [] };
  const set = action && supportOf(fitted, action);
  const outside = [
    set,
    action && world && movedBeyond(fitted, action, world.rows, world.least),
    isColumns(factual) ? rowsOffSupport(fitted, factual) : offSupport(fitted, factual),
    offSupport(fitted, given),
  ].filter((support) => support?.inside === false) as Support[];
  const support = outside[0] ?? set;
  const warnings = outside.map(({ message }) => message);
  return support === undefined ? { warnings } : { support, warnings };
}

function isColumns(seen: Evidence | Columns): seen is Columns {
  return typeof seen.column === 'function';
}
