export {
  createUnitTrainer,
  type TrainableModel,
  type UnitAlignment,
  type UnitFitOptions,
  type UnitFitResult,
  type UnitHistoryPoint,
  type UnitRows,
  type UnitTrainer,
  type UnitTrainerOptions,
} from './unit-trainer.ts';
