import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** Everything that a file loads when it is imported, itself included. */
function loaded(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, types, from = ''] of text.matchAll(/^(?:import|export) (type )?[^;]*?from '([^']+)';/gms)) {
    if (types !== undefined) continue;
    if (from.startsWith('.')) loaded(join(dirname(file), from), found);
    else found.add(from);
  }
  return found;
}

const outside = (entry: string): string[] =>
  [...loaded(join(src, entry))].filter((name) => !name.endsWith('.ts')).sort();

test('the main entry loads nothing of Node, and neither Parquet nor Arrow', () => {
  expect(outside('index.ts')).toEqual(['@cfe/base', '@cfe/graph', '@cfe/scm', 'papaparse']);
  expect(outside('parquet.ts').some((name) => name.startsWith('node:'))).toBe(false);
  expect(outside('arrow.ts').some((name) => name.startsWith('node:'))).toBe(false);
});

test('the Node entry loads files and streams, and formats only when they are read', () => {
  expect(outside('node.ts')).toContain('node:fs/promises');
  expect(outside('node.ts').some((name) => /hyparquet|flechette/.test(name))).toBe(false);
});
