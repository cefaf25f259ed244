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
