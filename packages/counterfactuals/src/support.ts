import type { Columns } from '@cfe/base';
import { quoteName } from '@cfe/base';
import { type Do, interventionsOf, type Query } from '@cfe/scm';
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

/** What an answer says of how far its query leaves the rows that the model was fitted to. */
export function warningsOf(rows: Columns | undefined, query: Query): Pick<Answer, 'support' | 'warnings'> {
  const support = rows && query.do && supportOf(rows, query.do);
  if (support === undefined) return { warnings: [] };
  return { support, warnings: support.inside ? [] : [support.message] };
}
