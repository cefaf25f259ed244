import type { Progress } from '@cfe/base';

/** What every command gets beside its own arguments. */
export interface Context {
  readonly seed: number;
  /** of intervals */
  readonly level: number;
  /** Says something to the person at the terminal (stderr); nothing under `--quiet` or `--json`. */
  say(line: string): void;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** What a command found: a JSON document, and the same for a person. */
export interface Outcome {
  /** `undefined` where `text` is lines of JSON already */
  readonly json: unknown;
  /** in pieces where there is a lot of it */
  readonly text: string | Iterable<string>;
  /** default 0 */
  readonly exitCode?: number;
}

/** A command's options as they were typed: texts, lists of texts, and switches. */
export type Typed = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

/** One command of the command line. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** positional arguments as commander writes them, e.g. `'<data>'` */
  readonly arguments?: readonly (readonly [syntax: string, description: string])[];
  /** an option whose description ends in `(repeatable)` collects a list */
  readonly options?: readonly (readonly [syntax: string, description: string, fallback?: string])[];
  readonly examples?: readonly string[];
  run(args: readonly string[], options: Typed, context: Context): Promise<Outcome>;
}

/** A command that only holds others, as `cfe graph` does. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
}
