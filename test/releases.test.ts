import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// biome-ignore lint/correctness/useImportExtensions: a script that plain Node runs, with its types beside it
import { bom, installedComponents, licenceProblems, shippedComponents } from '../scripts/sbom.mjs';
import { finish, publishedPackages } from './support/tarball-projects.ts';
import { readWorkspaces, root } from './support/workspace.ts';

const packages = publishedPackages();

/** The changesets that wait, by file: packages and what a user is told. */
function changesets(): readonly {
  readonly file: string;
  readonly packages: string[];
  readonly text: string;
}[] {
  return readdirSync(join(root, '.changeset'))
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => {
      const [, front = '', text = ''] = readFileSync(join(root, '.changeset', file), 'utf8').split(/^---$/m);
      return {
        file,
        packages: [...front.matchAll(/^['"]?(@cfe\/[\w-]+)['"]?:/gm)].map(([, name]) => name!),
        text: text.trim(),
      };
    });
}

describe('a release as it would be made now', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cfe-release-'));
  let output = '';

  beforeAll(async () => {
    for (const file of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', '.changeset'])
      cpSync(join(root, file), join(folder, file), { recursive: true });
    for (const { folder: path } of readWorkspaces()) {
      mkdirSync(join(folder, path), { recursive: true });
      cpSync(join(root, path, 'package.json'), join(folder, path, 'package.json'));
    }
    const git = (...args: string[]): Promise<unknown> =>
      finish('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], folder);
    await git('init', '-q');
    await git('add', '-A');
    await git('commit', '-qm', 'as it is');
    const run = await finish(
      process.execPath,
      [join(root, 'node_modules/@changesets/cli/bin.js'), 'version'],
      folder,
    );
    output = run.output;
    expect(run.code, output).toBe(0);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('gives all published packages one version, and the others none', () => {
    const versionIn = (at: string, path: string): string =>
      (JSON.parse(readFileSync(join(at, path, 'package.json'), 'utf8')) as { version: string }).version;
    const versions = new Set(packages.map(({ folder: path }) => versionIn(folder, path)));
    expect(versions.size).toBe(1);
    if (changesets().length > 0) expect([...versions]).not.toEqual([versionIn(root, packages[0]!.folder)]);
    for (const path of ['apps/eval', 'apps/docs'])
      expect(versionIn(folder, path)).toBe(versionIn(root, path));
  });

  test('writes every changeset into the changelog of each package that it names', () => {
    for (const { file, packages: named, text } of changesets()) {
      expect(named.length, `${file} names no package`).toBeGreaterThan(0);
      for (const name of named) {
        const one = packages.find(({ manifest }) => manifest.name === name);
        expect(one, `${file} names ${name}, which is not published`).toBeDefined();
        expect(readFileSync(join(folder, one!.folder, 'CHANGELOG.md'), 'utf8')).toContain(
          text.split('\n')[0],
        );
      }
    }
  });
});

describe('what every package says of itself', () => {
  test.each(packages.map(({ manifest, folder }) => [manifest.name, folder] as const))(
    '%s',
    (name, folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Record<
        string,
        unknown
      > & {
        readonly keywords?: readonly string[];
        readonly publishConfig?: { readonly access?: string };
        readonly scripts?: Readonly<Record<string, string>>;
      };
      expect(manifest).toMatchObject({
        license: 'MIT',
        type: 'module',
        description: expect.any(String),
      });
      expect(manifest.sideEffects).toBeDefined();
      expect(manifest.keywords).toContain('causal-inference');
      expect(manifest.publishConfig?.access).toBe('public');
      const atInstall = ['preinstall', 'install', 'postinstall', 'prepare'];
      expect(Object.keys(manifest.scripts ?? {}).filter((script) => atInstall.includes(script))).toEqual([]);
      const readme = readFileSync(join(root, folder, 'README.md'), 'utf8');
      expect(readme.startsWith(`# ${name}\n`)).toBe(true);
      expect(readme).toMatch(/^```(?:ts|sh)$/m);
    },
  );
});

describe('licences and the bill of materials', () => {
  const shipped = shippedComponents();

  test('nothing is shipped whose licence asks more than to keep its notice', () => {
    expect(shipped.components.length).toBeGreaterThan(5);
    expect(licenceProblems(shipped.components)).toEqual([]);
  });

  test('a licence that may not be shipped is found, in expressions too', () => {
    const one = (licence?: string): object => ({ name: 'x', version: '1.0.0', licence });
    expect(
      licenceProblems([one('GPL-3.0'), one(), one('MIT AND LGPL-2.1'), one('(MIT OR GPL-2.0)'), one('MIT')]),
    ).toEqual([
      'x@1.0.0: GPL-3.0 may not be shipped',
      'x@1.0.0: no licence may not be shipped',
      'x@1.0.0: MIT AND LGPL-2.1 may not be shipped',
    ]);
    expect(installedComponents().length).toBeGreaterThan(shipped.components.length);
  });

  test('every component has the hash that the lockfile holds it to, and every reference leads somewhere', () => {
    const document = bom(shipped);
    const references = new Set(document.components.map((one) => one['bom-ref']));
    expect(references.size).toBe(document.components.length);
    for (const { dependsOn } of document.dependencies)
      for (const one of dependsOn) expect(references).toContain(one);
    const third = document.components.filter(({ name }) => !name.startsWith('@cfe/'));
    expect(third.filter(({ hashes }) => hashes?.[0]?.content.length !== 128)).toEqual([]);
    expect(JSON.stringify(bom(shippedComponents()))).toBe(JSON.stringify(document));
  });
});

test('the workflows run what anyone can run in a clone', () => {
  const workflow = (name: string): string => readFileSync(join(root, '.github/workflows', name), 'utf8');
  expect(workflow('ci.yml')).toMatch(/^ {6}- run: \.ci\/run$/m);
  expect(workflow('ci.yml')).toMatch(/node: \[20, 22, 24\]/);
  expect(workflow('release.yml')).toMatch(/^ {2}id-token: write/m);
  expect(workflow('release.yml')).toMatch(/NPM_CONFIG_PROVENANCE: "true"/);
  const container = JSON.parse(readFileSync(join(root, '.devcontainer/devcontainer.json'), 'utf8')) as object;
  expect(container).toMatchObject({
    image: expect.stringMatching(/typescript-node:2[024]/),
    postCreateCommand: expect.any(String),
  });
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const runs = [...`${workflow('ci.yml')}\n${workflow('release.yml')}`.matchAll(/npm run ([\w:-]+)/g)].map(
    ([, name]) => name!,
  );
  expect(runs.length).toBeGreaterThan(0);
  for (const name of runs) expect(scripts, name).toHaveProperty(name);
  for (const file of ['.ci/run', '.github/workflows/ci.yml']) expect(existsSync(join(root, file))).toBe(true);
});
