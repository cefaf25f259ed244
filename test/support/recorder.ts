import { inspect } from 'node:util';
import { matchesWritten } from './written-value.ts';

/** What an example found that differs from what its `// →` comments say. */
export interface Recorder {
  readonly mismatches: readonly string[];
  value(place: string, value: unknown, written: string): void;
  printed(place: string, values: readonly unknown[], written: string): void;
  throws(place: string, run: () => Promise<unknown>, written: string): Promise<void>;
}

export function createRecorder(): Recorder {
  const mismatches: string[] = [];
  const compare = (place: string, actual: string, written: string): void => {
    if (!matchesWritten(actual, written))
      mismatches.push(`${place}: written → ${written}, but it is ${actual}`);
  };
  return {
    mismatches,
    value: (place, value, written) => compare(place, shown(value), written),
    printed(place, values, written) {
      if (values.length === 1) compare(place, shown(values[0]), written);
      else
        compare(
          place,
          values.map((value) => (typeof value === 'string' ? value : shown(value))).join(' '),
          written,
        );
    },
    async throws(place, run, written) {
      try {
        compare(place, shown(await run()), written);
      } catch (error) {
        compare(place, `throws ${error instanceof Error ? error.constructor.name : String(error)}`, written);
      }
    },
  };
}

function shown(value: unknown): string {
  return inspect(value, { depth: null, breakLength: Infinity, maxArrayLength: null, maxStringLength: null });
}
