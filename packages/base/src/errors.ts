/** Plain, serialisable facts about an error, for programs that react to it. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The root of every error that CFE throws on purpose.
 *
 * Programs read `code` (`'package/what'`, stable across versions and across two copies of a package)
 * and `details`; people read `message`, which says where, what was wrong with which values, and what to do.
 *
 * @example
 * import { CfeError } from '@cfe/base';
 * const error = new CfeError('data/empty', 'readCsv: cars.csv has a header and no rows. Add rows.', { file: 'cars.csv' });
 * error.code; // → 'data/empty'
 */
export class CfeError extends Error {
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(code: string, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }
}

/** What was handed in cannot be used: a bad value, option, file or combination. Nothing has been changed. */
export class InputError extends CfeError {}

/** Two things that must have the same size, length or order do not. */
export class ShapeError extends InputError {}

/** A name was used that the graph, table or model does not have; `details.nearest` holds the closest one that it has. */
export class UnknownNameError extends InputError {}

/**
 * The sentence a person should read for anything that was thrown.
 *
 * @example
 * import { messageOf } from '@cfe/base';
 * messageOf('disk full'); // → 'disk full'
 */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
