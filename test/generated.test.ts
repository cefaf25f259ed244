import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiReport } from './support/api-report.ts';
import { architectureSvg, importGraph, withoutDetours } from './support/architecture.ts';
import { cliReference } from './support/cli-reference.ts';
import { publishedPackages } from './support/tarball-projects.ts';
import { readWorkspaces, root, type Workspace } from './support/workspace.ts';

// Files that follow from the sources. Where one is stale, `npm run generate` writes it anew; read the difference.
describe('what is generated from the sources is fresh', () => {
  test('the reference of the command line', async () => {
    await expect(await cliReference()).toMatchFileSnapshot('../docs/reference/cli.md');
  });

  test('the picture of the packages', async () => {
    await expect(await architectureSvg(readWorkspaces())).toMatchFileSnapshot(
      '../docs/contributing/architecture.svg',
    );
  });

  test.each(publishedPackages().map((one) => [one.manifest.name, one] as const))(
    'what %s offers',
    async (name, one) => {
      await expect(apiReport(one)).toMatchFileSnapshot(`../etc/api/${name.replace('@cfe/', '')}.md`);
    },
  );

  test('the list of decisions has every page, and no other', () => {
    const folder = join(root, 'docs/decisions');
    const text = readFileSync(join(folder, 'README.md'), 'utf8');
    const listed = [...text.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => page).sort();
    expect(listed).toEqual(
      readdirSync(folder)
        .filter((name) => name !== 'README.md')
        .sort(),
    );
  });
});

describe('the makers see what they are about', () => {
  const one = (name: string, sources: Readonly<Record<string, string>>): Workspace => ({
    folder: `packages/${name}`,
    manifest: { name: `@cfe/${name}`, exports: { '.': { '@cfe/source': './src/index.ts' } } },
    sources: new Map(Object.entries(sources)),
  });

  test('a parameter that is added to a public function is a change of the report, one of its body is not', () => {
    const report = (body: string): string =>
      apiReport(
        one('x', {
          'src/index.ts': "export { a, type B as C } from './a.ts';",
          'src/a.ts': `${body}\nexport type B = 'b';\nexport const hidden: number = 1;`,
        }),
      );
    const before = report('export function a(x: number): number { return x; }');
    expect(before).toContain('export declare function a(x: number): number;');
    expect(before).toContain("export type B = 'b';");
    expect(before).not.toContain('hidden');
    expect(report('/** Says more. */ export function a(x: number): number { return 2 * x; }')).toBe(before);
    expect(report('export function a(x: number, y?: string): number { return x; }')).not.toBe(before);
  });

  test('an entry that names what is not there is told', () => {
    const broken = one('x', { 'src/index.ts': "export { a } from './a.ts';", 'src/a.ts': 'export {};' });
    expect(() => apiReport(broken)).toThrow('./a.ts offers no a');
  });

  test('imports are those of the sources, and a detour replaces the direct line', () => {
    const graph = importGraph([
      one('a', { 'src/index.ts': '' }),
      one('b', { 'src/index.ts': "import '@cfe/a/sub';", 'src/b.test.ts': "import '@cfe/c';" }),
      one('c', { 'src/index.ts': "import '@cfe/a'; import '@cfe/b';" }),
    ]);
    expect([...graph.get('@cfe/b')!]).toEqual(['@cfe/a']);
    expect(withoutDetours(graph).get('@cfe/c')).toEqual(['@cfe/b']);
  });
});
