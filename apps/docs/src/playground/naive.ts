import type { Table } from '@cfe/data';

/**
 * What a least-squares regression of the outcome says when some of its inputs are changed in one row: the row's outcome
 * plus coefficients times changes, as if whatever goes together followed.
 *
 * @param inputs - variables that the regression is on; a category enters by a dummy per level but the first
 * @param change - by variable, the value before and after (a level's index)
 */
export function naiveAnswer(
  table: Table,
  outcome: string,
  inputs: readonly string[],
  change: Readonly<Record<string, readonly [before: number, after: number]>>,
  factual: number,
): number {
  const features = inputs.flatMap((name) => {
    const variable = table.variable(name);
    if (variable.kind === 'continuous') return [{ name, of: (value: number) => value }];
    return variable.levels
      .slice(1)
      .map((_, l) => ({ name, of: (value: number) => (value === l + 1 ? 1 : 0) }));
  });
  const columns = features.map(({ name, of }) => centred(table.column(name).map(of)));
  const coefficients = leastSquares(columns, centred(table.column(outcome)));
  return features.reduce((sum, { name, of }, k) => {
    const pair = change[name];
    return pair === undefined ? sum : sum + coefficients[k]! * (of(pair[1]) - of(pair[0]));
  }, factual);
}

/** By modified Gram–Schmidt; a column that others determine gets 0. */
function leastSquares(columns: readonly Float64Array[], target: Float64Array): number[] {
  const basis: Float64Array[] = [];
  const upper: number[][] = [];
  for (const column of columns) {
    const rest = Float64Array.from(column);
    const full = dot(rest, rest);
    const shares = basis.map((direction) => {
      const share = dot(direction, rest);
      subtract(rest, direction, share);
      return share;
    });
    const norm = Math.sqrt(dot(rest, rest));
    const isNew = norm > 1e-9 * Math.sqrt(full);
    basis.push(rest.map((value) => (isNew ? value / norm : 0)));
    upper.push([...shares, isNew ? norm : 0]);
  }
  const answer = basis.map((direction) => dot(direction, target));
  for (let k = answer.length - 1; k >= 0; k--) {
    const pivot = upper[k]![k]!;
    answer[k] = pivot === 0 ? 0 : answer[k]! / pivot;
    for (let i = 0; i < k; i++) answer[i] = answer[i]! - upper[k]![i]! * answer[k]!;
  }
  return answer;
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function subtract(from: Float64Array, direction: Float64Array, share: number): void {
  for (let i = 0; i < from.length; i++) from[i] = from[i]! - share * direction[i]!;
}
