export { type AdditiveSearchOptions, additiveSearch } from './additive-search.ts';
export { type CheckpointOptions, type CheckpointStore, memoryCheckpoints } from './checkpoint.ts';
export { createTrainer, type Trainable, type Trainer } from './create-trainer.ts';
export { fitNetwork } from './fit-network.ts';
export type { FitOptions, PairedRows, TrainerLoss, TrainerOptions } from './fit-options.ts';
export type { FitResult, HistoryPoint } from './fit-result.ts';
export type { InterventionSchedule } from './intervention-schedule.ts';
export { type Schedule, scheduleValue } from './schedule.ts';
