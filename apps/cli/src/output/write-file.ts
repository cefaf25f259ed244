import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CfeError } from '@cfe/base';

/**
 * Writes a file whole or not at all: beside its place, then renamed into it. Missing folders are made.
 *
 * @returns the absolute path
 * @throws {@link CfeError} naming the path and the reason
 */
export async function writeWhole(path: string, content: string): Promise<string> {
  const target = resolve(path);
  const beside = `${target}.${process.pid}.part`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(beside, content);
    await rename(beside, target);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => {});
    throw new CfeError(
      'cli/unwritable',
      `${path}: cannot be written (${reasonOf(cause)}).`,
      { path },
      { cause },
    );
  }
  return target;
}

function reasonOf(cause: unknown): string {
  const { code } = cause as { readonly code?: string };
  const known: Record<string, string> = {
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is a file',
    EACCES: 'no permission',
    EROFS: 'read-only file system',
    ENOSPC: 'the disk is full',
  };
  return known[code ?? ''] ?? code ?? String(cause);
}
