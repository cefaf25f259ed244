import { CfeError, messageOf, type Runner } from '@cfe/base';
import type { Cell, Experiment, Extent, Fake, Judgement, PrototypeFigure, Summary } from '../experiment.ts';
import { summariseAll } from '../summarise.ts';
import { cellPath, copyCell, readCell, type StoredCell, writeCell } from './stored-cell.ts';

/** The same figures for each value of a setting. */
export interface Breakdown {
  readonly by: string;
  readonly groups: readonly {
    readonly value: string;
    readonly cells: number;
    readonly figures: readonly Summary[];
  }[];
}

/** One experiment as it went. */
export interface ExperimentResult {
  readonly id: string;
  readonly title: string;
  readonly claim: string;
  readonly rule: string;
  readonly status: 'done' | 'failed' | 'skipped';
  /** why it failed or was skipped */
  readonly message?: string;
  readonly judgement?: Judgement;
  readonly breakdown?: Breakdown;
  readonly prototype?: readonly PrototypeFigure[];
  readonly cells: readonly StoredCell[];
  /** sum over its cells, whatever ran beside them */
  readonly seconds: number;
}

export interface SuiteOptions extends Extent {
  /** where cells and results are kept; cells that are there already are not run again */
  readonly folder: string;
  readonly runner: Runner;
  readonly fake?: Fake | undefined;
  /** of the code that runs, kept with every data set */
  readonly commit?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** a cell ended, or was there already */
  readonly onCell?: ((id: string, how: 'measured' | 'kept') => void) | undefined;
  /** an experiment ended: all of them so far */
  readonly onExperiment?: ((results: readonly ExperimentResult[]) => void) | undefined;
}

/**
 * Runs experiments one after the other, their cells over the runner. Each cell is written as it ends, so a run that was
 * killed goes on where it was; an experiment that throws is recorded as failed and the others go on. Only an abort and
 * a disk that cannot be written end the run.
 */
export async function runSuite(
  experiments: readonly Experiment[],
  options: SuiteOptions,
): Promise<readonly ExperimentResult[]> {
  const results: ExperimentResult[] = [];
  const measured = new Map<string, string>();
  for (const experiment of experiments) {
    results.push(await runExperiment(experiment, options, measured));
    options.onExperiment?.(results);
  }
  return results;
}

/** @param measured - where each data set was kept, by what measured it: several experiments look at the same ones */
async function runExperiment(
  experiment: Experiment,
  options: SuiteOptions,
  measured: Map<string, string>,
): Promise<ExperimentResult> {
  const { id, title, claim, rule, prototype } = experiment;
  const about = { id, title, claim, rule, ...(prototype === undefined ? {} : { prototype }) };
  try {
    options.signal?.throwIfAborted();
    const missing =
      options.fake !== undefined && experiment.takesFakes !== true
        ? 'it knows no planted cheats'
        : await experiment.missing?.(options);
    if (missing !== undefined)
      return { ...about, status: 'skipped', message: missing, cells: [], seconds: 0 };
    const cells = await runCells(experiment, options, measured);
    return {
      ...about,
      status: 'done',
      judgement: experiment.judge(cells),
      ...(experiment.breakdown === undefined ? {} : { breakdown: brokenDown(cells, experiment.breakdown) }),
      cells,
      seconds: cells.reduce((sum, cell) => sum + cell.seconds, 0),
    };
  } catch (error) {
    if (options.signal?.aborted === true) throw options.signal.reason;
    if (error instanceof CfeError && error.code === 'eval/write') throw error;
    return { ...about, status: 'failed', message: messageOf(error), cells: [], seconds: 0 };
  }
}

async function runCells(
  { id, cells: cellsOf, measure }: Experiment,
  options: SuiteOptions,
  measured: Map<string, string>,
): Promise<readonly StoredCell[]> {
  const { folder, runner, fake, signal, onCell } = options;
  const cells = cellsOf(options);
  const keyOf = (cell: Cell): string => JSON.stringify([measure.module, measure.name, cell]);
  const results = cells.map((cell, index) => {
    const path = cellPath(folder, id, index);
    const same = measured.get(keyOf(cell));
    if (same !== undefined) copyCell(same, path);
    return readCell(path, cell, fake);
  });
  const open = [...cells.entries()].filter(([index]) => {
    if (results[index] !== undefined) onCell?.(id, 'kept');
    return results[index] === undefined;
  });
  let failed = false;
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined && !failed; next = open.shift()) {
      const [index, cell] = next;
      const begun = performance.now();
      try {
        const [found] = await runner.map(measure, [{ cell, fake }], { signal });
        if (found === undefined) throw new Error('the runner returned nothing');
        const odd = Object.entries(found.figures).find(
          ([, value]) => value !== null && !Number.isFinite(value),
        );
        if (odd !== undefined) throw new Error(`${odd[0]} is ${odd[1]}: it diverged`);
        const seconds = (performance.now() - begun) / 1000;
        const stored: StoredCell = {
          cell,
          ...(fake === undefined ? {} : { fake }),
          figures: found.figures,
          seconds,
          ...(options.commit === undefined ? {} : { commit: options.commit }),
        };
        writeCell(cellPath(folder, id, index), stored, found);
        results[index] = stored;
        onCell?.(id, 'measured');
      } catch (error) {
        failed = true;
        throw withCell(error, cell);
      }
    }
  };
  // All settle before the first failure is told, so that nothing of this experiment runs on beside the next.
  const ended = await Promise.allSettled(Array.from({ length: runner.workers }, work));
  for (const outcome of ended) if (outcome.status === 'rejected') throw outcome.reason;
  for (const [index, cell] of cells.entries()) measured.set(keyOf(cell), cellPath(folder, id, index));
  return results as readonly StoredCell[];
}

/** The same error, saying which data set it came from. */
function withCell(error: unknown, { seed, settings }: Cell): unknown {
  if (error instanceof CfeError && error.code === 'eval/write') return error;
  const where = [`seed ${seed}`, ...Object.entries(settings).map(([name, value]) => `${name} ${value}`)];
  return new Error(`${where.join(', ')}: ${messageOf(error)}`, { cause: error });
}

function brokenDown(
  cells: readonly StoredCell[],
  { by, figures }: NonNullable<Experiment['breakdown']>,
): Breakdown {
  const values = [...new Set(cells.map(({ cell }) => cell.settings[by]))].filter(
    (value) => value !== undefined,
  );
  return {
    by,
    groups: values.map((value) => {
      const own = cells.filter(({ cell }) => cell.settings[by] === value);
      return { value: String(value), cells: own.length, figures: summariseAll(figures, own) };
    }),
  };
}
