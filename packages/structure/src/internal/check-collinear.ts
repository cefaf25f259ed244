import { InputError, quoteName } from '@cfe/base';

/**
 * Refuses a column that the others determine exactly, naming those it is made of. Skipped where no more rows differ than there
 * are columns, since then every column is.
 *
 * @param matrix - row-major `[d · d]` covariance of the columns
 */
export function checkCollinear(
  matrix: Float64Array,
  names: readonly string[],
  columns: readonly Float64Array[],
): void {
  const d = names.length;
  if (!moreRowsThan(d, columns)) return;
  const factor: Float64Array[] = [];
  for (let i = 0; i < d; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j < i; j++) {
      const other = factor[j]!;
      let sum = matrix[i * d + j]!;
      for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!;
      row[j] = sum / other[j]!;
    }
    let left = matrix[i * d + i]!;
    for (let k = 0; k < i; k++) left -= row[k]! ** 2;
    if (left <= 1e-10 * matrix[i * d + i]!) {
      // coefficients of column i on those before it, by back substitution
      const weights = row.slice(0, i);
      for (let k = i - 1; k >= 0; k--) {
        for (let m = k + 1; m < i; m++) weights[k] = weights[k]! - factor[m]![k]! * weights[m]!;
        weights[k] = weights[k]! / factor[k]![k]!;
      }
      const causes = names.filter((_, k) => k < i && Math.abs(weights[k]!) > 1e-5);
      throw new InputError(
        'structure/collinear',
        `learnStructure: ${quoteName(names[i]!)} is determined exactly by ${causes.map(quoteName).join(', ')}, so their edges cannot be told apart. Leave one of these columns out.`,
        { variable: names[i]!, determinedBy: causes },
      );
    }
    row[i] = Math.sqrt(left);
    factor.push(row);
  }
}

/** Whether more than so many rows differ: by a single column if one has so many values, or else by all together. */
function moreRowsThan(count: number, columns: readonly Float64Array[]): boolean {
  if (columns.some((values) => new Set(values).size > count)) return true;
  const seen = new Set<string>();
  const rows = columns[0]?.length ?? 0;
  for (let r = 0; r < rows && seen.size <= count; r++) {
    seen.add(columns.map((values) => values[r]).join());
  }
  return seen.size > count;
}
