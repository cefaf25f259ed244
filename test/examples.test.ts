import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exampleRequest } from './support/example-plugin.ts';
import {
  type Example,
  examplesInMarkdown,
  examplesInSource,
  instrumentedModule,
} from './support/examples.ts';
import type { Recorder } from './support/recorder.ts';
import { readWorkspaces, root } from './support/workspace.ts';
import { matchesWritten } from './support/written-value.ts';

const packages = readWorkspaces().filter(({ folder }) => folder.startsWith('packages/'));
const inSources = packages.flatMap(({ folder, sources }) =>
  [...sources].flatMap(([path, text]) => examplesInSource(`${folder}/${path}`, text)),
);
const guides = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((path) => `docs/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.md') && !path.startsWith('docs/api/'))
  .sort();
const inReadmes = ['README.md', ...packages.map(({ folder }) => `${folder}/README.md`), ...guides]
  .filter((path) => existsSync(join(root, path)))
  .flatMap((path) => examplesInMarkdown(path, readFileSync(join(root, path), 'utf8')));

describe('documentation runs, and says what happens', () => {
  const named = [...inSources, ...inReadmes].map((example) => [placeOf(example), example] as const);
  test.each(named)('%s', async (_place, example) => {
    await runExample(example);
  });
});

describe('the runner of examples', () => {
  test('finds the examples of a file, their symbols and their lines', () => {
    const text = `
/**
 * Adds.
 * @example
 * import { add } from '@cfe/base';
 * add(1, 2); // → 3
 * @see nowhere
 */
export function add() {}
export interface Box {
  /**
   * @example
   * \`\`\`ts
   * box.open();
   * \`\`\`
   */
  open(): void;
}`;
    expect(examplesInSource('a.ts', text)).toEqual([
      { path: 'a.ts', line: 5, name: 'add', code: "import { add } from '@cfe/base';\nadd(1, 2); // → 3" },
      { path: 'a.ts', line: 14, name: 'Box.open', code: 'box.open();' },
    ]);
  });

  test('takes from Markdown what imports from @cfe and is not marked no-run', () => {
    const text =
      "# Use\n```ts\nimport '@cfe/base';\nimport { x } from '@cfe/base';\n```\n```ts no-run\nimport { x } from '@cfe/base';\n```\n```ts\nlet y;\n```";
    expect(examplesInMarkdown('README.md', text).map(({ line, name }) => ({ line, name }))).toEqual([
      { line: 3, name: 'Use' },
    ]);
  });

  test('refuses an example without imports, and a value that belongs to no statement, with their places', () => {
    const example = (code: string): Example => ({ path: 'a.ts', line: 10, name: 'x', code });
    expect(() => instrumentedModule(example('shd(a, b); // → 1'), 'r')).toThrow(
      'a.ts:10: the example has no import',
    );
    const nested = "import 'node:fs';\nfor (const x of []) {\n  x; // → 1\n}";
    expect(() => instrumentedModule(example(nested), 'r')).toThrow('a.ts:12');
  });

  const matching: readonly [actual: string, written: string][] = [
    ['1', '1'],
    ['0.30000000000000004', '0.3'],
    ['1.23456e-7', '1.23e-7'],
    ["{ a: 1, 'b-c': [ 'x' ] }", '{ a: 1, "b-c": ["x"], }'],
    ['Float64Array(2) [ 1, 2.499999 ]', '[1, 2.50]'],
    ["Map(1) { 'a' => 1 }", "{ 'a' => 1 }"],
    ['{ a: { b: 2 }, c: [ 3 ], d: 4 }', '{ a: { b: 2 }, … }'],
    ['[ 1, 2, 3 ]', '[1, …]'],
    ["'a → b'", 'a → b'],
    ['-0', '0'],
  ];
  test.each(matching)('%s is what %s says', (actual, written) => {
    expect(matchesWritten(actual, written)).toBe(true);
  });

  const different: readonly [actual: string, written: string][] = [
    ['2', '1'],
    ['1.2', '1'],
    ['0.36', '0.3'],
    ['[ 1, 2 ]', '[1]'],
    ['[ 1 ]', '[1, 2]'],
    ['{ a: 1, b: 2 }', '{ a: 1 }'],
    ["'a'", "'b'"],
    ['undefined', 'null'],
  ];
  test.each(different)('%s is not what %s says', (actual, written) => {
    expect(matchesWritten(actual, written)).toBe(false);
  });
});

function placeOf({ path, line, name }: Example): string {
  return `${path}:${line} ${name}`;
}

async function runExample({ path, line }: Example): Promise<void> {
  const file = join(root, path).replaceAll('\\', '/');
  const module = (await import(/* @vite-ignore */ exampleRequest(file, line))) as {
    readonly $record: Recorder;
  };
  expect(module.$record.mismatches).toEqual([]);
}
