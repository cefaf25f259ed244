import type { Simulation } from '@cfe/data';
import { descendantsOf } from '@cfe/graph';
import type { Predictions } from '../experiment.ts';
import { predictionLog } from '../prediction-log.ts';
import type { Oracle } from './contenders.ts';

/** How well an oracle foretells what actions change, on unseen rows. */
export interface CounterfactualScore {
  /** smallest skill 1 − Σ(ŷ′ − y′)² / Σ(y − y′)², the sums over a target's true descendants, over targets and do-values */
  readonly minSkill: number;
  /** root mean squared error over all of them */
  readonly rmse: number;
  /** what was asked and said, one entry per target, value, descendant and row */
  readonly predictions: Predictions;
}

/** Standard deviations from the mean to which each target is set. */
const steps = [-2, -1, 1, 2];

/** Sets every variable that has descendants to several values, in every unseen row, and compares with the truth. */
export function scoreCounterfactuals(unseen: Simulation, oracle: Oracle): CounterfactualScore {
  const { complete: rows, graph } = unseen;
  let minSkill = 1;
  let squares = 0;
  let count = 0;
  const log = predictionLog();
  for (const target of graph.nodes) {
    const below = descendantsOf(graph, target).filter((name) => name !== target);
    if (below.length === 0) continue;
    const column = rows.column(target);
    const mean = column.reduce((a, b) => a + b, 0) / rows.rows;
    const sd = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / rows.rows);
    for (const step of steps) {
      const value = mean + step * sd;
      const truth = unseen.counterfactual({ [target]: value });
      const told = oracle(rows, { [target]: value });
      let [error, change] = [0, 0];
      for (const name of below) {
        const [y, real, said] = [rows.column(name), truth.column(name), told.column(name)];
        for (let r = 0; r < rows.rows; r++) {
          error += ((said[r] as number) - (real[r] as number)) ** 2;
          change += ((y[r] as number) - (real[r] as number)) ** 2;
          log.add({
            target,
            value,
            variable: name,
            row: r,
            factual: y[r] as number,
            truth: real[r] as number,
            predicted: said[r] as number,
          });
        }
      }
      minSkill = Math.min(minSkill, 1 - error / change);
      squares += error;
      count += below.length * rows.rows;
    }
  }
  return { minSkill, rmse: Math.sqrt(squares / count), predictions: log.columns };
}
