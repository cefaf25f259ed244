export { createTrainer, type Trainable, type Trainer } from './create-trainer.ts';
export { fitNetwork } from './fit-network.ts';
export type { FitOptions, TrainerOptions } from './fit-options.ts';
export type { FitResult, HistoryPoint } from './fit-result.ts';
