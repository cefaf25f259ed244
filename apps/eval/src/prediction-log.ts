import type { Predictions } from './experiment.ts';

/** Collects raw predictions row by row. */
export interface PredictionLog {
  add(row: Readonly<Record<string, number | string>>): void;
  readonly columns: Predictions;
}

/** Columns appear with the first row; every row has the same. */
export function predictionLog(): PredictionLog {
  const columns: Record<string, (number | string)[]> = {};
  return {
    columns,
    add(row) {
      for (const name in row) {
        columns[name] ??= [];
        columns[name].push(row[name] as number | string);
      }
    },
  };
}
