import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { figureKind } from '../src/figure-kind.ts';
import type { Results } from '../src/suite/results.ts';

// The built command with its threads, as people run it; `npm test` builds first.
const command = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const isBuilt =
  existsSync(command) &&
  statSync(command).mtimeMs >=
    statSync(fileURLToPath(new URL('../src/main.ts', import.meta.url))).mtimeMs - 1;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cfe eval command '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(...args: string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout?.on('data', (text) => {
    out += text;
  });
  child.stderr?.on('data', (text) => {
    err += text;
  });
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))) };
}

/** Everything in a results document that must not depend on how it was run. */
function figuresOf(path: string): unknown {
  const { experiments } = JSON.parse(readFileSync(join(path, 'results.json'), 'utf8')) as Results;
  return experiments.map(({ id, verdict, cells }) => [
    id,
    verdict,
    cells.map(({ cell, figures }) => [
      cell,
      Object.entries(figures).filter(([name]) => !figureKind(name).timing),
    ]),
  ]);
}

test('figures are the same for one worker and for two, and predictions lie beside them', async (context) => {
  if (!isBuilt) return context.skip('needs a build: npm run build');
  const runs = [1, 2].map((workers) => {
    const out = join(folder, String(workers));
    return { out, ...start('--only', 'N4,N7,R1,G1', '--workers', String(workers), '--out', out) };
  });
  for (const { ended } of runs) expect(await ended).toMatchObject({ code: 0 });
  const [one, two] = runs.map(({ out }) => out) as [string, string];
  expect(figuresOf(two)).toEqual(figuresOf(one));
  const predictions = (out: string) => readFileSync(join(out, 'cells/R1/0000.predictions.csv.gz'));
  expect(predictions(two).equals(predictions(one))).toBe(true);
}, 240_000);

test('Ctrl-C leaves whole data sets behind, says how to go on, and the rest is then run', async (context) => {
  if (!isBuilt) return context.skip('needs a build: npm run build');
  const args = ['--only', 'N4', '--seeds', '3', '--workers', '2', '--out', folder];
  const { child, ended } = start(...args);
  const kept = (): string[] =>
    existsSync(join(folder, 'cells/N4'))
      ? readdirSync(join(folder, 'cells/N4')).filter((name) => name.endsWith('.json'))
      : [];
  while (kept().length < 2 && child.exitCode === null) await new Promise((done) => setTimeout(done, 20));
  child.kill('SIGINT');
  const { code, err } = await ended;
  expect(code).toBe(1);
  expect(err).toContain('--resume');
  expect(readdirSync(join(folder, 'cells/N4')).filter((name) => name.endsWith('.part'))).toEqual([]);
  const before = kept();
  expect(before.length).toBeLessThan(15);
  const times = before.map((name) => statSync(join(folder, 'cells/N4', name)).mtimeMs);
  expect(await start(...args, '--resume').ended).toMatchObject({ code: 0 });
  expect(kept()).toHaveLength(15);
  expect(before.map((name) => statSync(join(folder, 'cells/N4', name)).mtimeMs)).toEqual(times);
}, 240_000);

test('nothing that a minute can tell has got worse since the last full run', async (context) => {
  if (!isBuilt) return context.skip('needs a build: npm run build');
  const only = ['--only', 'G1,R1,R8,R15,B1,N5,N7', '--workers', '2', '--out', folder];
  const { code, out, err } = await start(...only, '--check').ended;
  expect(code, `${out}${err}`).toBe(0);
  expect(out).toMatch(/^[2-9]\d figures held against the last full run: 0 worse/m);
  expect(out).not.toContain('not in the last full run');
  // A last full run that had been better is noticed.
  const flattered = join(folder, 'flattered.csv');
  const last = readFileSync(fileURLToPath(new URL('../../../docs/results.csv', import.meta.url)), 'utf8');
  writeFileSync(flattered, last.replace(/("R1","0","[^"]*","counterfactual skill"),.*/, '$1,1.03'));
  const again = await start(...only, '--resume', '--check', flattered).ended;
  expect(again.code).toBe(1);
  expect(again.out).toMatch(/^worse: R1, counterfactual skill: .*, was 1.03/m);
}, 240_000);
