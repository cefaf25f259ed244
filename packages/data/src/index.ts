export { audit, type Finding } from './audit.ts';
export { type Batches, type BatchOptions, batches } from './batches.ts';
export type { ColumnReading, ColumnType, ReadTable, TypedOptions } from './column-reading.ts';
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
export { type CsvOptions, parseCsv, parseCsvStream } from './parse-csv.ts';
export { type Regime, type Regimes, type RegimeTarget, targetMask } from './regimes.ts';
export { type RegimeRows, type RegimeTargets, regimesFrom, stackRegimes } from './regimes-from.ts';
export { resampleRows } from './resample-rows.ts';
export {
  type ClassicGraph,
  type ClassicOptions,
  classicGraph,
  classicTwins,
  simulateClassic,
} from './simulation/classic-graphs.ts';
export {
  drawSimulator,
  type MechanismFamily,
  type NetworkShape,
  type SimulatorOptions,
} from './simulation/draw-simulator.ts';
export type { MechanismSpec } from './simulation/mechanism-spec.ts';
export type { NamedMechanism } from './simulation/named-mechanisms.ts';
export type { NoiseFamily } from './simulation/noise-family.ts';
export {
  type NamedSimulator,
  namedSimulator,
  namedSimulators,
  simulateDcdi,
  simulateSdcd,
} from './simulation/paper-simulators.ts';
export type { Activation, ParentFunctionSpec } from './simulation/parent-function.ts';
export { type GraphFamily, type RandomDagOptions, randomDag } from './simulation/random-dag.ts';
export {
  type InterventionPlan,
  type SimulatedRegime,
  type SimulateOptions,
  type Simulation,
  simulate,
} from './simulation/simulate.ts';
export { simulatorFromJson } from './simulation/simulator-json.ts';
export { type SimulatorSpec, type SimulatorVariable, simulatorModel } from './simulation/simulator-model.ts';
export { r2Sortability, type Sortability, sortability, varsortability } from './simulation/sortability.ts';
export { splitTable } from './split-table.ts';
export { type Standardised, standardise } from './standardise.ts';
export { type CsvStatistics, type CsvStatisticsOptions, summariseCsvStream } from './summarise-csv.ts';
export {
  createTable,
  missingMask,
  selectColumns,
  selectRows,
  sliceRows,
  type Table,
  type TableColumn,
} from './table.ts';
export { toCsv, toCsvPieces } from './to-csv.ts';
