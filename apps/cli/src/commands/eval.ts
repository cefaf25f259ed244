import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '@cfe/base';

/** Runs the evaluation suite, which is part of the repository and not of the published package, with the same terminal. */
export async function runEval(args: readonly string[]): Promise<number> {
  const suite = fileURLToPath(new URL('../../../eval/dist/index.js', import.meta.url));
  if (!existsSync(suite)) {
    throw new InputError(
      'cli/no-eval',
      'eval: the evaluation suite is part of the repository only. Clone it and run npm run eval there.',
    );
  }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [suite, ...args], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
