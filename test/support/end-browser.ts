import type { ChildProcess } from 'node:child_process';

/** Ends a browser that was spawned `detached` where there are process groups: its helpers, which write to its profile, end with it. */
export async function endBrowser(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.on('exit', resolve));
  if (process.platform === 'win32' || child.pid === undefined) child.kill();
  else process.kill(-child.pid, 'SIGKILL');
  await gone;
}
