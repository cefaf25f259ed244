import { createDag } from '@cfe/graph';
import { graphSvg, htmlReport } from '@cfe/report';
import { expect, test } from 'vitest';
import { readWorkspaces, type Workspace } from './support/workspace.ts';

/** What SECURITY.md says of the packages, held to their sources. */
const reaching: Readonly<Record<string, RegExp>> = {
  'the network':
    /\bfetch\(|\bXMLHttpRequest\b|\bWebSocket\b|\bsendBeacon\b|from 'node:(?:https?|net|tls|dgram)'/,
  'code from text': /\beval\(|\bnew Function\(|\bimportScripts\b/,
  'other programs': /from 'node:child_process'/,
  'markup from text': /\b(?:innerHTML|outerHTML|insertAdjacentHTML)\b|\bdocument\.write\b/,
};

/** The few places that are meant to. */
const meant: Readonly<Record<string, string>> = {
  'packages/data/src/datasets/download-file.ts': 'the network', // a data set that is asked for by name
  'apps/cli/src/commands/eval.ts': 'other programs', // the evaluation suite of a clone, which is not published
};

function reachingOut(workspaces: readonly Workspace[]): readonly string[] {
  return workspaces.flatMap(({ folder, sources }) =>
    [...sources].flatMap(([path, text]) => {
      const file = `${folder}/${path}`;
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return path.endsWith('.test.ts')
        ? []
        : Object.entries(reaching)
            .filter(([what, pattern]) => pattern.test(code) && meant[file] !== what)
            .map(([what]) => `${file} reaches for ${what}`);
    }),
  );
}

test('no package reaches for the network, for code in text, for other programs or for markup in text', () => {
  const shown = readWorkspaces().filter(({ folder }) => folder !== 'apps/eval'); // which is not published
  expect(reachingOut(shown)).toEqual([]);
});

test('one that does is found', () => {
  const planted = (text: string): Workspace => ({
    folder: 'packages/x',
    manifest: { name: '@cfe/x' },
    sources: new Map([['src/a.ts', text]]),
  });
  expect(reachingOut([planted("await fetch('https://elsewhere.example')")])).toHaveLength(1);
  expect(reachingOut([planted('part.innerHTML = name;')])).toHaveLength(1);
  expect(reachingOut([planted('// fetch( is what we never do')])).toEqual([]);
});

test('a name from data is text in a drawing and in a report, whatever is in it', async () => {
  const name = `<img src=x onerror="alert(1)">'&</text><script>alert(2)</script>`;
  const svg = await graphSvg(createDag([name, 'y'], [[name, 'y']]));
  const page = htmlReport({
    title: name,
    lead: name,
    sections: [
      {
        title: name,
        blocks: [
          { kind: 'text', text: name },
          { kind: 'table', head: [name], rows: [[name]], numeric: [] },
          { kind: 'list', items: [name] },
          { kind: 'figure', svg, caption: name },
        ],
      },
    ],
    footer: [name],
  });
  expect(page).not.toMatch(/<img|<script/);
  expect(page.match(/&lt;img/g)?.length).toBeGreaterThan(6);
});
