// node scripts/sbom.mjs [FILE]: the bill of materials of what is published (CycloneDX 1.6), from the lockfile and what is
// installed, without network; to stdout, or to FILE. A licence that may not be shipped ends it with exit code 1.
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, workspaces } from './setup.mjs';

/** What users may get along with an MIT package, without further duties than to keep the notice. */
const shipped = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'Unlicense',
  'CC0-1.0',
  'BlueOak-1.0.0',
]);
/** What may build, test and document it besides. */
const tools = new Set([...shipped, 'MPL-2.0', 'Python-2.0', 'CC-BY-4.0', 'BSD', 'Zlib', 'WTFPL']);

/** Where a manifest points to a file, what that file says. */
const stated = { 'spawndamnit@3.0.1': 'MIT' };

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Licences whose expression has none that is allowed, as sentences. `(MIT OR GPL-3.0)` is fine, `MIT AND GPL-3.0` not. */
export function licenceProblems(components, allowed = shipped) {
  return components
    .filter(({ licence }) => !isAllowed(licence, allowed))
    .map(({ name, version, licence }) => `${name}@${version}: ${licence ?? 'no licence'} may not be shipped`);
}

function isAllowed(expression, allowed) {
  if (expression === undefined) return false;
  const plain = expression.replaceAll(/[()]/g, '');
  return plain
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((one) => allowed.has(one.trim())));
}

/** Every third-party package that the published ones bring, with what each brings itself. */
export function shippedComponents() {
  const integrity = integrities();
  const found = new Map();
  const published = workspaces().filter(({ manifest }) => !manifest.private);
  const visit = (folder, manifest) =>
    Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).flatMap((name) => {
      const path = folderOf(name, folder);
      if (path === undefined) {
        if (manifest.optionalDependencies?.[name] !== undefined) return [];
        throw new Error(`${manifest.name} names ${name}, which is not installed: npm run build`);
      }
      const own = readJson(join(path, 'package.json'));
      if (own.name.startsWith('@cfe/')) return [`${own.name}@${own.version}`];
      const key = `${own.name}@${own.version}`;
      if (!found.has(key)) {
        const component = {
          name: own.name,
          version: own.version,
          licence: licenceOf(own),
          integrity: integrity.get(key),
        };
        found.set(key, component);
        component.brings = visit(path, own).sort();
      }
      return [key];
    });
  const roots = published.map(({ folder, manifest }) => ({
    name: manifest.name,
    version: manifest.version,
    brings: visit(folder, manifest).sort(),
  }));
  const components = [...found.values()].sort((a, b) => (purl(a) < purl(b) ? -1 : 1));
  return { roots, components };
}

/** Everything that is installed here, tools too. */
export function installedComponents() {
  const store = join(root, 'node_modules/.pnpm');
  const found = new Map();
  for (const entry of readdirSync(store)) {
    const modules = join(store, entry, 'node_modules');
    if (!existsSync(modules)) continue;
    for (const name of readdirSync(modules).flatMap((one) =>
      one.startsWith('@') ? readdirSync(join(modules, one)).map((inner) => `${one}/${inner}`) : [one],
    )) {
      const file = join(modules, name, 'package.json');
      if (!existsSync(file)) continue;
      const own = readJson(file);
      if (own.name === undefined || own.name.startsWith('@cfe/')) continue;
      found.set(`${own.name}@${own.version}`, {
        name: own.name,
        version: own.version,
        licence: licenceOf(own),
      });
    }
  }
  return [...found.values()];
}

/** The document itself. The same lockfile gives the same text. */
export function bom({ roots, components }) {
  const reference = (key) => `pkg:npm/${key.replace(/^@/, '%40')}`;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': 'cfe', name: 'cfe' } },
    components: [...roots, ...components].map((one) => ({
      type: 'library',
      'bom-ref': purl(one),
      name: one.name,
      version: one.version,
      purl: purl(one),
      licenses: licencesOf(one.licence ?? 'MIT'),
      ...(one.integrity === undefined
        ? {}
        : { hashes: [{ alg: 'SHA-512', content: Buffer.from(one.integrity, 'base64').toString('hex') }] }),
    })),
    dependencies: [
      { ref: 'cfe', dependsOn: roots.map(purl) },
      ...[...roots, ...components].map((one) => ({ ref: purl(one), dependsOn: one.brings.map(reference) })),
    ],
  };
}

function licencesOf(expression) {
  return /\s/.test(expression) ? [{ expression }] : [{ license: { id: expression } }];
}

function purl({ name, version }) {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

function licenceOf({ name, version, license, licenses }) {
  const known = stated[`${name}@${version}`];
  if (known !== undefined) return known;
  if (typeof license === 'string') return license;
  if (typeof license?.type === 'string') return license.type;
  return Array.isArray(licenses) ? licenses.map(({ type }) => type).join(' OR ') : undefined;
}

/** As Node finds it: in the `node_modules` of a folder above. */
function folderOf(name, from) {
  for (let folder = realpathSync(from); ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return realpathSync(path);
    if (folder === dirname(folder)) return undefined;
  }
}

/** By `name@version`, the SHA-512 that the lockfile holds a download to. */
function integrities() {
  const text = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  const entry =
    /^ {2}'?((?:@[^/\s]+\/)?[^@\s']+@[^\s':(]+)'?:\n {4}resolution: \{integrity: sha512-([^,}]+)/gm;
  return new Map([...text.matchAll(entry)].map(([, key, hash]) => [key, hash]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const shippedOnes = shippedComponents();
  const problems = [
    ...licenceProblems(shippedOnes.components),
    ...licenceProblems(installedComponents(), tools),
  ];
  const text = `${JSON.stringify(bom(shippedOnes), null, 2)}\n`;
  if (process.argv[2] === undefined) process.stdout.write(text);
  else writeFileSync(process.argv[2], text);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stderr.write(`${shippedOnes.components.length} third-party packages are shipped.\n`);
  if (problems.length > 0) process.exitCode = 1;
}
