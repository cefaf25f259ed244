export { audit, type Finding } from './audit.ts';
export { type Batches, type BatchOptions, batches } from './batches.ts';
export type { ColumnReading, ColumnType } from './column-reading.ts';
export { type Contingency, contingency, mergeContingency } from './contingency.ts';
export { type ColumnSummary, describeTable } from './describe-table.ts';
export { type CompleteRows, dropMissing } from './drop-missing.ts';
export { type ImputedTable, type ImputeMethod, impute } from './impute.ts';
export {
  type Covariances,
  covariances,
  type MissingPolicy,
  type Moments,
  mergeMoments,
  moments,
} from './moments.ts';
export { type CsvOptions, type CsvTable, parseCsv, parseCsvStream } from './parse-csv.ts';
export { type GraphFamily, type RandomDagOptions, randomDag } from './random-dag.ts';
export { type Regime, type Regimes, type RegimeTarget, targetMask } from './regimes.ts';
export { type RegimeRows, type RegimeTargets, regimesFrom, stackRegimes } from './regimes-from.ts';
export { splitTable } from './split-table.ts';
export { type Standardised, standardise } from './standardise.ts';
export { createTable, selectColumns, selectRows, sliceRows, type Table, type TableColumn } from './table.ts';
export { toCsv, toCsvPieces } from './to-csv.ts';
