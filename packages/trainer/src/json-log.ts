import { appendFile } from 'node:fs/promises';
import type { HistoryPoint } from './fit-result.ts';

/**
 * A log for `fit({ log })`: one line of JSON for every point of the history, appended as it happens, so that a
 * run can be watched and plotted while it goes on. A resumed run goes on in the same file.
 *
 * A line is `{"wallTime", "phase", "step", "loss", "heldOut"?, "seconds", "learningRate"?, "interventions"?, "losses"?}`: the history's
 * fields, and the time of day in seconds since 1970, which is what TensorBoard calls wall time.
 *
 * @param path - of the file; its folder must exist
 */
export function jsonLog(path: string): (point: HistoryPoint) => Promise<void> {
  return (point) => appendFile(path, `${JSON.stringify({ wallTime: Date.now() / 1000, ...point })}\n`);
}
