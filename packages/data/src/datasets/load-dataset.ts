import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { InputError, type RunOptions, throwUnknownName } from '@cfe/base';
import type { Dataset, DatasetEntry, DatasetFile, DatasetInfo } from './dataset.ts';
import { downloadFile, sha256Of } from './download-file.ts';
import { networkDatasets } from './network-datasets.ts';
import { pairDatasets } from './pair-datasets.ts';
import { tableDatasets } from './table-datasets.ts';

const entries: ReadonlyMap<string, DatasetEntry> = new Map(
  [...tableDatasets(), ...networkDatasets(), ...pairDatasets()].map((entry) => [entry.info.name, entry]),
);

/**
 * Every dataset that {@link loadDataset} knows: real tables with what is known of their truth, discrete networks, and
 * the cause–effect pairs.
 *
 * @example
 * import { datasets } from '@cfe/data/node';
 * datasets.find(({ name }) => name === 'sachs')?.rows; // → 7466
 */
export const datasets: readonly DatasetInfo[] = Array.from(entries.values(), ({ info }) => info);

/** Where a dataset's files come from. */
export interface DatasetOptions extends Pick<RunOptions, 'signal' | 'onProgress'> {
  /** a folder that has them; default the environment variable `CFE_DATA_DIR` */
  readonly folder?: string | undefined;
  /** where downloads are kept; default `cfe/datasets` in `XDG_CACHE_HOME` or `~/.cache` */
  readonly cache?: string | undefined;
  /** `'if-missing'` (default) fetches what neither folder has; `'never'` stays off the network */
  readonly download?: 'if-missing' | 'never' | undefined;
}

/**
 * Loads a dataset: its table with regimes and units, or its network, with the graphs and numbers known to be true of it.
 *
 * Files are read from `folder`, else from `cache`, else fetched into `cache`; each is checked against its SHA-256, so that
 * the same name is the same bytes everywhere.
 *
 * @throws {@link UnknownNameError} if there is no such dataset
 * @throws {@link InputError} if a file is missing and must not or cannot be fetched, or has other bytes
 * @example
 * import { loadDataset } from '@cfe/data/node';
 * const { table, graphs, facts } = await loadDataset('kidney-stones');
 * table?.rows; // → 700
 * facts.averageEffect; // → 0.0537
 */
export async function loadDataset(name: string, options: DatasetOptions = {}): Promise<Dataset> {
  const entry = entryOf(name);
  const paths = await datasetFiles(name, options);
  const byName = new Map(entry.info.files.map(({ path }, k) => [path, paths[k] as string]));
  const loaded = await entry.load((path) => readFile(byName.get(path) as string, 'utf8'));
  return { info: entry.info, ...loaded };
}

/**
 * The paths of a dataset's files on this machine, each verified; what is missing is fetched.
 *
 * @throws {@link UnknownNameError} if there is no such dataset
 * @throws {@link InputError} if a file is missing and must not or cannot be fetched, or has other bytes
 * @example
 * import { datasetFiles } from '@cfe/data/node';
 * await datasetFiles('kidney-stones'); // → []
 */
export async function datasetFiles(name: string, options: DatasetOptions = {}): Promise<readonly string[]> {
  const { info } = entryOf(name);
  const paths: string[] = [];
  for (const file of info.files) paths.push(await locate(info, file, options));
  return paths;
}

async function locate(info: DatasetInfo, file: DatasetFile, options: DatasetOptions): Promise<string> {
  const { folder = process.env.CFE_DATA_DIR, cache = defaultCache(), download = 'if-missing' } = options;
  if (folder !== undefined && folder !== '') {
    const path = join(folder, file.path);
    if (await exists(path)) {
      await verify(path, file);
      return path;
    }
  }
  const path = join(cache, file.path);
  if (await exists(path)) {
    await verify(path, file);
    return path;
  }
  if (download === 'never') {
    throw new InputError(
      'data/not-here',
      `loadDataset: ${info.name} needs ${file.path}, which is neither in ${folder ?? 'CFE_DATA_DIR (not set)'} nor in ${cache}. Allow the download.`,
      { dataset: info.name, path: file.path },
    );
  }
  await downloadFile(file, path, options);
  return path;
}

async function verify(path: string, { sha256 }: DatasetFile): Promise<void> {
  const found = await sha256Of(path);
  if (found === sha256) return;
  throw new InputError(
    'data/checksum',
    `${path}: its SHA-256 is ${found}, not ${sha256}. It is not the registry's file: remove or replace it.`,
    { path, expected: sha256, found },
  );
}

function entryOf(name: string): DatasetEntry {
  return entries.get(name) ?? throwUnknownName('loadDataset', 'dataset', name, [...entries.keys()]);
}

function defaultCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cfe', 'datasets');
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
