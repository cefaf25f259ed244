import { InputError, quoteName } from '@cfe/base';
import type { Table } from '@cfe/data';
import { chiSquareTail, normalTails } from './distributions.ts';
import { indicators } from './indicators.ts';
import { momentsOf, standardise } from './moments.ts';

/** What a test says about x ⟂ y | given. */
export interface Independence {
  readonly pValue: number;
  /** of two continuous variables, given the others */
  readonly partialCorrelation?: number;
}

/** A conditional independence test, of variables by their index. */
export interface IndependenceTest {
  readonly kind: 'fisher-z' | 'g-squared' | 'likelihood-ratio';
  readonly name: string;
  test(x: number, y: number, given: readonly number[]): Independence;
}

/**
 * The test that fits the kinds of the variables: Fisher's z for numbers, G² for categories, and for both together the
 * likelihood ratio of Gaussians in which a category is the group of its level indicators.
 */
export async function independenceTest(
  table: Table,
  nodes: readonly string[],
  breathe: () => Promise<void> | undefined,
): Promise<IndependenceTest> {
  const variables = nodes.map((name) => table.variable(name));
  const values = nodes.map((name) => table.column(name));
  const kinds = new Set(variables.map(({ kind }) => kind));
  if (!kinds.has('continuous')) {
    return gSquared(
      values,
      variables.map((variable) => (variable.kind === 'categorical' ? variable.levels.length : 0)),
    );
  }
  const columns: Float64Array[] = [];
  const blocks = variables.map((variable, v) => {
    const own = values[v]!;
    const parts = variable.kind === 'continuous' ? [own] : indicators(own, variable.levels.length);
    return parts.map((part) => columns.push(part) - 1);
  });
  for (const [v, name] of nodes.entries()) {
    if (blocks[v]!.length === 0 || blocks[v]!.some((c) => columns[c]!.every((x) => x === columns[c]![0]))) {
      throw new InputError(
        'structure/constant',
        `${quoteName(name)} does not vary in the ${values[0]!.length} rows that are used. Leave the column out.`,
        { variable: name },
      );
    }
  }
  const scaled = standardise(columns);
  const { products, rows: n } = await momentsOf(scaled, undefined, breathe);
  const d = columns.length;
  const matrix = products.map((product) => product / n);
  return kinds.has('categorical') ? likelihoodRatio(matrix, d, n, blocks) : fisherZ(matrix, d, n);
}

function fisherZ(matrix: Float64Array, d: number, n: number): IndependenceTest {
  return {
    kind: 'fisher-z',
    name: 'Fisher’s z',
    test(x, y, given) {
      const factor = choleskyOf(matrix, d, [...given, x, y]);
      const k = given.length;
      if (factor === undefined || n <= k + 3) return { pValue: 1, partialCorrelation: 0 };
      const last = factor[k + 1]!;
      const r = last[k]! / Math.hypot(last[k]!, last[k + 1]!);
      const clipped = Math.min(Math.abs(r), 1 - 1e-15);
      return { pValue: normalTails(Math.sqrt(n - k - 3) * Math.atanh(clipped)), partialCorrelation: r };
    },
  };
}

function likelihoodRatio(
  matrix: Float64Array,
  d: number,
  n: number,
  blocks: readonly (readonly number[])[],
): IndependenceTest {
  return {
    kind: 'likelihood-ratio',
    name: 'the Gaussian likelihood ratio on level indicators',
    test(x, y, given) {
      const base = given.flatMap((w) => blocks[w]!);
      const [own, other] = [blocks[x]!, blocks[y]!];
      const alone = choleskyOf(matrix, d, [...base, ...own]);
      const joint = choleskyOf(matrix, d, [...base, ...other, ...own]);
      if (alone === undefined || joint === undefined || n <= joint.length + 3) return { pValue: 1 };
      const logDeterminant = (factor: readonly Float64Array[]): number =>
        factor.slice(-own.length).reduce((sum, row) => sum + 2 * Math.log(row.at(-1)!), 0);
      // Bartlett's correction of the likelihood ratio
      const scale = n - base.length - (own.length + other.length + 3) / 2;
      const statistic = scale * (logDeterminant(alone) - logDeterminant(joint));
      const pValue = chiSquareTail(statistic, own.length * other.length);
      if (own.length > 1 || other.length > 1) return { pValue };
      const last = joint.at(-1)!;
      const at = base.length;
      return { pValue, partialCorrelation: last[at]! / Math.hypot(last[at]!, last[at + 1]!) };
    },
  };
}

/** Rows of the Cholesky factor of some rows and columns; `undefined` where one repeats the others. */
function choleskyOf(matrix: Float64Array, d: number, of: readonly number[]): Float64Array[] | undefined {
  const factor: Float64Array[] = [];
  for (const [i, a] of of.entries()) {
    const row = new Float64Array(i + 1);
    let left = matrix[a * d + a]!;
    for (let j = 0; j < i; j++) {
      const other = factor[j]!;
      let sum = matrix[a * d + of[j]!]!;
      for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!;
      const value = sum / other[j]!;
      row[j] = value;
      left -= value * value;
    }
    if (left <= 1e-10 * matrix[a * d + a]!) return undefined;
    row[i] = Math.sqrt(left);
    factor.push(row);
  }
  return factor;
}

/** G² with the degrees of freedom of the rows and columns that occur in each stratum. */
function gSquared(columns: readonly Float64Array[], levels: readonly number[]): IndependenceTest {
  const n = columns[0]!.length;
  return {
    kind: 'g-squared',
    name: 'G²',
    test(x, y, given) {
      const [a, b] = [columns[x]!, columns[y]!];
      const [rx, ry] = [levels[x]!, levels[y]!];
      const strata = new Map<number, Float64Array>();
      for (let row = 0; row < n; row++) {
        let key = 0;
        for (const w of given) key = key * levels[w]! + columns[w]![row]!;
        let counts = strata.get(key);
        if (counts === undefined) {
          counts = new Float64Array(rx * ry);
          strata.set(key, counts);
        }
        const cell = a[row]! * ry + b[row]!;
        counts[cell] = counts[cell]! + 1;
      }
      let statistic = 0;
      let df = 0;
      const inRow = new Float64Array(rx);
      const inColumn = new Float64Array(ry);
      for (const counts of strata.values()) {
        inRow.fill(0);
        inColumn.fill(0);
        let total = 0;
        for (let i = 0; i < rx; i++) {
          for (let j = 0; j < ry; j++) {
            const count = counts[i * ry + j]!;
            inRow[i] = inRow[i]! + count;
            inColumn[j] = inColumn[j]! + count;
            total += count;
          }
        }
        for (let i = 0; i < rx; i++) {
          for (let j = 0; j < ry; j++) {
            const count = counts[i * ry + j]!;
            if (count > 0) statistic += 2 * count * Math.log((count * total) / (inRow[i]! * inColumn[j]!));
          }
        }
        df += (occurring(inRow) - 1) * (occurring(inColumn) - 1);
      }
      return { pValue: df === 0 ? 1 : chiSquareTail(statistic, df) };
    },
  };
}

function occurring(counts: Float64Array): number {
  let number = 0;
  for (const count of counts) if (count > 0) number++;
  return number;
}
