import { logGamma } from './log-gamma.ts';

export interface DiscreteData {
  /** level indices, `[rows]` per node */
  readonly columns: readonly Float64Array[];
  /** number of levels per node */
  readonly levels: readonly number[];
  /** per node, the rows in which it was left alone */
  readonly rowsOf: readonly Int32Array[];
}

/** Twice the negative log likelihood of a table of counts plus λ ln N for each free parameter. */
export function discreteBic(
  data: DiscreteData,
  penalty: number,
): (node: number, parents: readonly number[]) => number {
  const cost = penalty * Math.log(data.columns[0]!.length);
  return (node, parents) => {
    const r = data.levels[node]!;
    const configurations = parents.reduce((product, w) => product * data.levels[w]!, 1);
    let logLikelihood = 0;
    for (const counts of countsOf(data, node, parents).values()) {
      let total = 0;
      for (const count of counts) {
        total += count;
        if (count > 0) logLikelihood += count * Math.log(count);
      }
      logLikelihood -= total * Math.log(total);
    }
    return -2 * logLikelihood + cost * (r - 1) * configurations;
  };
}

/**
 * −2 ln of the Bayesian Dirichlet equivalent uniform marginal likelihood.
 *
 * @see Heckerman, Geiger and Chickering (1995), Machine Learning 20, 197–243
 */
export function bdeu(
  data: DiscreteData,
  equivalentSampleSize: number,
): (node: number, parents: readonly number[]) => number {
  return (node, parents) => {
    const r = data.levels[node]!;
    const configurations = parents.reduce((product, w) => product * data.levels[w]!, 1);
    const perRow = equivalentSampleSize / configurations;
    const perCell = perRow / r;
    const [gammaRow, gammaCell] = [logGamma(perRow), logGamma(perCell)];
    let logLikelihood = 0;
    for (const counts of countsOf(data, node, parents).values()) {
      let total = 0;
      for (const count of counts) {
        total += count;
        if (count > 0) logLikelihood += logGamma(perCell + count) - gammaCell;
      }
      logLikelihood += gammaRow - logGamma(perRow + total);
    }
    return -2 * logLikelihood;
  };
}

/** Counts of the node's levels for each configuration of the parents that occurs. */
function countsOf(data: DiscreteData, node: number, parents: readonly number[]): Map<number, Float64Array> {
  const own = data.columns[node]!;
  const r = data.levels[node]!;
  const counts = new Map<number, Float64Array>();
  for (const row of data.rowsOf[node]!) {
    let key = 0;
    for (const w of parents) key = key * data.levels[w]! + data.columns[w]![row]!;
    let cell = counts.get(key);
    if (cell === undefined) {
      cell = new Float64Array(r);
      counts.set(key, cell);
    }
    const level = own[row]!;
    cell[level] = cell[level]! + 1;
  }
  return counts;
}
