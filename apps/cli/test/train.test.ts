import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { cfe, chainCsv, folderWith, needsBuild } from './support/cfe.ts';
import { cfeInside } from './support/in-process.ts';

const bin = fileURLToPath(new URL('../bin/cfe.js', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await folderWith({
    'data.csv': chainCsv(400),
    'xy.json': JSON.stringify({ nodes: ['x', 'y'], edges: [{ from: 'x', to: 'y' }] }),
  });
});

/** What the built command answers with `--json`. */
async function json<Answer>(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await cfe([...args, '--json'], folder);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Answer;
}

test('train stopped with Ctrl-C saves itself, says how to go on, and comes to the same numbers', {
  timeout: 120_000,
}, async (context) => {
  needsBuild(context);
  const config = (out: string): string =>
    JSON.stringify({
      ...{ data: 'data.csv', graph: 'xy.json', out, epochs: 400, patience: 1000, batchSize: 8, seed: 3 },
      interventionProbability: { probability: 0.3, select: 'active' },
      log: `${out}.jsonl`,
    });
  await writeFile(join(folder, 'cut.json'), config('cut.model'));
  await writeFile(join(folder, 'whole.json'), config('whole.model'));
  const whole = await json<{ metrics: object }>('train', 'whole.json');
  // as soon as an epoch is in the log, so in the middle of the training
  const stopped = await new Promise<{ code: number | null; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [bin, 'train', 'cut.json'], { cwd: folder });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
    });
    const timer = setInterval(() => {
      if (!existsSync(join(folder, 'cut.model.jsonl'))) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 5);
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code, stderr });
    });
  });
  expect(stopped.stderr).toMatch(
    /cfe: stopped; .*saved in .*cut\.model\.checkpoint.*cfe train cut\.json --resume\n$/,
  );
  expect(stopped.code).toBe(1);
  expect(existsSync(join(folder, 'cut.model'))).toBe(false);
  const resumed = await json<{ metrics: object }>('train', 'cut.json', '--resume');
  const same = ({ metrics }: { metrics: object }): object => ({ ...metrics, seconds: 0 });
  expect(same(resumed)).toEqual(same(whole));
  expect(existsSync(join(folder, 'cut.model.checkpoint'))).toBe(false);
  expect(await readFile(join(folder, 'cut.model'), 'utf8')).toBe(
    await readFile(join(folder, 'whole.model'), 'utf8'),
  );
});

test.each([
  [{ learningRate: 'fast' }, /"learningRate" must be a number ≥ 0 or a schedule/],
  [{ learningRate: { kind: 'wave' }, epochs: 1 }, /'learningRate' is no schedule/],
  [{ interventionProbability: 2, epochs: 1 }, /'interventionProbability' holds 2; it must be from 0 to 1/],
  [{ optimizer: 'lbfgs', clipNorm: 1 }, /"clipNorm" needs an optimizer that works in minibatches/],
  [{ counterfactualWeight: 1 }, /"counterfactualWeight" needs a "simulator"/],
  [{ optimizer: 'sdg' }, /"optimizer" must be one of lbfgs, sgd, adam, adamw/],
  [{ epochs: 1.5 }, /"epochs" must be a whole number/],
  [{ graph: 'none.json' }, /none\.json/],
  [{ batchSize: 0, epochs: 1 }, /'batchSize' is 0; it must be a whole number ≥ 1/],
  [{ out: 'nowhere/bad.model' }, /"out" is in .*nowhere, which is no folder yet\. Create it first/],
])('a training file with %j is refused in one line', async (change, message) => {
  await writeFile(
    join(folder, 'bad.json'),
    JSON.stringify({ data: 'data.csv', graph: 'xy.json', out: 'bad.model', ...change }),
  );
  const { code, stderr, stdout } = await cfeInside(['train', 'bad.json'], folder);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n').length).toBe(1);
  expect([code, stdout]).toEqual([2, '']);
  expect(existsSync(join(folder, 'bad.model'))).toBe(false);
});
