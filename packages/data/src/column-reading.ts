import type { Table } from './table.ts';

/** What a reader takes a column for. */
export type ColumnType = 'continuous' | 'categorical' | 'ignore';

/** What a column of a file was taken for, and why. */
export interface ColumnReading {
  readonly name: string;
  readonly kind: 'continuous' | 'categorical' | 'ignored';
  /** the sentence a person should read */
  readonly reason: string;
  /** cells without a value */
  readonly missing: number;
}

/** A table that was read, and what each of the file's columns was taken for. */
export interface ReadTable extends Table {
  /** every column of the file, also those left out, in its order */
  readonly columns: readonly ColumnReading[];
  /** the table by itself */
  readonly table: Table;
}

/** How to read a file whose columns have types. */
export interface TypedOptions {
  /** what a column is, where the guess is wrong */
  readonly types?: Readonly<Record<string, ColumnType>> | undefined;
  /** units of measurement, for labels */
  readonly units?: Readonly<Record<string, string>> | undefined;
  /** how the source is called in messages, default `'the bytes'` or the file's path */
  readonly source?: string | undefined;
}
