import type { FitResult } from './fit-result.ts';

/** What ran, how long, and in how much memory: plain data. */
export interface TrainingReport {
  readonly status: FitResult['status'];
  readonly executor: string;
  readonly rows: number;
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly phases: FitResult['phases'];
  /** bytes, by what holds them */
  readonly memory: FitResult['memory'];
  /** how extra losses were scaled at the end: value and factor by name */
  readonly losses: NonNullable<FitResult['history'][number]['losses']>;
  readonly warnings: readonly string[];
  /** the same as a sentence or two */
  readonly text: string;
}

export function reportOf(result: FitResult): TrainingReport {
  const { status, executor, rows, steps, seconds, phases, memory, history, warnings, message } = result;
  const bytes = memory.parameters + memory.optimizer + memory.rows;
  const stepsPerSecond = steps / Math.max(1e-9, phases.searching);
  const took = Object.entries(phases).map(([phase, each]) => `${phase} ${each.toFixed(2)} s`);
  return {
    status,
    executor,
    rows,
    steps,
    epochs: history.filter(({ phase }) => phase === 'training').length,
    seconds,
    stepsPerSecond,
    phases,
    memory,
    losses: history.at(-1)?.losses ?? {},
    warnings,
    text: `${message} Executor ${executor}; ${took.join(', ')}; ${Math.round(stepsPerSecond)} steps a second; ${(bytes / 2 ** 20).toFixed(1)} MiB held.`,
  };
}
