// What a fresh clone needs before anything runs: the pinned pnpm, the dependencies, the build. Plain Node, since it
// runs before anything is installed; each step is skipped when what it depends on has not changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (...path) => join(root, ...path);
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const manifest = readJson(inRoot('package.json'));
const pnpmVersion = manifest.packageManager.split('@')[1];

/** The environment of every tool: ours come first on PATH (turbo looks for `pnpm` there), and nothing phones home. */
const pathKey = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
export const environment = {
  ...process.env,
  [pathKey]: [inRoot('node_modules', '.bin'), process.env[pathKey]].filter(Boolean).join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
};

/** The packages and apps of the workspace, as `{ folder, manifest }`. */
export function workspaces() {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(inRoot(parent))
      .sort()
      .map((name) => inRoot(parent, name))
      .filter((folder) => existsSync(join(folder, 'package.json')))
      .map((folder) => ({ folder, manifest: readJson(join(folder, 'package.json')) })),
  );
}

/** The JavaScript file behind a command of a dependency of the root, to be run by this very Node on any system. */
export function binOf(dependency, command = dependency.split('/').at(-1)) {
  const folder = inRoot('node_modules', dependency);
  const { bin } = readJson(join(folder, 'package.json'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/**
 * Runs a script with this Node and resolves to `{ code, output }`; a rejected promise means it could not start.
 * `output: 'keep'` collects what it prints instead of showing it, `'stderr'` keeps our own stdout clean.
 */
export function runNode(args, { output = 'show' } = {}) {
  return execute(process.execPath, args, { output });
}

function execute(file, args, { output = 'show', shell = false }) {
  const stdio = { show: 'inherit', keep: ['ignore', 'pipe', 'pipe'], stderr: ['ignore', 2, 2] }[output];
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env: environment, stdio, shell });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** Installs the lockfile's dependencies, unless exactly these are installed already. */
export async function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    stop(`Node 20.19 or later is needed; this is ${process.version}.`);
  const stampFile = inRoot('node_modules', '.cfe-install');
  const stamp = fingerprint([
    process.platform,
    process.arch,
    ...['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'].map((file) => readFileSync(inRoot(file))),
    ...workspaces().map(({ folder }) => readFileSync(join(folder, 'package.json'))),
  ]);
  if (isStamped(stampFile, stamp)) return;
  say(`Installing dependencies with pnpm ${pnpmVersion} …`);
  const { code } = await pnpm(['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only']);
  if (code !== 0) {
    stop(
      'The dependencies could not be installed (see above). If a package.json was edited, update the lockfile with: ' +
        `npx pnpm@${pnpmVersion} install`,
    );
  }
  writeFileSync(stampFile, stamp);
}

/** Builds every package, unless no source changed since the last build. Resolves to whether the build stands. */
export async function build() {
  const stampFile = inRoot('node_modules', '.cfe-build');
  const stamp = sourceFingerprint();
  const complete = workspaces().every(({ folder, manifest }) =>
    Object.values(manifest.exports).every((target) => existsSync(join(folder, target.default ?? target))),
  );
  if (complete && isStamped(stampFile, stamp)) return true;
  say('Building …');
  const { code, output } = await runNode(
    [binOf('turbo'), 'run', 'build', '--ui=stream', '--log-order=grouped'],
    {
      output: 'keep',
    },
  );
  if (code === 0) writeFileSync(stampFile, stamp);
  else say(output);
  return code === 0;
}

/** Installs and builds what is not yet there, or ends the process. */
export async function ensureBuilt() {
  await ensureInstalled();
  if (!(await build())) stop('The build failed (see above).');
}

/** Ends the process with one line that says why. */
export function stop(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function pnpm(args) {
  const installed = inRoot('node_modules', 'pnpm', 'package.json');
  if (existsSync(installed) && readJson(installed).version === pnpmVersion) {
    return runNode([binOf('pnpm'), ...args], { output: 'stderr' });
  }
  // `npm run` says where npm is; its npx needs no shell, which on Windows would have to quote paths with spaces.
  const npx = process.env.npm_execpath && join(dirname(process.env.npm_execpath), 'npx-cli.js');
  const command = ['--prefer-offline', '--yes', `pnpm@${pnpmVersion}`, ...args];
  return npx && existsSync(npx)
    ? runNode([npx, ...command], { output: 'stderr' })
    : execute('npx', command, { output: 'stderr', shell: process.platform === 'win32' });
}

function sourceFingerprint() {
  const seen = [];
  const visit = (path) => {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else if (status) seen.push(`${path}:${status.size}:${status.mtimeMs}`);
  };
  for (const file of [
    'pnpm-lock.yaml',
    'turbo.json',
    'tsdown.base.ts',
    'tsconfig.json',
    'tsconfig.base.json',
    'scripts/cars.mjs',
  ]) {
    visit(inRoot(file));
  }
  for (const { folder } of workspaces()) {
    for (const part of ['src', 'scripts', 'package.json', 'tsdown.config.ts']) visit(join(folder, part));
  }
  return fingerprint(seen);
}

function isStamped(file, stamp) {
  return existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

function fingerprint(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}
