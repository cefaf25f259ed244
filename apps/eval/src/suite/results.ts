import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Extent, Fake, Summary } from '../experiment.ts';
import type { ExperimentResult } from './run-suite.ts';
import { writeAtomically } from './write-atomically.ts';

/** The document that a run leaves behind. */
export interface Results {
  readonly schema: 1;
  readonly experiments: readonly (Omit<ExperimentResult, 'judgement'> & {
    readonly verdict: string;
    readonly reason: string;
    readonly metrics: readonly Summary[];
    readonly floors: readonly Summary[];
    readonly ceiling: readonly Summary[];
  })[];
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
): Results {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return {
    schema: 1,
    experiments: experiments.map(({ judgement, ...rest }) => ({
      ...rest,
      verdict: judgement?.verdict ?? rest.status,
      reason: judgement?.reason ?? rest.message ?? '',
      metrics: judgement?.metrics ?? [],
      floors: judgement?.floors ?? [],
      ceiling: judgement?.ceiling ?? [],
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
    commit: commit(),
  };
}

/** Writes results.json and one CSV table of all figures. */
export function writeResults(folder: string, results: Results): void {
  writeAtomically(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  const cell = (value: unknown): string =>
    typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value ?? '');
  const lines = results.experiments.flatMap(({ id, verdict, metrics, floors, ceiling }) =>
    Object.entries({ metric: metrics, floor: floors, ceiling }).flatMap(([role, summaries]) =>
      summaries.map(({ name, mean, interval, min, max, n }) =>
        [id, verdict, role, name, mean, interval?.[0], interval?.[1], min, max, n].map(cell).join(','),
      ),
    ),
  );
  const head = 'experiment,verdict,role,figure,mean,low,high,min,max,cells';
  writeAtomically(join(folder, 'figures.csv'), `${[head, ...lines].join('\n')}\n`);
}

function commit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}
