// npm run release: builds and publishes every package whose version is not yet on the registry, with git tags.
// npm run release -- --dry-run: packs all of them and says what npm would say, without publishing; a warning is a failure.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { binOf, ensureBuilt, root, runNode, stop, workspaces } from './setup.mjs';

await ensureBuilt();
if (process.argv.includes('--dry-run')) await dryRun();
else {
  nameRepository();
  const { code } = await runNode([binOf('@changesets/cli', 'changeset'), 'publish']);
  process.exitCode = code;
}

async function dryRun() {
  const npm = process.env.npm_execpath;
  if (npm === undefined) stop('Run it as npm run release -- --dry-run.');
  const folder = mkdtempSync(join(tmpdir(), 'cfe-release-'));
  const published = workspaces().filter(({ manifest }) => !manifest.private);
  const filters = published.flatMap(({ manifest }) => ['--filter', manifest.name]);
  const packed = await runNode([binOf('pnpm'), '-r', ...filters, 'pack', '--pack-destination', folder], {
    output: 'keep',
  });
  if (packed.code !== 0) stop(packed.output);
  for (const { manifest } of published) {
    const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
    const { code, output } = await runNode(
      [npm, 'publish', join(folder, file), '--dry-run', '--access', 'public', '--provenance=false'],
      { output: 'keep' },
    );
    const warnings = output
      .split('\n')
      .filter((line) => /^npm (?:warn|error)/i.test(line) && !isExpected(line));
    const size = /package size:\s*(.+)/.exec(output)?.[1] ?? '';
    process.stdout.write(`${code === 0 && warnings.length === 0 ? '✓' : '✗'} ${manifest.name} ${size}\n`);
    for (const line of warnings) process.stdout.write(`  ${line}\n`);
    if (code !== 0 || warnings.length > 0) process.exitCode = 1;
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Who only tries needs no account. */
function isExpected(line) {
  return /requires you to be logged in/.test(line);
}

/** Provenance asks that a package names the repository that built it: the one whose workflow this is. */
function nameRepository() {
  const name = process.env.GITHUB_REPOSITORY;
  if (name === undefined) return;
  for (const { folder, manifest } of workspaces()) {
    if (manifest.private) continue;
    const directory = relative(root, folder).replaceAll('\\', '/');
    const repository = { type: 'git', url: `git+https://github.com/${name}.git`, directory };
    const file = join(folder, 'package.json');
    const homepage = `https://github.com/${name}/tree/main/${directory}#readme`;
    const own = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, `${JSON.stringify({ ...own, repository, homepage }, null, 2)}\n`);
  }
}
