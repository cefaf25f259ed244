import { readFile } from 'node:fs/promises';
import { InputError } from '@cfe/base';

/**
 * The text of a file.
 *
 * @throws {@link InputError} if it cannot be read, or is not text
 */
export async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // not UTF-8
  }
  throw new InputError('cli/binary', `${path}: this is not UTF-8 text.`, { path });
}

/**
 * A JSON file's value.
 *
 * @throws {@link InputError} naming the place, if it is not JSON
 */
export async function readJson(path: string): Promise<unknown> {
  return parseJson(await readText(path), path);
}

/** @param source - how the text is called in messages */
export function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(
      'cli/json',
      `${source}: this is not JSON (${(cause as Error).message}).`,
      { source },
      { cause },
    );
  }
}

/** What the system says of a file that cannot be read, in words. */
export function unreadable(path: string, cause: unknown): InputError {
  const { code } = cause as { readonly code?: string };
  const why = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' }[code ?? ''];
  return new InputError(
    'cli/unreadable',
    `${path}: ${why ?? `it cannot be read (${code})`}.`,
    { path },
    { cause },
  );
}
