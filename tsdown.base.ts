import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'tsdown';

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly '@cfe/source'?: string }>>;
}

/** A file that defines a job which a thread may load. */
const job = /^export const \w+.*= defineJob\(/m;

/**
 * The one build every package uses. Its entries are the `@cfe/source` files of the package's own `exports`, so
 * package.json alone says what a package offers; with them every file that a thread loads by its address: `*-worker.ts`,
 * and those that define a job.
 * @param configUrl - `import.meta.url` of the package's tsdown.config.ts
 * @param overrides - what this package alone needs, such as a dependency to bundle
 */
export function packageConfig(configUrl: string, overrides: UserConfig = {}): UserConfig {
  const at = (path: string): string => fileURLToPath(new URL(path, configUrl));
  const manifest = JSON.parse(readFileSync(at('./package.json'), 'utf8')) as Manifest;
  const offered = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'object' && target['@cfe/source'] !== undefined ? [target['@cfe/source']] : [],
  );
  const loaded = readdirSync(at('./src'), { recursive: true, encoding: 'utf8' })
    .map((file) => `./src/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .filter((file) => file.endsWith('-worker.ts') || job.test(readFileSync(at(file), 'utf8')));
  const entry = [...new Set([...offered, ...loaded])];
  const missing = entry.filter((file) => !existsSync(at(file)));
  if (missing.length > 0)
    throw new Error(`${manifest.name}: package.json exports ${missing.join(', ')}, which is not there`);
  return defineConfig({
    entry,
    cwd: at('.'),
    tsconfig: fileURLToPath(new URL('./tsconfig.json', import.meta.url)),
    format: 'esm',
    platform: 'neutral', // what runs in Node alone says so by importing node:…
    external: [/^node:/],
    target: 'es2022',
    unbundle: true, // one file out per file in, so that import.meta.url means the same in src and dist
    skipNodeModulesBundle: true,
    fixedExtension: false,
    dts: { oxc: true, sourcemap: true },
    sourcemap: true,
    hash: false,
    report: false,
    logLevel: 'warn',
    ...overrides,
  }) as UserConfig;
}
