import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { packageConfig } from '../../tsdown.base.ts';

/** Node cannot import this file of tfjs-core, nor the 250 that it imports: see docs/decisions/tfjs-gradients.md. */
async function bundled(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry, formats: ['es'] },
      rolldownOptions: { external: ['@tensorflow/tfjs-core'] }, // the user's own; a second one would set up Node's platform again
    },
  });
  const [{ output }] = [result].flat() as unknown as [{ output: [{ code: string }] }];
  return output[0].code;
}

export default packageConfig(import.meta.url, {
  plugins: [
    {
      name: 'bundle-gradients',
      async renderChunk(_code: string, { fileName }: { readonly fileName: string }) {
        if (fileName !== 'tfjs/register-gradients.js') return undefined;
        return {
          code: await bundled(fileURLToPath(new URL('./src/tfjs/register-gradients.ts', import.meta.url))),
        };
      },
    },
  ],
});
