import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const here = join(import.meta.dirname, '..');
test('confidence is the same in this thread, in one worker and in three', (ctx) => {
  const packages = ['autograd', 'base', 'data', 'graph', 'scm', 'structure'].map((name) =>
    join(here, '..', name),
  );
  for (const folder of packages) {
    const built = join(folder, 'dist', 'index.js');
    if (!existsSync(built)) ctx.skip('worker threads need a build: npm run build');
    if (statSync(built).mtimeMs < newest(join(folder, 'src')))
      ctx.skip('the build is older than the sources');
  }
  const out = execFileSync(
    process.execPath,
    [fileURLToPath(new URL('./support/confidence-by-runner.mjs', import.meta.url))],
    {
      cwd: here,
      encoding: 'utf8',
    },
  );
  const [one, two, three] = JSON.parse(out) as number[][][];
  expect(one!.flat().some((share) => share > 0 && share < 1)).toBe(true);
  expect(two).toEqual(one);
  expect(three).toEqual(one);
});

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
      (file) => statSync(join(folder, file)).mtimeMs,
    ),
  );
}
