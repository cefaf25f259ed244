import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/cfe.js', import.meta.url));
const built = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** What a run of the built command left behind. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Skips a test where the command line is not built; `npm test` builds first. */
export function needsBuild(context: TestContext): void {
  if (!existsSync(built)) context.skip('the command line is not built: npm run build');
}

/** Runs `cfe` as a person would. */
export function cfe(args: readonly string[], cwd: string, signal?: NodeJS.Signals): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (signal !== undefined && stderr.length === text.length) child.kill(signal);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A folder of its own with these files. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cfe cli '));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** Rows of x → y with noise, as CSV. */
export function chainCsv(rows: number, names: readonly [string, string] = ['x', 'y']): string {
  const lines = [names.join(',')];
  let state = 7;
  const draw = (): number => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  for (let r = 0; r < rows; r++) {
    const x = draw() + draw() + draw();
    lines.push(`${x},${2 * x + draw()}`);
  }
  return `${lines.join('\n')}\n`;
}
