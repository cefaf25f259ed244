import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CfeError, messageOf } from '@cfe/base';

/**
 * Writes a file beside its place and renames it, so that nobody ever sees half of it.
 *
 * @throws CfeError `eval/write`, such as on a full disk; nothing is left behind
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const draft = `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, content);
    renameSync(draft, path);
  } catch (error) {
    try {
      rmSync(draft, { force: true });
    } catch {} // what is wrong with the disk is said below
    throw new CfeError(
      'eval/write',
      `${path} could not be written: ${messageOf(error)}. What was measured before is kept: make room, then go on with --resume.`,
      { path },
      { cause: error },
    );
  }
}
