import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfeError, messageOf, type Runner } from '@cfe/base';
import type { Cell, Experiment, Extent, Fake, Judgement, Measured } from '../experiment.ts';
import { writeAtomically } from './write-atomically.ts';

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
  readonly cells: number;
  /** sum over its cells, whatever ran beside them */
  readonly seconds: number;
}

export interface SuiteOptions extends Extent {
  /** where cells and results are kept; cells that are there already are not run again */
  readonly folder: string;
  readonly runner: Runner;
  readonly fake?: Fake | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onCell?: ((done: number, total: number, id: string) => void) | undefined;
}

interface StoredCell extends Measured {
  readonly cell: Cell;
  readonly seconds: number;
}

/**
 * Runs experiments one after the other, their cells over the runner. Each cell is written as it ends, so a run that was
 * killed goes on where it was; an experiment that throws is recorded as failed and the others go on.
 */
export async function runSuite(
  experiments: readonly Experiment[],
  options: SuiteOptions,
): Promise<readonly ExperimentResult[]> {
  const total = experiments.reduce((sum, experiment) => sum + experiment.cells(options).length, 0);
  let done = 0;
  const results: ExperimentResult[] = [];
  for (const experiment of experiments) {
    const { id, title, claim, rule } = experiment;
    const about = { id, title, claim, rule };
    const cells = experiment.cells(options);
    const missing = experiment.missing?.();
    if (missing !== undefined) {
      results.push({ ...about, status: 'skipped', message: missing, cells: 0, seconds: 0 });
      done += cells.length;
      continue;
    }
    const before = done;
    try {
      const measured = await runCells(experiment, cells, options, (count) =>
        options.onCell?.(before + count, total, id),
      );
      const seconds = measured.reduce((sum, cell) => sum + cell.seconds, 0);
      results.push({
        ...about,
        status: 'done',
        judgement: experiment.judge(measured),
        cells: cells.length,
        seconds,
      });
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      results.push({
        ...about,
        status: 'failed',
        message: messageOf(error),
        cells: cells.length,
        seconds: 0,
      });
    }
    done = before + cells.length;
  }
  return results;
}

async function runCells(
  experiment: Experiment,
  cells: readonly Cell[],
  { folder, runner, fake, signal }: SuiteOptions,
  onDone: (count: number) => void,
): Promise<readonly StoredCell[]> {
  const pathOf = (index: number): string =>
    join(folder, 'cells', experiment.id, `${String(index).padStart(4, '0')}.json`);
  const kept = cells.map((cell, index) => readCell(pathOf(index), cell));
  const open = cells.flatMap((cell, index) => (kept[index] === undefined ? [{ cell, index }] : []));
  let count = cells.length - open.length;
  onDone(count);
  const found = new Map<number, StoredCell>();
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const { cell, index } = next;
      const begun = performance.now();
      const [measured] = await runner.map(experiment.measure, [{ cell, fake }], { signal });
      const stored: StoredCell = {
        cell,
        ...(measured as Measured),
        seconds: (performance.now() - begun) / 1000,
      };
      writeAtomically(pathOf(index), `${JSON.stringify(stored)}\n`);
      found.set(index, stored);
      onDone(++count);
    }
  };
  await Promise.all(Array.from({ length: runner.workers }, work));
  return cells.map((_, index) => kept[index] ?? (found.get(index) as StoredCell));
}

/** A cell of an earlier run of the same settings; anything else at its place is an error, not overwritten. */
function readCell(path: string, cell: Cell): StoredCell | undefined {
  if (!existsSync(path)) return undefined;
  const stored = JSON.parse(readFileSync(path, 'utf8')) as StoredCell;
  if (JSON.stringify(stored.cell) === JSON.stringify(cell)) return stored;
  throw new CfeError(
    'eval/other-run',
    `${path} is of a run with other seeds or settings. Resume with the same options, or choose another folder.`,
    { path },
  );
}
