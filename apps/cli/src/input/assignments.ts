import { InputError, quoteName } from '@cfe/base';

/**
 * `x=1`, `origin=USA` or `"x->y"=1` as values by name.
 *
 * @throws {@link InputError} on anything else, and on two values for one name
 */
export function assignments(texts: readonly string[], where: string): Record<string, number | string> {
  const out: Record<string, number | string> = {};
  for (const text of texts) {
    const match = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^"=][^=]*?))\s*=\s*(.+?)\s*$/.exec(text);
    if (match === null) {
      throw new InputError('cli/assignment', `${where} ${text}: expected NAME=VALUE, such as x=1.`, { text });
    }
    const [, quoted, plain, value] = match as unknown as [string, string | undefined, string, string];
    const name = quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1');
    const parsed = value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : unquote(value);
    if (Object.hasOwn(out, name) && out[name] !== parsed) {
      throw new InputError(
        'cli/contradiction',
        `${where}: ${quoteName(name)} is set to ${out[name]} and to ${parsed}.`,
        {
          name,
        },
      );
    }
    out[name] = parsed;
  }
  return out;
}

function unquote(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1) : value;
}
