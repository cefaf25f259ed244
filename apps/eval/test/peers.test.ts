import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { inProcessRunner } from '@cfe/base';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Cell } from '../src/experiment.ts';
import { measurePeerStructure, peerExperiments } from '../src/experiments/peers.ts';
import { askPeer, packages, pythonWith } from '../src/peers/ask-peer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cfe peers '));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A Python that knows one package and says what it is told to say. */
function fakePython(knows: string, says: string): string {
  const path = join(folder, `python for ${knows}`);
  writeFileSync(
    path,
    `#!/bin/sh
request=$(cat)
if [ "$2" != "${knows}" ]; then echo '{"error":"ModuleNotFoundError: No module named '"'$2'"'"}'; exit 0; fi
case "$request" in *'"probe"'*) echo '{"version":"9.9"}'; exit 0;; esac
${says}
`,
  );
  chmodSync(path, 0o755);
  return path;
}

const cell = (name: string): Cell => ({
  seed: 0,
  settings: { package: name, method: '', noise: 'gaussian' },
});

async function measured(name: string) {
  const [found] = await inProcessRunner().map(measurePeerStructure, [{ cell: cell(name) }]);
  return found as NonNullable<typeof found>;
}

describe.skipIf(process.platform === 'win32')('a package is asked, whatever its Python does', () => {
  test('its graph is scored as ours is, and the first interpreter that has it is taken', async () => {
    const with1 = fakePython('dagma', 'echo no');
    const with2 = fakePython(
      'flopsearch',
      `echo chatter; echo '{"version":"9.9","seconds":0.5,"directed":[],"undirected":[]}'`,
    );
    vi.stubEnv('CFE_PYTHON', [with1, with2].join(delimiter));
    expect(await pythonWith('flopsearch')).toEqual({ python: with2 });
    const { figures, predictions } = await measured('flopsearch');
    // It was told to find nothing, so it scores what the empty graph scores; ours is nearer.
    expect(figures['theirs, shd']).toBe(figures['empty graph, shd']);
    expect(figures['theirs, seconds']).toBe(0.5);
    expect(figures['ours minus theirs']).toBeLessThan(0);
    expect(predictions?.graph).toContain('truth');
  });

  test.each([
    ['no JSON', 'echo sorry', 'sorry|no answer'],
    ['a crash', 'echo "Segmentation fault" >&2; exit 139', 'Segmentation fault'],
    ['an error of its own', `echo '{"error":"ValueError: singular"}'`, 'singular'],
    ['a cycle', `echo '{"directed":[[0,1],[1,0]],"undirected":[]}'`, 'v1'],
  ])('%s is told and counted, not thrown', async (_, says, message) => {
    vi.stubEnv('CFE_PYTHON', fakePython('lingam', says));
    const { figures, predictions } = await measured('lingam');
    expect(figures['theirs, unanswered']).toBe(1);
    expect(figures['theirs, shd']).toBeNull();
    expect(figures.shd).not.toBeNull();
    expect(String(predictions?.error)).toMatch(new RegExp(message));
  });

  test('one that hangs is ended', async () => {
    vi.stubEnv('CFE_PYTHON', fakePython('econml', 'exec sleep 60'));
    expect((await askPeer('econml', { task: 'effects' }, 0.5)).error).toContain('no answer within 0.5 s');
  });
});

test('a package that nowhere is skipped with a line that says how to get it', async () => {
  vi.stubEnv('CFE_PYTHON', join(folder, 'nowhere'));
  for (const experiment of peerExperiments) {
    if (experiment.id === 'P7') continue; // asks for its data first
    const reason = await experiment.missing?.({ size: 'quick', seeds: [0] });
    expect(reason, experiment.id).toMatch(/pip install [\w-]+.*CFE_PYTHON/);
  }
  expect(peerExperiments).toHaveLength(packages.length);
});

test('the real packages answer, where a Python has them', async (context) => {
  const found = await pythonWith('flopsearch');
  if ('reason' in found) return context.skip(found.reason);
  const { figures } = await measured('flopsearch');
  expect(figures['theirs, unanswered']).toBe(0);
  expect(figures['theirs, shd']).toBeLessThan(figures['empty graph, shd'] as number);
}, 120_000);
