import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve as resolvePath } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/** What diagnosis asks of the machine; tests put a machine with a fault in its place. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  /** Node's version without the v */
  readonly node: string;
  /** version of the GNU C library, or `undefined` on another one (musl) */
  readonly glibc: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** folder of an installed package, or `undefined` */
  packageFolder(name: string): string | undefined;
  exists(path: string): boolean;
  /** names in a folder; empty if there is none */
  list(folder: string): readonly string[];
  /** evaluates a package */
  load(name: string): Promise<unknown>;
  /** Node's own `util`, which packages in CommonJS share */
  readonly util: Record<string, unknown>;
}

/**
 * This machine. Packages are looked for from the folder given, or CFE_TFJS_NODE, then from the working folder, since that
 * is whose peers they are.
 */
export function thisHost(from: string | undefined = process.env.CFE_TFJS_NODE): Host {
  const folders = [...(from === undefined || from === '' ? [] : [resolvePath(from)]), process.cwd()];
  const requires = [
    ...folders.map((folder) => pathToFileURL(`${folder}/package.json`).href),
    import.meta.url,
  ].map((place) => createRequire(place));
  const resolve = (name: string): string | undefined => {
    for (const require of requires) {
      try {
        return require.resolve(name);
      } catch {}
    }
    return undefined;
  };
  const header = (process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined)
    ?.header;
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    glibc: header?.glibcVersionRuntime,
    environment: process.env,
    packageFolder: (name) => {
      const manifest = resolve(`${name}/package.json`);
      return manifest === undefined ? undefined : dirname(manifest);
    },
    exists: existsSync,
    list: (folder) => {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    },
    load: async (name) => {
      const file = resolve(name);
      return import(/* @vite-ignore */ file === undefined ? name : pathToFileURL(file).href);
    },
    util: createRequire(import.meta.url)('node:util') as Record<string, unknown>,
  };
}
