import { InputError } from '@cfe/base';

/** Throws an {@link InputError} that starts with where it was found. */
export function refuse(
  code: string,
  source: string,
  what: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): never {
  throw new InputError(
    `data/${code}`,
    `${source}: ${what}`,
    { source, ...details },
    cause === undefined ? undefined : { cause },
  );
}
