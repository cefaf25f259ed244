import { InputError } from '@cfe/base';
import { checkSchedule, type Schedule } from './schedule.ts';

/**
 * How often training intervenes, and on what. Plain data.
 *
 * What an intervention is depends on what there is to intervene on:
 *
 * - a table with regimes: rows of a regime whose targets are intervened on, in place of observational rows
 * - a simulator: rows that it makes under do(target = v), v drawn from the values that the target takes in the table
 * - neither: a mask that leaves out the target's own term for that row. It changes which rows a term is averaged over and
 *   nothing about what that average is of, so the probability does not move what is estimated
 *
 * In all three the own term of an intervened variable is left out. Never is a variable set and the factual outcome kept as
 * the answer: that would teach a network to ignore its inputs.
 */
export interface InterventionSchedule {
  /** that a row of a batch is intervened on, by step */
  readonly probability: Schedule;
  /** how many variables at once, by step, rounded at random so that the mean is kept; default 1. With regimes: at most */
  readonly count?: Schedule | undefined;
  /**
   * which ones: all alike (`'uniform'`, default), those whose children are foretold worst, in proportion to their recent
   * losses (`'uncertain'`), or those about whose children most is being learned, in proportion to how far their losses
   * fell of late (`'active'`)
   */
  readonly select?: 'uniform' | 'uncertain' | 'active' | undefined;
  /** only variables of at most this depth in the graph (roots are 0), by step; default no limit */
  readonly depth?: Schedule | undefined;
}

/** The full form of what a trainer was given. */
export function interventionSchedule(
  given: Schedule | InterventionSchedule | undefined,
): InterventionSchedule | undefined {
  if (given === undefined || given === 0) return undefined;
  const schedule = isFull(given) ? given : { probability: given };
  checkSchedule('interventionProbability', schedule.probability, 0, 1);
  if (schedule.count !== undefined)
    checkSchedule('interventionProbability.count', schedule.count, 1, Infinity);
  if (schedule.depth !== undefined)
    checkSchedule('interventionProbability.depth', schedule.depth, 0, Infinity);
  if (schedule.select !== undefined && !['uniform', 'uncertain', 'active'].includes(schedule.select)) {
    throw new InputError(
      'trainer/select',
      `createTrainer: 'select' is ${String(schedule.select)}; it must be 'uniform', 'uncertain' or 'active'.`,
    );
  }
  return schedule;
}

function isFull(given: Schedule | InterventionSchedule): given is InterventionSchedule {
  return typeof given === 'object' && 'probability' in given;
}
