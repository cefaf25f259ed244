// node scripts/check-packages.mjs publint|attw: checks every published package as its users would install it.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { workspaces } from './setup.mjs';

/** The files npm would publish, by path. Patterns beyond a file, a folder and `!src/**\/*.test.ts` are not known here. */
function packedFiles(folder, manifest) {
  const files = new Map();
  const visit = (path) => {
    const full = join(folder, path);
    const status = statSync(full, { throwIfNoEntry: false });
    if (status?.isDirectory()) for (const name of readdirSync(full)) visit(`${path}/${name}`);
    else if (status && !path.endsWith('.test.ts')) files.set(path, readFileSync(full));
  };
  const known = (pattern) => pattern === '!src/**/*.test.ts' || !/[!*?{]/.test(pattern);
  const unknown = manifest.files.find((pattern) => !known(pattern));
  if (unknown !== undefined)
    throw new Error(`${manifest.name}: teach check-packages.mjs the files pattern ${unknown}`);
  for (const pattern of manifest.files) if (!pattern.startsWith('!')) visit(pattern);
  const published = JSON.stringify(manifest, null, 2).replaceAll('workspace:*', manifest.version);
  files.set('package.json', Buffer.from(published));
  return files;
}

async function publint(files) {
  const { publint: lint } = await import('publint');
  const { formatMessage } = await import('publint/utils');
  const { messages, pkg } = await lint({
    pkgDir: '/package',
    strict: true,
    pack: { files: [...files].map(([name, data]) => ({ name: `/package/${name}`, data })) },
  });
  return messages.map((message) => `${message.type}: ${formatMessage(message, pkg, { color: false })}`);
}

async function attw(files, manifest) {
  const { checkPackage, Package } = await import('@arethetypeswrong/core');
  const prefix = `/node_modules/${manifest.name}/`;
  const contents = Object.fromEntries([...files].map(([path, data]) => [prefix + path, data]));
  const { problems = [] } = await checkPackage(new Package(contents, manifest.name, manifest.version));
  // The profile esm-only: how CommonJS and resolvers that know no "exports" fare is not our concern.
  const ignored = new Set(['node10', 'node16-cjs']);
  return problems
    .filter(({ resolutionKind }) => !ignored.has(resolutionKind))
    .map(({ kind, entrypoint, resolutionKind, ...rest }) =>
      [kind, entrypoint, resolutionKind, rest.fileName ?? rest.typesFileName].filter(Boolean).join(' '),
    );
}

const check = { publint, attw }[process.argv[2]];
for (const { folder, manifest } of workspaces()) {
  if (manifest.private) continue;
  for (const problem of new Set(await check(packedFiles(folder, manifest), manifest))) {
    process.stdout.write(`${manifest.name}: ${problem}\n`);
    process.exitCode = 1;
  }
}
