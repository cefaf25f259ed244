import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { readWorkspaces, root } from './support/workspace.ts';

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readWorkspaces().map(({ folder }) => `${folder}/README.md`),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md') && !name.startsWith('docs/api/')),
  '.github/pull_request_template.md',
].filter((path) => existsSync(join(root, path)));

test('every link of a page to another file leads to one, as the repository shows it', () => {
  expect(pages.length).toBeGreaterThan(40);
  expect(pages.flatMap((path) => deadLinks(path, readFileSync(join(root, path), 'utf8')))).toEqual([]);
});

test('one that leads nowhere is found; code and other hosts are not looked at', () => {
  const text =
    '[a](nowhere.md) ![b](./none.svg) [c](README.md#x) [d](https://x.example) `[e](f.md)`\n```ts\n[g](h.md)\n```\n';
  expect(deadLinks('README.md', text)).toEqual(['README.md: nowhere.md', 'README.md: ./none.svg']);
});

/** Links that begin with / are the site's, whose build checks them. */
function deadLinks(path: string, text: string): readonly string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link as string)
    .filter((link) => !/^(?:[a-z]+:|\/|#)/i.test(link))
    .filter((link) => !existsSync(join(root, posix.join(dirname(path), link.split('#')[0] as string))))
    .map((link) => `${path}: ${link}`);
}
