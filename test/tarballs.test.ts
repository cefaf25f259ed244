import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { bundleScript, findChromium, runPage } from './support/chromium-page.ts';
import {
  finish,
  installAlone,
  installTarballs,
  missingBuild,
  type Project,
  publishedPackages,
} from './support/tarball-projects.ts';
import { root } from './support/workspace.ts';

const packages = publishedPackages();
const names = packages.map(({ manifest }) => manifest.name);
const libraries = names.filter((name) => name !== '@cfe/cli');
/** Those whose main entry is meant for a page as well as for Node. */
const forPages = names.filter((name) => !['@cfe/cli', '@cfe/backend-node-gpu'].includes(name));
const chromium = findChromium();
const full = process.env.CFE_FULL === '1';
const nodes = [20, 22, 24];
const noNodes =
  process.platform === 'win32' ? 'the runtimes of npm’s node package have other paths on Windows' : undefined;

const folder = mkdtempSync(join(tmpdir(), 'cfe tarballs '));
let projects: readonly Project[] = [];
let skipped: string | undefined;

beforeAll(async () => {
  const unbuilt = missingBuild(packages);
  if (unbuilt !== undefined) {
    skipped = `${unbuilt} is not built: npm run build`;
    return;
  }
  const result = await installTarballs(folder, packages);
  if ('offline' in result) skipped = result.offline;
  else projects = result.projects;
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

test('TensorFlow.js is in none of the projects, nor any package that was not asked for', (context) => {
  skipIfNone(context);
  const installed = readdirSync(join(folder, 'node_modules/.pnpm'));
  expect(installed.filter((name) => /tensorflow/.test(name))).toEqual([]);
  for (const [name, brings] of [
    ['graph', ['base', 'graph']],
    ['scm', ['base', 'graph', 'scm']],
    ['data', ['base', 'data', 'graph', 'scm']],
    ['structure', ['autograd', 'base', 'data', 'graph', 'scm', 'structure']],
  ] as const) {
    expect(broughtBy(projectOf(`@cfe/${name}`)), name).toEqual(brings.map((part) => `@cfe/${part}`));
  }
});

describe('alone from its tarball, the README says what happens', () => {
  test.for(libraries)('%s', { timeout: 60_000 }, async (name, context) => {
    skipIfNone(context);
    await expectExamplesToRun(name, process.execPath);
  });

  test('@cfe/cli', async (context) => {
    skipIfNone(context);
    const { path } = projectOf('@cfe/cli');
    writeFileSync(
      join(path, 'model.json'),
      '{"kind":"linear-gaussian","nodes":["x","y"],"weights":[[0,2],[0,0]],"intercepts":[0,1],"noiseVariances":[1,1]}',
    );
    const cfe = async (...args: string[]): Promise<unknown> => {
      const bin = join(path, 'node_modules/@cfe/cli/bin/cfe.js');
      const { code, output } = await finish(process.execPath, [bin, ...args, '--json', '--quiet'], path);
      expect(code, output).toBe(0);
      return JSON.parse(output);
    };
    expect(await cfe('query', 'model.json', '--do', 'x=3')).toMatchObject({ exact: true, mean: { y: 7 } });
    // Learning with resampling, which runs in worker threads: their files are in the tarballs too.
    await cfe('simulate', '--nodes', '4', '--degree', '2', '-n', '200', '--out', 'set', '--seed', '1');
    const found = await cfe('discover', 'set/data.csv', '--bootstrap', '4');
    expect(found).toMatchObject({ nodes: expect.any(Array), edges: expect.any(Array) });
  }, 120_000);

  test('a README that says something else is caught', async (context) => {
    skipIfNone(context);
    const { path } = projectOf('@cfe/graph');
    const wrong = `import { createRecorder } from './recorder.js'; import { createDag } from '@cfe/graph';
      export const $record = createRecorder(); $record.value('here', createDag(['x'], []).nodes, "['y']");`;
    writeFileSync(join(path, 'wrong.js'), wrong);
    expect(await mismatchesOf(process.execPath, path, ['wrong.js'])).toHaveLength(1);
  }, 60_000);

  test('what a package does not name is out of its reach', async (context) => {
    skipIfNone(context);
    const { path } = projectOf('@cfe/graph');
    writeFileSync(join(path, 'phantom.js'), "import '@cfe/scm';");
    const { code, output } = await finish(process.execPath, ['phantom.js'], path);
    expect([code, output]).toEqual([1, expect.stringContaining('ERR_MODULE_NOT_FOUND')]);
  }, 60_000);
});

test('the examples type-check against the declarations in the tarballs, which are checked too', async (context) => {
  skipIfNone(context);
  if (!full) return context.skip('a whole run of the compiler: set CFE_FULL=1');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { output } = await finish(process.execPath, [tsc, '--project', folder], folder);
  expect(output).toBe('');
}, 240_000);

describe('in every Node that is supported', () => {
  let offline: string | undefined;

  beforeAll(async () => {
    if (skipped !== undefined || noNodes !== undefined) return;
    // the binaries that npm's `node` package brings; it needs an install script only to choose among them
    const platform = `node-${process.platform}-${process.arch}`;
    offline = await installAlone(
      join(folder, 'nodes'),
      Object.fromEntries(nodes.map((major) => [`node${major}`, `npm:${platform}@${major}`])),
    );
  }, 240_000);

  test.for(nodes)(
    'Node %i: every README, each package from its own project',
    { timeout: 240_000 },
    async (major, context) => {
      skipIfNone(context);
      if (noNodes !== undefined) return context.skip(noNodes);
      if (offline !== undefined) return context.skip(offline);
      const node = join(folder, `nodes/node_modules/node${major}/bin/node`);
      expect((await finish(node, ['--version'], folder)).output).toMatch(`v${major}.`);
      // one process for all: what a file may import depends on where it lies
      const files = libraries.flatMap((name) => {
        const { path, examples } = projectOf(name);
        return examples.map(({ file }) => relative(folder, join(path, file)).replaceAll('\\', '/'));
      });
      expect(files.length).toBeGreaterThanOrEqual(libraries.length);
      expect(await mismatchesOf(node, folder, files)).toEqual([]);
      const cfe = join(projectOf('@cfe/cli').path, 'node_modules/@cfe/cli/bin/cfe.js');
      const { code, output } = await finish(node, [cfe, 'check', '--json', '--quiet'], folder);
      expect(code, output).toBe(0);
    },
  );
});

test('npm would publish them without a warning', async (context) => {
  skipIfNone(context);
  const npm = process.env.npm_execpath;
  if (npm === undefined || !/npm-cli\.js$/.test(npm))
    return context.skip('npm is not what runs this: npm test');
  // the one with a command and one without; all of them with CFE_FULL=1, or by npm run release -- --dry-run
  const some = full ? packages : packages.filter(({ manifest }) => /cli|graph/.test(manifest.name));
  for (const { manifest } of some) {
    const { name, version } = manifest as typeof manifest & { readonly version: string };
    const file = join(folder, 'tarballs', `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    const { code, output } = await finish(
      process.execPath,
      [npm, 'publish', file, '--dry-run', '--access', 'public', '--provenance=false'],
      folder,
    );
    if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT/.test(output))
      return context.skip('the registry cannot be reached');
    expect(code, output).toBe(0);
    const warnings = output.split('\n').filter((line) => /^npm (?:warn|error)/i.test(line));
    expect(warnings.filter((line) => !/requires you to be logged in/.test(line))).toEqual([]);
  }
}, 120_000);

test('in a page, from a production build, the READMEs say what happens', async (context) => {
  skipIfNone(context);
  if (chromium === undefined)
    return context.skip('no Chromium here: install one, or name it in CFE_CHROMIUM');
  const shown = forPages.flatMap((name) => {
    const project = projectOf(name);
    const inPage = project.examples.filter(({ imports }) => !imports.some((one) => one.endsWith('/node')));
    return inPage.map(({ file, place }) => ({ place, path: join(project.path, file) }));
  });
  const entry = join(folder, 'page.js');
  const runs = shown.map(
    ({ place, path }) => `[${JSON.stringify(place)}, () => import(${JSON.stringify(path)})]`,
  );
  writeFileSync(
    entry,
    `const answer = {};
    for (const [place, run] of [${runs.join(',\n')}]) {
      try { answer[place] = (await run()).$record.mismatches; } catch (error) { answer[place] = [String(error?.stack ?? error)]; }
    }
    await fetch('/result', { method: 'POST', body: JSON.stringify(answer) });`,
  );
  const resolve = { alias: { 'node:util': join(root, 'test/pages/inspect.ts') } };
  const script = await bundleScript(entry, { root: folder, resolve });
  const answer = await runPage(chromium, script);
  expect(answer).toEqual(Object.fromEntries(shown.map(({ place }) => [place, []])));
  expect(new Set(shown.map(({ place }) => place.split('/')[1])).size).toBe(forPages.length);
}, 120_000);

function skipIfNone(context: TestContext): void {
  if (skipped !== undefined) context.skip(skipped);
}

function projectOf(name: string): Project {
  const project = projects.find((one) => one.name === name);
  if (project === undefined) throw new Error(`${name} has no project`);
  return project;
}

async function expectExamplesToRun(name: string, node: string): Promise<void> {
  const { path, examples } = projectOf(name);
  expect(examples.length).toBeGreaterThan(0);
  const files = examples.map(({ file }) => file);
  expect(await mismatchesOf(node, path, files)).toEqual([]);
}

/** The @cfe packages that lie beside a package where it was installed, and it itself. */
function broughtBy({ name, path }: Project): readonly string[] {
  const found = new Set<string>();
  const visit = (scope: string): void => {
    if (!existsSync(scope)) return;
    for (const one of readdirSync(scope)) {
      if (found.has(`@cfe/${one}`)) continue;
      found.add(`@cfe/${one}`);
      visit(join(realpathSync(join(scope, one)), '..'));
    }
  };
  found.add(name);
  visit(join(realpathSync(join(path, 'node_modules', name)), '..'));
  return [...found].sort();
}

async function mismatchesOf(
  node: string,
  path: string,
  files: readonly string[],
): Promise<readonly string[]> {
  const run = `const found = [];
    for (const file of ${JSON.stringify(files)}) found.push(...(await import('./' + file)).$record.mismatches);
    console.log('\\n' + JSON.stringify(found));`;
  writeFileSync(join(path, 'run.js'), run);
  const { code, output } = await finish(node, ['run.js'], path);
  expect(code, output).toBe(0);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as string[];
}
