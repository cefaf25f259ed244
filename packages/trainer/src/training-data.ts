import { type Columns, InputError, ShapeError, type Variable } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';

/** Numbers row by row, as a tensor's `data()` gives them. */
export interface TensorRows {
  /** `[rows * variables]`, row-major; NaN where missing, a category is its level's index */
  readonly values: ArrayLike<number>;
  readonly shape: readonly [rows: number, variables: number];
  /** what the columns are; default the network's variables in their order */
  readonly names?: readonly string[] | undefined;
}

/**
 * Rows that come in pieces, such as from a file too large for memory. They are read once per epoch, and once before to measure
 * scales; batches are made of each piece's rows in the order they come in, so shuffle them where they are made.
 */
export interface TableStream {
  /**
   * The rows of an epoch. The same epoch must give the same rows again, or a resumed run is another run.
   *
   * @param epoch - from 1; 0 is the pass that measures
   */
  epoch(epoch: number): Iterable<Table> | AsyncIterable<Table>;
}

/** What a network can be fitted to. */
export type TrainingData = Table | Columns | TensorRows | TableStream;

export function isStream(data: TrainingData): data is TableStream {
  return 'epoch' in data && typeof data.epoch === 'function';
}

/**
 * The same rows as a table.
 *
 * @throws {@link ShapeError} if the shape does not fit the values or the names
 * @throws {@link InputError} if it is none of the forms
 */
export function tableOf(data: Exclude<TrainingData, TableStream>, variables: readonly Variable[]): Table {
  if ('variables' in data) return data;
  if ('column' in data && typeof data.column === 'function') {
    return createTable(
      data.names.map((name) => ({ variable: variableOf(name, variables), values: data.column(name) })),
    );
  }
  if ('values' in data && 'shape' in data) return fromTensor(data, variables);
  throw new InputError(
    'trainer/data',
    'fit: the data must be a table, columns, { values, shape }, or { epoch } that gives tables.',
  );
}

function fromTensor({ values, shape, names }: TensorRows, variables: readonly Variable[]): Table {
  const [rows, d] = shape;
  const columns = names ?? variables.map(({ name }) => name);
  if (values.length !== rows * d || columns.length !== d) {
    throw new ShapeError(
      'trainer/data-shape',
      `fit: ${values.length} values of shape [${shape.join(', ')}] for the ${columns.length} columns ${columns.slice(0, 8).join(', ')}. Give rows × ${columns.length} values, or 'names'.`,
      { values: values.length, shape, columns: columns.length },
    );
  }
  return createTable(
    columns.map((name, j) => ({
      variable: variableOf(name, variables),
      values: Float64Array.from({ length: rows }, (_, r) => values[r * d + j] as number),
    })),
  );
}

function variableOf(name: string, variables: readonly Variable[]): Variable {
  return variables.find((one) => one.name === name) ?? { name, kind: 'continuous' };
}
