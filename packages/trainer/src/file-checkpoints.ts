import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckpointStore } from './checkpoint.ts';

/**
 * Checkpoints in a file. It is written beside, flushed to disk and renamed, so that at any moment the file is the last whole
 * checkpoint, also after a crash in the middle of a write.
 *
 * @param path - of the file; its folder must exist
 */
export function fileCheckpoints(path: string): CheckpointStore {
  const beside = `${path}.${process.pid}.tmp`;
  return {
    async read() {
      try {
        return new Uint8Array(await readFile(path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(bytes) {
      try {
        const file = await open(beside, 'w');
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(beside, path);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
      await syncFolder(dirname(path));
    },
  };
}

/** Makes the rename itself last; not every system can. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows opens no folders; there the rename is as lasting as the system makes it
  }
}
