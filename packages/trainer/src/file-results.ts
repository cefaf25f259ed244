import { open, readFile } from 'node:fs/promises';
import type { ResultStore } from './sweep.ts';

/**
 * A sweep's results in a file, one line of JSON for each: `{"key": …, "output": …}`. Every line is flushed to disk before the next
 * run begins; half a line, as a crash leaves it, is passed over and written anew.
 *
 * @param path - of the file; its folder must exist
 */
export function fileResults(path: string): ResultStore {
  return {
    async read() {
      const found = new Map<string, unknown>();
      for (const line of (await textOf(path)).split('\n')) {
        const entry = parsed(line);
        if (entry !== undefined) found.set(entry.key, entry.output);
      }
      return found;
    },
    async add(key, output) {
      const text = await textOf(path);
      const file = await open(path, 'a');
      try {
        const isCut = text !== '' && !text.endsWith('\n');
        await file.appendFile(`${isCut ? '\n' : ''}${JSON.stringify({ key, output })}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

function parsed(line: string): { readonly key: string; readonly output: unknown } | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'key' in entry && 'output' in entry
      ? { key: String(entry.key), output: entry.output }
      : undefined;
  } catch {
    return undefined;
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
