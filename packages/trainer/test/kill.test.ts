import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng } from '@cfe/base';
import { fileCheckpoints } from '@cfe/trainer/node';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('./support/train-until-killed.mjs', import.meta.url));
const built = fileURLToPath(new URL('../dist/node.js', import.meta.url));
const kills = process.env.CFE_FULL === '1' ? 100 : 4;

/** Starts the training, kills it with SIGKILL after so many milliseconds of it; whether it ended before. */
function killedAfter(milliseconds: number, paths: readonly string[]): Promise<'killed' | 'done'> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...paths], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), milliseconds));
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve('killed');
      else if (code === 0) resolve('done');
      else reject(new Error(`the child failed: ${errors}`));
    });
  });
}

/** Steps that a checkpoint has done; reading it checks its checksum. */
async function stepsIn(path: string): Promise<number> {
  const bytes = await fileCheckpoints(path).read();
  return bytes === undefined ? 0 : Number(/"steps":(\d+)/.exec(Buffer.from(bytes).toString('latin1'))?.[1]);
}

test(`killed with SIGKILL at ${kills} random moments, it ends in the same bits`, {
  timeout: 1_200_000,
}, async (context) => {
  if (!existsSync(built)) context.skip('the package is not built: node scripts/build.mjs');
  const folder = await mkdtemp(join(tmpdir(), 'cfe-kill-'));
  try {
    const result = async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(join(folder, name), 'utf8'));
    const whole = spawnSync(process.execPath, [
      script,
      join(folder, 'whole.cfe'),
      join(folder, 'whole.json'),
    ]);
    expect(whole.status, whole.stderr.toString()).toBe(0);
    const expected = await result('whole.json');
    const rng = createRng(1).fork('kills');
    let [done, runs, progress] = [0, 0, 0];
    while (done < kills) {
      const paths = [join(folder, `run-${runs}.cfe`), join(folder, `run-${runs}.json`)];
      let before = 0;
      while (done < kills && (await killedAfter(rng.uniform() * 400, paths)) === 'killed') {
        done += 1;
        const now = await stepsIn(paths[0] as string);
        expect(now).toBeGreaterThanOrEqual(before); // what was saved is never lost
        progress += now - before;
        before = now;
      }
      if (!existsSync(paths[1] as string)) await killedAfter(1e6, paths);
      expect(await result(`run-${runs}.json`)).toEqual(expected);
      runs += 1;
    }
    expect(progress).toBeGreaterThan(0);
    // half-written files of killed processes may lie beside; no whole checkpoint is one of them
    expect((await readdir(folder)).filter((name) => name.endsWith('.cfe')).length).toBe(runs + 1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
