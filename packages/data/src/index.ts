export { type CompleteRows, dropMissing } from './drop-missing.ts';
export type { ColumnReading } from './infer-column.ts';
export { type CsvOptions, type CsvReading, parseCsv, readCsv } from './parse-csv.ts';
export { type Regime, type Regimes, type RegimeTarget, targetMask } from './regimes.ts';
export { type Standardised, standardise } from './standardise.ts';
export { createTable, selectRows, type Table, type TableColumn } from './table.ts';
