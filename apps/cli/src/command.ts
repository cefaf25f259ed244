import type { Progress } from '@cfe/base';

/** What every command gets beside its own arguments. */
export interface Context {
  readonly seed: number;
  /** Says something to the person at the terminal (stderr); nothing under `--quiet` or `--json`. */
  say(line: string): void;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** What a command found: a JSON document, and the same for a person. */
export interface Outcome {
  readonly json: unknown;
  readonly text: string;
  /** default 0 */
  readonly exitCode?: number;
}

/** One command of the command line. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** positional arguments as commander writes them, e.g. `'<data>'` */
  readonly arguments?: readonly (readonly [syntax: string, description: string])[];
  readonly options?: readonly (readonly [syntax: string, description: string, fallback?: string | string[]])[];
  readonly examples?: readonly string[];
  run(args: readonly string[], options: Readonly<Record<string, unknown>>, context: Context): Promise<Outcome>;
}
