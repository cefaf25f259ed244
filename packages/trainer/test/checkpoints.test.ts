import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileCheckpoints } from '@cfe/trainer/node';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cfe-checkpoints-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what was written last is read, and nothing else is left in the folder', async () => {
  const store = fileCheckpoints(join(folder, 'run.cfe'));
  expect(await store.read()).toBeUndefined();
  await store.write(Uint8Array.of(1, 2, 3));
  await store.write(Uint8Array.of(4, 5));
  expect(await store.read()).toEqual(Uint8Array.of(4, 5));
  expect(await readdir(folder)).toEqual(['run.cfe']);
});

test('a write that fails leaves the last checkpoint, and no rubbish', async () => {
  const path = join(folder, 'run.cfe');
  const store = fileCheckpoints(path);
  await store.write(Uint8Array.of(1, 2, 3));
  await expect(store.write({} as Uint8Array)).rejects.toThrow();
  expect(await store.read()).toEqual(Uint8Array.of(1, 2, 3));
  expect(await readdir(folder)).toEqual(['run.cfe']);
});

test('half a file beside, as a crash in the middle of a write leaves it, is not read', async () => {
  const path = join(folder, 'run.cfe');
  const store = fileCheckpoints(path);
  await store.write(Uint8Array.of(1, 2, 3));
  await writeFile(`${path}.99999.tmp`, Uint8Array.of(9));
  expect(await fileCheckpoints(path).read()).toEqual(Uint8Array.of(1, 2, 3));
});
