import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, test } from 'vitest';

test('all of the package, its dependencies included, is under 40 kB minified and gzipped', async () => {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@cfe/source'] },
    build: {
      write: false,
      minify: true,
      rolldownOptions: {
        input: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
        preserveEntrySignatures: 'strict',
      },
    },
  });
  const { output } = built as { readonly output: readonly Chunk[] };
  expect(output.map(({ type, imports }) => [type, imports])).toEqual([['chunk', []]]); // nothing is left to import
  const code = output[0]?.code ?? '';
  expect(code).toContain('graph/cyclic');
  expect(code).toMatch(/\bas osetAid\b/);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThan(40_000);
});

interface Chunk {
  readonly type: string;
  readonly imports: readonly string[];
  readonly code: string;
}
