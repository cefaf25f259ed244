// Compiles assembly/ twice, with and without relaxed SIMD, into TypeScript modules that hold the binary as base64: one
// file for Node, bundlers, CDNs and workers alike, with no address to get wrong. Run after a change in assembly/:
//   node packages/backend-wasm/scripts/build-kernels.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const sourceNames = readdirSync(join(here, '../assembly')).filter((name) => name.endsWith('.ts'));

/** The binary of a variant, `'simd'` or `'relaxed'`. */
export async function compileKernels(variant) {
  const { default: asc } = await import('assemblyscript/asc');
  const sources = new Map(
    sourceNames.map((name) => [name, readFileSync(join(here, '../assembly', name), 'utf8')]),
  );
  let binary;
  const messages = [];
  const { error } = await asc.main(
    [
      'index.ts',
      '--outFile=kernels.wasm',
      '-O3',
      '--noAssert',
      '--runtime=stub',
      '--importMemory',
      '--noExportMemory',
      '--memoryBase=64',
      '--enable=simd',
      ...(variant === 'relaxed' ? ['--enable=relaxed-simd'] : []),
    ],
    {
      stdout: { write: (text) => messages.push(String(text)) },
      stderr: { write: (text) => messages.push(String(text)) },
      readFile: (name) => sources.get(name) ?? null,
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm')) binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || binary === undefined) throw new Error(`assembly/ does not compile: ${messages.join('')}`);
  return binary;
}

/** The text of the module that holds a variant. */
export async function kernelModule(variant) {
  const text = Buffer.from(await compileKernels(variant)).toString('base64');
  const lines = text.match(/.{1,100}/g).map((line) => `  '${line}'`);
  return `// biome-ignore format: written by scripts/build-kernels.mjs from assembly/, not to be edited\n/** The kernels, ${
    variant === 'simd' ? 'with SIMD' : 'with SIMD and fused multiply-add'
  }, in base64. */\nexport const ${variant}Kernels: string = [\n${lines.join(',\n')},\n].join('');\n`;
}

/** Where a variant's module is. */
export function kernelModulePath(variant) {
  return join(here, `../src/internal/${variant}-kernels.ts`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const variant of ['simd', 'relaxed'])
    writeFileSync(kernelModulePath(variant), await kernelModule(variant));
}
