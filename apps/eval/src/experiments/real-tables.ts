import { createRng, messageOf, permutation } from '@cfe/base';
import { createTable, selectRows, type Table } from '@cfe/data';
import { type Dataset, datasetFiles, loadDataset } from '@cfe/data/node';
import { edgesOf, type Graph } from '@cfe/graph';
import type { Experiment, MeasuredCell, Summary } from '../experiment.ts';
import type { PredictionLog } from '../prediction-log.ts';
import { summariseAll } from '../summarise.ts';

/** A dataset that is on this machine: an evaluation fetches nothing. */
export const here = (name: string): Promise<Dataset> => loadDataset(name, { download: 'never' });

/** Names the datasets that are not on this machine and says how to get them. */
export function needs(...names: readonly string[]): NonNullable<Experiment['missing']> {
  return async () => {
    for (const name of names) {
      try {
        await datasetFiles(name, { download: 'never' });
      } catch (error) {
        if ((error as { readonly code?: string }).code !== 'data/not-here') throw error;
        return `${messageOf(error).split('. ')[0]}. Get it with \`cfe data fetch ${name}\`, or set CFE_DATA_DIR to a folder that has it`;
      }
    }
    return undefined;
  };
}

/** The rows alone, as if nobody knew under which conditions they were collected. */
export function rowsWhere(table: Table, keep: (row: number) => boolean): Table {
  const rows = Int32Array.from({ length: table.rows }, (_, r) => r).filter(keep);
  return createTable(
    table.names.map((name) => ({
      variable: table.variable(name),
      values: Float64Array.from(rows, (r) => table.column(name)[r] as number),
    })),
  );
}

/** Four fifths of the rows, drawn without replacement, with their regimes. */
export function subsample(table: Table, seed: number): Table {
  const drawn = permutation(createRng(seed).fork('subsample'), table.rows);
  return selectRows(
    table,
    drawn
      .subarray(0, Math.round(0.8 * table.rows))
      .slice()
      .sort(),
  );
}

export function logarithms(table: Table): Table {
  return createTable(
    table.names.map((name) => ({ variable: table.variable(name), values: table.column(name).map(Math.log) })),
    { regimes: table.regimes },
  );
}

/** Keeps the edges of a learned graph as raw predictions. */
export function logEdges(log: PredictionLog, how: string, graph: Graph): void {
  for (const { from, to, type } of edgesOf(graph)) log.add({ graph: how, from, to, type });
}

/** The whole table once, and one subsample per seed for the spread. */
export function wholeAndSubsamples(seeds: readonly number[]): MeasuredCell['cell'][] {
  return [
    { seed: 0, settings: { rows: 'all' } },
    ...seeds.map((seed) => ({ seed, settings: { rows: 'subsample' } })),
  ];
}

/**
 * Figures whose names begin with `floor` are floors. Those of the whole table come first, and after them what
 * subsamples of it give, since one table has no spread.
 */
export function split(
  cells: readonly MeasuredCell[],
  floor: string,
): { readonly metrics: Summary[]; readonly floors: Summary[]; readonly ceiling: Summary[] } {
  const names = Object.keys(cells[0]?.figures ?? {});
  const whole = cells.filter(({ cell }) => cell.settings.rows !== 'subsample');
  const parts = cells.filter(({ cell }) => cell.settings.rows === 'subsample');
  const ours = names.filter((name) => !name.startsWith(floor));
  return {
    metrics: [
      ...summariseAll(ours, whole),
      ...(parts.length === 0
        ? []
        : summariseAll(ours, parts).map((summary) => ({
            ...summary,
            name: `${summary.name}, four fifths of the rows`,
          }))),
    ],
    floors: summariseAll(
      names.filter((name) => name.startsWith(floor)),
      whole,
    ),
    ceiling: [],
  };
}
