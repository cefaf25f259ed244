import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Example, examplesInMarkdown, instrumentedModule } from './examples.ts';
import { importsOf } from './imports.ts';
import { readWorkspaces, root, type Workspace } from './workspace.ts';

/** An empty project into which one package was installed from its tarball, with the examples of its README. */
export interface Project {
  /** of the package, such as `@cfe/graph` */
  readonly name: string;
  readonly path: string;
  /** files `example-LINE.js`, each exporting a `$record`; `types-LINE.ts` beside it is as the README has it */
  readonly examples: readonly ProjectExample[];
}

export interface ProjectExample {
  readonly file: string;
  readonly place: string;
  readonly imports: readonly string[];
}

interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** The packages that are published: everything that a person could install. */
export function publishedPackages(): readonly Workspace[] {
  return readWorkspaces().filter(
    ({ manifest }) => (manifest as { readonly private?: boolean }).private !== true,
  );
}

/** What is not built of the packages, or `undefined`. */
export function missingBuild(packages: readonly Workspace[]): string | undefined {
  return packages.find(({ folder }) => !existsSync(join(root, folder, 'dist')))?.folder;
}

/**
 * Packs every package from its build, and installs each into an empty project of its own: its tarball, those of its own
 * @cfe dependencies, and third parties from the registry or the local store. Nothing is hoisted, so that a package
 * reaches what its package.json names and no more; optional peers (TensorFlow.js) are not there.
 *
 * @returns the projects, or why the registry could not be reached
 */
export async function installTarballs(
  folder: string,
  packages: readonly Workspace[],
): Promise<{ readonly projects: readonly Project[] } | { readonly offline: string }> {
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs, { recursive: true });
  const filters = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  const packed = await pnpm(root, ['-r', ...filters, 'pack', '--pack-destination', tarballs]);
  if (packed.code !== 0) throw new Error(`pnpm pack failed:\n${packed.output}`);

  const tarballOf = ({ manifest }: Workspace): string => {
    const { name, version } = manifest as Workspace['manifest'] & { readonly version: string };
    const file = join(tarballs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    if (!existsSync(file)) throw new Error(`${name} was not packed`);
    return `file:${file.replaceAll('\\', '/')}`;
  };
  const overrides = Object.fromEntries(packages.map((one) => [one.manifest.name, tarballOf(one)]));
  writeJson(join(folder, 'package.json'), { name: 'projects', private: true });
  writeJson(join(folder, 'tsconfig.json'), {
    compilerOptions: {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      strict: true,
      noEmit: true,
      typeRoots: [join(root, 'node_modules/@types')],
      types: ['node'],
    },
    include: ['projects/*/types-*.ts'],
  });
  // JSON is YAML.
  writeJson(join(folder, 'pnpm-workspace.yaml'), {
    packages: ['projects/*'],
    overrides,
    hoist: false,
    autoInstallPeers: false,
    strictPeerDependencies: false,
    onlyBuiltDependencies: [],
  });

  const projects = packages.map((one): Project => {
    const path = join(folder, 'projects', one.manifest.name.replace('@cfe/', ''));
    mkdirSync(path, { recursive: true });
    const reachable = closureOf(one, packages);
    const examples = readmeExamples(one).filter(({ imports }) =>
      imports.every((name) => !/tfjs|tensorflow/.test(name)),
    );
    const named = new Set([one.manifest.name, ...examples.flatMap(({ imports }) => imports.map(packageOf))]);
    const alien = [...named].filter((name) => !reachable.has(name));
    if (alien.length > 0) {
      throw new Error(
        `${one.folder}/README.md imports ${alien.join(', ')}, which ${one.manifest.name} does not bring`,
      );
    }
    writeJson(join(path, 'package.json'), {
      name: `project-${one.manifest.name.replace('@cfe/', '')}`,
      private: true,
      type: 'module',
      dependencies: Object.fromEntries([...named].map((name) => [name, overrides[name]])),
    });
    for (const { file, code, source } of examples) {
      writeFileSync(join(path, file), code);
      writeFileSync(join(path, file.replace('example', 'types').replace('.js', '.ts')), source);
    }
    for (const name of ['recorder', 'written-value']) {
      const source = readFileSync(join(root, 'test/support', `${name}.ts`), 'utf8');
      writeFileSync(join(path, `${name}.js`), javascript(source));
    }
    return { name: one.manifest.name, path, examples };
  });
  const offline = await installIn(folder);
  return offline === undefined ? { projects } : { offline };
}

/**
 * Installs packages into an empty project of their own.
 *
 * @returns why the registry could not be reached, if it could not
 */
export async function installAlone(
  folder: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true });
  writeJson(join(folder, 'package.json'), { name: 'alone', private: true, dependencies });
  writeJson(join(folder, 'pnpm-workspace.yaml'), { packages: [], onlyBuiltDependencies: [] });
  return installIn(folder);
}

async function installIn(folder: string): Promise<string | undefined> {
  const { code, output } = await pnpm(folder, [
    'install',
    '--prefer-offline',
    '--no-frozen-lockfile',
    '--reporter=append-only',
    '--config.fetch-retries=1',
  ]);
  if (code === 0) return undefined;
  if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ENETUNREACH|UND_ERR/.test(output))
    return 'the registry cannot be reached, and the local store lacks a dependency';
  throw new Error(`pnpm install failed:\n${output}`);
}

/** Runs a program to its end and collects what it prints. */
export function finish(command: string, args: readonly string[], cwd: string): Promise<Finished> {
  return new Promise((resolve, reject) => {
    // Vitest's own variables, and conditions that resolve to sources, are not part of a user's project.
    const { NODE_OPTIONS: _, VITEST: __, NODE_ENV: ___, ...env } = process.env;
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
  });
}

function pnpm(cwd: string, args: readonly string[]): Promise<Finished> {
  return finish(process.execPath, [join(root, 'node_modules/pnpm/bin/pnpm.cjs'), ...args], cwd);
}

/** The package and all @cfe packages that it brings, by name. */
function closureOf({ manifest }: Workspace, packages: readonly Workspace[]): ReadonlySet<string> {
  const found = new Set([manifest.name]);
  for (const name of found) {
    const one = packages.find((candidate) => candidate.manifest.name === name);
    for (const next of Object.keys(one?.manifest.dependencies ?? {})) found.add(next);
  }
  return found;
}

function readmeExamples({
  folder,
}: Workspace): readonly (ProjectExample & { readonly code: string; readonly source: string })[] {
  const path = `${folder}/README.md`;
  return examplesInMarkdown(path, readFileSync(join(root, path), 'utf8')).map((example: Example) => ({
    file: `example-${example.line}.js`,
    place: `${path}:${example.line}`,
    imports: importsOf('example.ts', example.code).map(({ specifier }) => specifier),
    source: example.code,
    code: javascript(instrumentedModule(example, './recorder.js')),
  }));
}

function javascript(source: string): string {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    rewriteRelativeImportExtensions: true,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
