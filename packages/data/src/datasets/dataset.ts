import type { Dag } from '@cfe/graph';
import type { DiscreteModel } from '@cfe/scm';
import type { Table } from '../table.ts';

/** A file of a dataset, known by its checksum. */
export interface DatasetFile {
  /** below the data folder, with forward slashes */
  readonly path: string;
  /** of the file itself, 64 hexadecimal digits */
  readonly sha256: string;
  readonly bytes: number;
  /** where it can be fetched: always the same bytes */
  readonly url: string;
  /** how it is stored there; default as it is */
  readonly compression?: 'gzip';
}

/** What is known of a dataset before it is loaded. */
export interface DatasetInfo {
  readonly name: string;
  readonly title: string;
  /** what was measured, in a sentence or two */
  readonly description: string;
  readonly licence: string;
  /** whom to cite */
  readonly source: string;
  /** a table, or a network whose tables are the truth */
  readonly kind: 'table' | 'network';
  readonly rows?: number;
  /** of continuous columns, where known */
  readonly units: Readonly<Record<string, string>>;
  /** what is known of the truth, in words */
  readonly truth: string;
  readonly files: readonly DatasetFile[];
}

/** A dataset with everything that is known to be true of it. */
export interface Dataset {
  readonly info: DatasetInfo;
  /** with its regimes; absent for a network, of which `model.sample` gives rows */
  readonly table?: Table;
  /** true, or consensus, graphs by name; where papers differ, one for each */
  readonly graphs: Readonly<Record<string, Dag>>;
  /** of a network: exact answers to every query */
  readonly model?: DiscreteModel;
  /** variables by tier: an edge from a later tier to an earlier one is wrong */
  readonly tiers?: readonly (readonly string[])[];
  /** the true effect of the treatment on each row, where the outcomes were simulated */
  readonly effects?: Float64Array;
  /** known numbers, such as an effect measured by experiment */
  readonly facts: Readonly<Record<string, number>>;
}

/** Reads a file of the dataset, by its path. */
export type FileReader = (path: string) => Promise<string>;

/** A dataset and how it is made from its files. */
export interface DatasetEntry {
  readonly info: DatasetInfo;
  load(read: FileReader): Promise<Omit<Dataset, 'info'>>;
}
