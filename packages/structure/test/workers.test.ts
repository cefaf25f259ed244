import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const here = join(import.meta.dirname, '..');
test('confidence and restarts are the same in this thread, in one worker and in three', (ctx) => {
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
  const [one, two, three] = JSON.parse(out) as {
    readonly confidence: number[][];
    readonly graph: unknown;
    readonly score: number;
    readonly sent: number;
  }[];
  expect(one!.confidence.flat().some((share) => share > 0 && share < 1)).toBe(true);
  expect(three!.sent).toBeGreaterThanOrEqual(9);
  for (const other of [two!, three!]) {
    expect(other.confidence).toEqual(one!.confidence);
    expect(other.graph).toEqual(one!.graph);
    expect(other.score).toBe(one!.score);
  }
});

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
      (file) => statSync(join(folder, file)).mtimeMs,
    ),
  );
}
