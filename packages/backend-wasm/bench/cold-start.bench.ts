// From nothing to a first prediction: import, compile the kernels, one forward pass, in fresh Node processes; and the size of
// the code in a page.
//   npx vitest bench --run packages/backend-wasm/bench/cold-start.bench.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, defaultServerConditions } from 'vite';
import { bench } from 'vitest';

bench('cold start', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

const source = `
import { createPlan, initialParameters } from '@cfe/autograd';
import { createWasmExecutor } from '@cfe/backend-wasm';
const parents = { offsets: Int32Array.of(0, 0, 0, 0, 3), items: Int32Array.of(0, 1, 2) };
const plan = createPlan({ graph: { nodes: ['a', 'b', 'c', 'y'], parents }, mechanism: { hidden: [16, 16] } });
const executor = createWasmExecutor(plan);
const { values } = executor.forward({ rows: 32, parameters: initialParameters(plan), noise: new Float32Array(128) });
if (values.length !== 128) throw new Error('no prediction');
console.log(performance.now() - globalThis.begun);
`;

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cfe-cold-'));
  const here = fileURLToPath(new URL('.', import.meta.url));
  try {
    const entry = join(here, 'cold-entry.virtual.mjs');
    const result = await build({
      root: here,
      configFile: false,
      logLevel: 'silent',
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === entry ? id : undefined),
          load: (id) => (id === entry ? source : undefined),
        },
      ],
      resolve: { conditions: ['@cfe/source', ...defaultServerConditions] },
      build: {
        write: false,
        modulePreload: false,
        rolldownOptions: {
          input: entry,
          external: [/^@tensorflow\//],
          output: { format: 'es', codeSplitting: false },
        },
      },
    });
    const [output] = Array.isArray(result) ? result : [result];
    if (output === undefined || !('output' in output)) throw new Error('did not build');
    const { code } = output.output[0];
    const file = join(folder, 'cold.mjs');
    writeFileSync(file, code);
    const begin = `globalThis.begun = performance.now(); await import(${JSON.stringify(file)});`;
    const times = Array.from({ length: 9 }, () =>
      Number(execFileSync(process.execPath, ['--input-type=module', '-e', begin], { encoding: 'utf8' })),
    ).sort((a, b) => a - b);
    console.log(
      `Import to first prediction: ${times[4]?.toFixed(0)} ms (median of 9 processes, ${times[0]?.toFixed(0)}–${times[8]?.toFixed(0)}); ` +
        `code with kernels: ${(gzipSync(code).length / 1000).toFixed(1)} kB gzip.`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
