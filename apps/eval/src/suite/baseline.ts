import type { Experiment } from '../experiment.ts';
import { figureKind } from '../figure-kind.ts';
import { csv } from './csv.ts';
import { type Results, settingsText } from './results.ts';

/** What the last full run found on the data sets that a quick run repeats. */
export interface Baseline {
  /** mean seconds of a data set, by experiment */
  readonly costs: Readonly<Record<string, number>>;
  /** experiment → data set → figure → value */
  readonly figures: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, number>>>;
}

/** A figure that moved by more than its tolerance, as a mean over the data sets that both runs have. */
export interface Change {
  readonly id: string;
  readonly figure: string;
  readonly before: number;
  readonly now: number;
  readonly cells: number;
  readonly direction: 'worse' | 'better';
}

export interface Comparison {
  readonly compared: number;
  readonly changes: readonly Change[];
  /** experiments of this run that failed though the baseline has them */
  readonly failed: readonly string[];
  /** experiments of this run that the baseline has nothing of */
  readonly unknown: readonly string[];
}

const head = ['experiment', 'seed', 'settings', 'figure', 'value'];
const cost = 'seconds per data set';

/** The run's own figures on the data sets that `--quick` repeats, as CSV. */
export function baselineCsv(results: Results, experiments: readonly Experiment[]): string {
  const rows = results.experiments.flatMap(({ id, metrics, cells, seconds }) => {
    const quick = experiments.find((known) => known.id === id)?.cells({ size: 'quick', seeds: [0, 1] }) ?? [];
    const repeated = new Set(quick.map((cell) => JSON.stringify(cell)));
    const names = metrics
      .map(({ name }) => name)
      .filter((name) => figureKind(name).better !== 'neither' && !figureKind(name).timing);
    return [
      ...(cells.length === 0 ? [] : [[id, '', '', cost, Number((seconds / cells.length).toPrecision(2))]]),
      ...cells
        .filter(({ cell }) => repeated.has(JSON.stringify(cell)))
        .flatMap(({ cell, figures }) =>
          names.flatMap((name) => {
            const value = figures[name];
            return typeof value === 'number'
              ? [[id, String(cell.seed), settingsText(cell), name, Number(value.toPrecision(6))]]
              : [];
          }),
        ),
    ];
  });
  return csv(head, rows);
}

/** Reads what {@link baselineCsv} wrote. */
export function readBaseline(text: string): Baseline {
  const costs: Record<string, number> = {};
  const figures = new Map<string, Map<string, Map<string, number>>>();
  for (const line of text.split('\n').slice(1)) {
    const found = line.match(/^"([^"]*)","([^"]*)","([^"]*)","([^"]*)",(.+)$/);
    if (found === null) continue;
    const [, id = '', seed = '', settings = '', figure = '', value = ''] = found;
    if (figure === cost) costs[id] = Number(value);
    else {
      const cells = figures.get(id) ?? new Map<string, Map<string, number>>();
      const key = `${seed} ${settings}`;
      cells.set(key, (cells.get(key) ?? new Map<string, number>()).set(figure, Number(value)));
      figures.set(id, cells);
    }
  }
  return { costs, figures };
}

/**
 * Holds a run against the baseline, figure by figure, as means over the data sets that both have: the same rows with the
 * same seeds, so nothing but the code (and rounding) can move them. Tolerances are {@link figureKind}'s.
 */
export function compareWithBaseline(results: Results, baseline: Baseline): Comparison {
  const changes: Change[] = [];
  const failed: string[] = [];
  const unknown: string[] = [];
  let compared = 0;
  for (const { id, status, cells } of results.experiments) {
    const known = baseline.figures.get(id);
    if (status === 'failed' && (known !== undefined || id in baseline.costs)) failed.push(id);
    if (status !== 'done') continue;
    const pairs = new Map<string, (readonly [before: number, now: number])[]>();
    for (const { cell, figures } of cells) {
      for (const [figure, before] of known?.get(`${cell.seed} ${settingsText(cell)}`) ?? []) {
        // A figure that is no longer there is as bad as can be.
        const worst =
          figureKind(figure).better === 'lower' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
        pairs.set(figure, [...(pairs.get(figure) ?? []), [before, figures[figure] ?? worst]]);
      }
    }
    if (pairs.size === 0) unknown.push(id);
    for (const [figure, values] of pairs) {
      compared++;
      const mean = (of: 0 | 1): number => values.reduce((sum, pair) => sum + pair[of], 0) / values.length;
      const [before, now] = [mean(0), mean(1)];
      const { better, tolerance } = figureKind(figure);
      const gain = better === 'lower' ? before - now : now - before;
      if (Math.abs(gain) <= tolerance.absolute + tolerance.relative * Math.abs(before)) continue;
      changes.push({
        id,
        figure,
        before,
        now,
        cells: values.length,
        direction: gain < 0 ? 'worse' : 'better',
      });
    }
  }
  return { compared, changes, failed, unknown };
}

/** The comparison in lines for a terminal, the worst news first. */
export function comparisonLines({ compared, changes, failed, unknown }: Comparison): readonly string[] {
  const told = (value: number): string => String(Number(value.toPrecision(4)));
  const lines = (direction: Change['direction']): string[] =>
    changes
      .filter((change) => change.direction === direction)
      .map(
        ({ id, figure, before, now, cells }) =>
          `${direction}: ${id}, ${figure}: ${told(now)}, was ${told(before)} (mean over ${cells} data set${cells === 1 ? '' : 's'})`,
      );
  const worse = lines('worse');
  const better = lines('better');
  return [
    ...failed.map((id) => `failed: ${id}`),
    ...worse,
    ...better,
    ...(unknown.length === 0 ? [] : [`not in the last full run: ${unknown.join(', ')}`]),
    `${compared} figures held against the last full run: ${worse.length} worse than their tolerance, ${better.length} better.`,
  ];
}
