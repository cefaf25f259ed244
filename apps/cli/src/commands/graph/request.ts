import { InputError } from '@cfe/base';

/**
 * A field of a request that holds names: a list, or one name.
 *
 * @throws {@link InputError} naming the field
 */
export function namesIn(line: Readonly<Record<string, unknown>>, field: string): readonly string[] {
  const value = line[field];
  const names = typeof value === 'string' ? [value] : value;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new InputError(
    'cli/request',
    `"${field}" must be a list of names, got ${JSON.stringify(value) ?? 'nothing'}.`,
  );
}

/**
 * The sets of variables that experiments intervened on: a list of lists, or the lists by regime.
 *
 * @throws {@link InputError} if it is neither
 */
export function targetSetsIn(value: unknown): readonly (readonly string[])[] {
  const sets = typeof value === 'object' && value !== null ? Object.values(value) : undefined;
  if (sets?.every((set) => Array.isArray(set) && set.every((name) => typeof name === 'string'))) return sets;
  throw new InputError(
    'cli/targets',
    'targets must be lists of names, such as [["x"], ["y"]] or {"0": [], "1": ["x"]}.',
  );
}
