import type { Progress } from '@cfe/base';
import type { Context } from '../command.ts';

/** What is told on stderr while a command works: lines, and one line of progress that rewrites itself. */
export function terminal({ silent }: { readonly silent: boolean }): Pick<Context, 'say' | 'onProgress'> {
  if (silent) return { say: () => {}, onProgress: () => {} };
  const live = process.stderr.isTTY === true;
  let shown = false;
  let last = 0;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001b[2K');
    shown = false;
  };
  return {
    say(line) {
      clear();
      process.stderr.write(`${line}\n`);
    },
    onProgress({ phase, done, total }: Progress) {
      const now = performance.now();
      const end = total !== undefined && done >= total;
      if (!live || (now - last < 80 && !end)) return;
      last = now;
      clear();
      if (end) return;
      process.stderr.write(`${phase} ${bar(done, total)}`);
      shown = true;
    },
  };
}

function bar(done: number, total: number | undefined): string {
  if (total === undefined) return String(done);
  const filled = Math.round((20 * done) / total);
  return `${'━'.repeat(filled)}${'─'.repeat(20 - filled)} ${done}/${total}`;
}
