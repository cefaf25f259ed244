import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { type Import, importsOf } from './imports.ts';
import type { Manifest, Workspace } from './workspace.ts';

/** The layer map: a package may import the ones before it. Drivers and apps have rules of their own, below. */
const order: readonly string[] = [
  'base',
  'graph',
  'scm',
  'data',
  'autograd',
  'structure',
  'losses',
  'counterfactuals',
  'network',
  'trainer',
  'report',
];

const tensorFlow = /^@tensorflow\//;
const withTfjsSubpath = new Set(['autograd', 'losses', 'network', 'trainer']);

/**
 * Every import and declared dependency that breaks the layer map, as sentences that name the file and the import.
 * @param workspaces - all packages and apps
 * @param rootManifest - what tests may use beside their package's own dependencies
 */
export function layerViolations(workspaces: readonly Workspace[], rootManifest: Manifest): readonly string[] {
  const byName = new Map(workspaces.map((workspace) => [workspace.manifest.name, workspace]));
  const violations: string[] = [];
  for (const workspace of workspaces) {
    for (const name of Object.keys({
      ...workspace.manifest.dependencies,
      ...workspace.manifest.peerDependencies,
    })) {
      const reason = forbiddenPackage(workspace, name);
      if (reason !== undefined)
        violations.push(`${workspace.folder}/package.json depends on '${name}': ${reason}`);
    }
    for (const [path, text] of workspace.sources) {
      for (const found of importsOf(path, text)) {
        const reason = forbiddenImport(workspace, path, found, byName, rootManifest);
        if (reason === undefined) continue;
        violations.push(`${workspace.folder}/${path}:${found.line} imports '${found.specifier}': ${reason}`);
      }
    }
    violations.push(...tensorFlowOutsideSubpath(workspace));
  }
  return violations;
}

function forbiddenImport(
  { folder, manifest, sources }: Workspace,
  path: string,
  { specifier, kind }: Import,
  byName: ReadonlyMap<string, Workspace>,
  rootManifest: Manifest,
): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    if (target.startsWith('../')) return 'no package reaches into another folder than its own';
    if (target.startsWith('src/') && !sources.has(target) && target.endsWith('.ts'))
      return 'there is no such file';
    return undefined;
  }
  const name = packageOf(specifier);
  const reason = forbiddenPackage({ folder, manifest, sources }, name);
  if (reason !== undefined) return reason;
  const target = byName.get(name);
  const subpath = `.${specifier.slice(name.length)}`;
  if (target !== undefined && target.manifest.exports?.[subpath] === undefined) {
    return `${name} exports no '${subpath}', and its src/ and dist/ are its own`;
  }
  if (
    shortName(folder).startsWith('backend-') &&
    tensorFlow.test(name) &&
    kind === 'static' &&
    !isTest(path)
  ) {
    return 'TensorFlow.js packages register themselves when imported, so a driver imports its own inside activate()';
  }
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies };
  const allowed = isTest(path) ? { ...declared, ...rootManifest.devDependencies } : declared;
  if (name !== manifest.name && !(name in allowed)) return `${folder}/package.json does not declare ${name}`;
  return undefined;
}

/** Why this workspace may not use that package at all, or `undefined` where it may. */
function forbiddenPackage({ folder, manifest }: Workspace, name: string): string | undefined {
  if (name === manifest.name) return undefined;
  const from = shortName(folder);
  if (tensorFlow.test(name)) {
    if (folder.startsWith('apps/')) return 'an app reaches TensorFlow.js through the packages';
    if (from.startsWith('backend-') || withTfjsSubpath.has(from)) return undefined;
    return `@cfe/${from} works without TensorFlow.js`;
  }
  if (!name.startsWith('@cfe/') || folder.startsWith('apps/')) {
    return ['@cfe/cli', '@cfe/eval', '@cfe/docs'].includes(name)
      ? 'what two apps share becomes a package'
      : undefined;
  }
  const to = name.slice('@cfe/'.length);
  if (from.startsWith('backend-')) {
    return to === 'base' || to === 'autograd'
      ? undefined
      : 'a backend imports @cfe/base and @cfe/autograd only';
  }
  if (!order.includes(to)) return 'a package imports neither backends nor apps';
  if (!order.includes(from))
    return `@cfe/${from} has no place in the layer map yet: give it one in test/support/layers.ts`;
  return order.indexOf(to) < order.indexOf(from)
    ? undefined
    : `@cfe/${to} is not below @cfe/${from} in the layer map`;
}

/** TensorFlow.js must stay out of whatever an entry other than `./tfjs` loads, types included. */
function tensorFlowOutsideSubpath({ folder, manifest, sources }: Workspace): readonly string[] {
  if (!withTfjsSubpath.has(shortName(folder))) return [];
  const needsTensorFlow = (specifier: string): boolean =>
    tensorFlow.test(specifier) || /^@cfe\/[^/]+\/tfjs$/.test(specifier);
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const entry = typeof target === 'object' ? target['@cfe/source'] : undefined;
    if (entry === undefined || subpath === './tfjs') return [];
    const violations: string[] = [];
    const seen = new Set<string>();
    const visit = (path: string): void => {
      const text = sources.get(path);
      if (text === undefined || seen.has(path)) return;
      seen.add(path);
      for (const { specifier, line } of importsOf(path, text)) {
        if (specifier.startsWith('.')) visit(posix.join(posix.dirname(path), specifier));
        else if (needsTensorFlow(specifier)) {
          violations.push(
            `${folder}/${path}:${line} imports '${specifier}': the entry '${subpath}' loads this file and works without TensorFlow.js`,
          );
        }
      }
    };
    visit(posix.normalize(entry));
    return violations;
  });
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function shortName(folder: string): string {
  return posix.basename(folder);
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}
