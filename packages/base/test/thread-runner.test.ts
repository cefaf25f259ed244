import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Found {
  readonly here: readonly number[];
  readonly one: readonly number[];
  readonly two: readonly number[];
  readonly failure: { readonly code: string; readonly details: unknown };
  readonly aborted: string;
}

test('threads give what this thread gives, hand errors back whole, and stop when asked', async (context) => {
  if (!existsSync(pathOf('../dist/threads.js')))
    context.skip('threads load built files: npm run build comes first');
  const { stdout } = await promisify(execFile)(process.execPath, [pathOf('./fixtures/threads.mjs')]);
  const { here, one, two, failure, aborted } = JSON.parse(stdout) as Found;
  expect(here).toHaveLength(5);
  expect(one).toEqual(here);
  expect(two).toEqual(here);
  expect(failure).toMatchObject({ code: 'test/fail', details: { input: 7 } });
  expect(aborted).toBe('enough');
});
