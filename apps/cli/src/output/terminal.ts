import type { Progress } from '@cfe/base';
import type { Context } from '../command.ts';

/** What is told on stderr while a command works: lines, and one line of progress that rewrites itself. */
export function terminal({ silent }: { readonly silent: boolean }): Pick<Context, 'say' | 'onProgress'> {
  if (silent) return { say: () => {}, onProgress: () => {} };
  const live = process.stderr.isTTY === true;
  let shown = false;
  let last = 0;
  let phaseOf = { name: '', began: 0, from: 0 };
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
      if (phase !== phaseOf.name) phaseOf = { name: phase, began: now, from: done };
      if (!live || (now - last < 80 && !end)) return;
      last = now;
      clear();
      if (end) return;
      const left = timeLeft(done - phaseOf.from, now - phaseOf.began, (total ?? done) - done);
      process.stderr.write(`${phase} ${bar(done, total)}${left}`);
      shown = true;
    },
  };
}

/** Rate and time left, once there is something to tell them from. */
function timeLeft(done: number, milliseconds: number, left: number): string {
  if (done <= 0 || milliseconds < 1000) return '';
  const rate = (1000 * done) / milliseconds;
  const seconds = Math.ceil(left / rate);
  const time = seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `  ${Number(rate.toPrecision(2))}/s${left > 0 ? `, ${time} left` : ''}`;
}

function bar(done: number, total: number | undefined): string {
  if (total === undefined) return String(done);
  const filled = Math.round((20 * done) / total);
  return `${'━'.repeat(filled)}${'─'.repeat(20 - filled)} ${done}/${total}`;
}
