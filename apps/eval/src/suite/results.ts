import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Curve, Extent, Fake, Role, Summary } from '../experiment.ts';
import { csv } from './csv.ts';
import type { ExperimentResult } from './run-suite.ts';
import type { StoredCell } from './stored-cell.ts';
import { writeAtomically } from './write-atomically.ts';

/** An experiment in the document. */
export interface ResultsEntry extends Omit<ExperimentResult, 'judgement'> {
  /** `supported`, `refuted` or `inconclusive`; `failed` or `skipped` where nothing was judged */
  readonly verdict: string;
  /** the sentence behind the verdict, or why there is none */
  readonly reason: string;
  readonly metrics: readonly Summary[];
  readonly floors: readonly Summary[];
  readonly ceiling: readonly Summary[];
  readonly peers: readonly Summary[];
  readonly curves: readonly Curve[];
}

/** The document that a run leaves behind; apps/eval/README.md describes it. */
export interface Results {
  readonly schema: 2;
  /** false while experiments are still to come */
  readonly complete: boolean;
  readonly experiments: readonly ResultsEntry[];
  readonly size: Extent['size'];
  readonly seeds: readonly number[];
  readonly fake?: Fake;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: { readonly processor: string; readonly cores: number; readonly memoryGiB: number };
  readonly commit: string | null;
}

/** Results with everything that a reader needs to run them again. */
export function resultsOf(
  experiments: readonly ExperimentResult[],
  { size, seeds, fake }: Extent & { readonly fake?: Fake | undefined },
  complete = true,
): Results {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return {
    schema: 2,
    complete,
    experiments: experiments.map(({ judgement, ...rest }) => ({
      ...rest,
      verdict: judgement?.verdict ?? rest.status,
      reason: judgement?.reason ?? rest.message ?? '',
      metrics: judgement?.metrics ?? [],
      floors: judgement?.floors ?? [],
      ceiling: judgement?.ceiling ?? [],
      peers: judgement?.peers ?? [],
      curves: judgement?.curves ?? [],
    })),
    size,
    seeds,
    ...(fake === undefined ? {} : { fake }),
    versions: { node: process.versions.node, cfe: manifest.version },
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    commit: currentCommit() ?? null,
  };
}

/** The commits that data sets were measured at, with how many, the most first. */
export function commitsOf({ experiments }: Results): readonly (readonly [commit: string, cells: number])[] {
  const counts = new Map<string, number>();
  for (const { commit } of experiments.flatMap(({ cells }) => cells))
    if (commit !== undefined) counts.set(commit, (counts.get(commit) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Every summary of an experiment with whose it is. */
export function summariesOf(entry: ResultsEntry): readonly (readonly [role: Role, summary: Summary])[] {
  const { metrics, floors, ceiling, peers } = entry;
  return Object.entries({ ours: metrics, peer: peers, ceiling, floor: floors }).flatMap(([role, summaries]) =>
    summaries.map((summary) => [role as Role, summary] as const),
  );
}

/** A data set in words: `graph=chain twin=linear`. */
export function settingsText({ settings }: StoredCell['cell']): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Writes results.json, and as CSV the figures, the curves and what each data set gave. */
export function writeResults(folder: string, results: Results): void {
  const write = (name: string, content: string): void => writeAtomically(join(folder, name), content);
  const { experiments } = results;
  write('results.json', `${JSON.stringify(results, null, 2)}\n`);
  const row = ({ name, mean, interval, min, max, n }: Summary): unknown[] => [
    name,
    mean,
    interval?.[0],
    interval?.[1],
    min,
    max,
    n,
  ];
  write(
    'figures.csv',
    csv(
      ['experiment', 'verdict', 'role', 'group', 'figure', 'mean', 'low', 'high', 'min', 'max', 'cells'],
      experiments.flatMap((entry) => [
        ...summariesOf(entry).map(([role, summary]) => [
          entry.id,
          entry.verdict,
          role,
          'all',
          ...row(summary),
        ]),
        ...(entry.breakdown?.groups ?? []).flatMap(({ value, figures }) =>
          figures.map((summary) => [
            entry.id,
            entry.verdict,
            'ours',
            `${entry.breakdown?.by}=${value}`,
            ...row(summary),
          ]),
        ),
      ]),
    ),
  );
  write(
    'curves.csv',
    csv(
      ['experiment', 'curve', 'role', 'line', 'x', 'y', 'low', 'high', 'cells'],
      experiments.flatMap(({ id, curves }) =>
        curves.flatMap(({ title, lines }) =>
          lines.flatMap(({ name, role, points }) =>
            points.map(({ x, y, low, high, n }) => [id, title, role, name, x, y, low, high, n]),
          ),
        ),
      ),
    ),
  );
  write(
    'cells.csv',
    csv(
      ['experiment', 'seed', 'settings', 'figure', 'value'],
      experiments.flatMap(({ id, cells }) =>
        cells.flatMap(({ cell, figures }) =>
          Object.entries(figures).map(([name, value]) => [id, cell.seed, settingsText(cell), name, value]),
        ),
      ),
    ),
  );
}

/** The commit of the code that runs, saying so if files were edited since. */
export function currentCommit(): string | undefined {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, {
        cwd: new URL('.', import.meta.url),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const changed = git(
      'status',
      '--porcelain',
      '--untracked-files=no',
      '--',
      ':/',
      ':!/docs',
      ':!/README.md',
    );
    return `${git('rev-parse', 'HEAD')}${changed === '' ? '' : ' with changes'}`;
  } catch {
    return undefined;
  }
}
