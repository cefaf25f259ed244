import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { bundlePage } from './support/chromium-page.ts';
import { publishedPackages } from './support/tarball-projects.ts';
import { root } from './support/workspace.ts';

/** By what is imported, the most that it may add to a page, in kB gzip; `null` is for Node alone. */
const budgets = JSON.parse(readFileSync(join(root, 'etc/size-budgets.json'), 'utf8')) as Readonly<
  Record<string, number | null>
>;
const entries = publishedPackages().flatMap(({ folder, manifest }) =>
  Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) =>
    typeof target === 'object' && target['@cfe/source'] !== undefined
      ? [[join(manifest.name, subpath).replaceAll('\\', '/'), join(folder, target['@cfe/source'])] as const]
      : [],
  ),
);
const sizes = new Map<string, number>();

const folder = mkdtempSync(join(tmpdir(), 'cfe-size-'));

/** All of an entry: what a page pays that uses everything. */
function wholeOf(entry: string): Promise<number> {
  const path = join(folder, 'whole.ts');
  const from = JSON.stringify(join(root, entry).replaceAll('\\', '/'));
  writeFileSync(path, `import * as all from ${from};\nObject.assign(globalThis, { all: { ...all } });\n`);
  return kilobytes(path);
}

async function kilobytes(entry: string): Promise<number> {
  const script = await bundlePage(entry, { minify: true, external: [/^@tensorflow\//, /^node:/] });
  return gzipSync(script).length / 1000;
}

test('every entry has a budget, or is for Node alone', () => {
  expect(entries.map(([name]) => name).sort()).toEqual(Object.keys(budgets).sort());
});

test.for(entries.filter(([name]) => typeof budgets[name] === 'number'))(
  '%s keeps to its budget',
  { timeout: 120_000 },
  async ([name, entry]) => {
    const size = await wholeOf(entry);
    sizes.set(name, size);
    expect(
      size,
      `${name} takes ${size.toFixed(1)} kB gzip: what came in? etc/size-budgets.json`,
    ).toBeLessThanOrEqual(budgets[name]!);
  },
);

test('networks and the WASM executor, without TensorFlow.js, take at most 120 kB gzip in a page', async () => {
  const size = await kilobytes(join(root, 'test/pages/size.ts'));
  expect(size).toBeGreaterThan(10); // so that an empty bundle does not pass
  expect(size).toBeLessThan(120);
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  const summary = process.env.GITHUB_STEP_SUMMARY ?? process.env.CFE_SIZE_REPORT;
  if (summary === undefined || sizes.size === 0) return;
  const rows = [...sizes].map(([name, size]) => `| \`${name}\` | ${size.toFixed(1)} | ${budgets[name]} |`);
  appendFileSync(
    summary,
    `\n### Sizes in a page\n\n| import | kB gzip | budget |\n| --- | --- | --- |\n${rows.join('\n')}\n`,
  );
});
