export { type Columns, columnsFrom, type Variable } from './columns.ts';
export {
  CfeError,
  type ErrorDetails,
  InputError,
  messageOf,
  ShapeError,
  UnknownNameError,
} from './errors.ts';
export { nearestName, quoteName, throwUnknownName } from './names.ts';
export { permutation, standardNormal, standardUniform } from './random.ts';
export { createRng, type Rng, type RngState, restoreRng, rngFrom, type Seed } from './rng.ts';
export { breather, type Progress, type RunOptions } from './run-options.ts';
export { defineJob, inProcessRunner, type Job, type JobContext, type Runner } from './runner.ts';
