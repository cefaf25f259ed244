import type { FittedEnsemble } from '../model/fit-ensemble.ts';
import type { Answers } from './answers.ts';
import type { Cars } from './cars.ts';
import type { TwinCheck } from './twin-check.ts';

/** Everything that the main job found. */
export interface Findings {
  readonly cars: Cars;
  readonly fitted: FittedEnsemble;
  readonly answers: Answers;
  /** with as many rows as there are cars, and with more */
  readonly twins: readonly [TwinCheck, ...TwinCheck[]];
  readonly replicates: number;
  readonly seed: number;
  readonly level: number;
  readonly seconds: number;
}
