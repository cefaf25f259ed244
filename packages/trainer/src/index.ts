export { type AdditiveSearchOptions, additiveSearch } from './additive-search.ts';
export { type CheckpointOptions, type CheckpointStore, memoryCheckpoints } from './checkpoint.ts';
export { createTrainer, type Trainable, type Trainer } from './create-trainer.ts';
export { fitNetwork } from './fit-network.ts';
export type {
  DeviceSteps,
  FitOptions,
  PairedRows,
  TrainerLoss,
  TrainerOptions,
  TrainingExecutorFactory,
} from './fit-options.ts';
export type { FitResult, HistoryPoint } from './fit-result.ts';
export type { InterventionSchedule } from './intervention-schedule.ts';
export { type JointSearchOptions, jointSearch } from './joint-search.ts';
export { type Schedule, scheduleValue } from './schedule.ts';
export { type ResultStore, type SweepInput, type SweepOptions, type SweepOutcome, sweep } from './sweep.ts';
export type { TableStream, TensorRows, TrainingData } from './training-data.ts';
export type { TrainingReport } from './training-report.ts';
