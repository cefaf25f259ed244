import type { Results, ResultsEntry } from './results.ts';

/** One figure of the research prototype beside ours. */
export interface PrototypeRow {
  readonly id: string;
  readonly figure: string;
  readonly printed: string;
  readonly measured: string;
  readonly ours: string;
  readonly name: string;
}

/** What the prototype printed, beside our figure that is nearest in meaning. */
export function prototypeRows({ experiments }: Results): readonly PrototypeRow[] {
  return experiments.flatMap((entry) =>
    (entry.prototype ?? []).map(({ figure, printed, measured, beside }) => ({
      id: entry.id,
      figure,
      printed: String(printed),
      measured,
      ours: beside === undefined ? '–' : meanOf(entry, beside),
      name: beside ?? 'none: it measured nothing that we would report',
    })),
  );
}

function meanOf({ metrics, floors, ceiling }: ResultsEntry, name: string): string {
  const mean = [...metrics, ...floors, ...ceiling].find((summary) => summary.name === name)?.mean;
  return mean === undefined || mean === null ? 'not run' : String(Number(mean.toPrecision(3)));
}
