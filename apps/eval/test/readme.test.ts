import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
const readme = read('README.md');
const page = read('docs/results.md');

/** Rows of the table of verdicts: anchor → verdict. */
const rows = new Map(
  [...page.matchAll(/^\| <a id="([^"]+)"><\/a>[^|]*\|[^|]*\| (\w+) \|/gm)].map(([, anchor, verdict]) => [
    anchor as string,
    verdict as string,
  ]),
);

/** Links of the README to rows, with the verdict that it states beside each: `[B1](docs/results.md#b1) supported`. */
const links = [...readme.matchAll(/\[([^\]]+)\]\(docs\/results\.md#([\w-]+)\)(?:,? (\w+))?/g)].map(
  ([, text, anchor, verdict]) => ({ text: text as string, anchor: anchor as string, verdict }),
);

describe('each claim of the README points to a row of the results', () => {
  test('the page has a row for every experiment, and the README has links to rows', () => {
    expect(rows.size).toBeGreaterThanOrEqual(40);
    expect(links.length).toBeGreaterThanOrEqual(8);
  });

  test.each(links)('$text → #$anchor is there, and its verdict is as stated', ({ anchor, verdict, text }) => {
    expect([...rows.keys()], text).toContain(anchor);
    expect(verdict, `${text}: the README states the verdict after the link`).toBe(rows.get(anchor));
  });

  test('every line of the table of claims has a link or a command', () => {
    const table = readme.split('## Where a claim can be checked')[1]?.split('\n## ')[0] ?? '';
    const lines = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (claim|---)/.test(line));
    expect(lines.length).toBeGreaterThanOrEqual(8);
    for (const line of lines) expect(line).toMatch(/docs\/results\.md#|`/);
  });
});

test('figures of the page lead to its own anchors, and the CSV beside it is there', () => {
  const anchors = new Set([...page.matchAll(/<a id="([^"]+)">/g)].map(([, anchor]) => anchor));
  for (const [, anchor] of page.matchAll(/\]\(#([\w-]+)\)/g)) expect(anchors).toContain(anchor);
  expect(existsSync(fileURLToPath(new URL('../../../docs/results.csv', import.meta.url)))).toBe(true);
});
