// One train step (likelihood, gradient, Adam) of the size that GPUs are for, in a page: 4096 rows, 200 variables with all earlier ones for
// parents, hidden 64, on WebGPU and WebGL; and what interventions cost, 0.3 a row left out over a mask of zeros.
//   npx vitest bench --run packages/backend-browser/bench/gpu-size.bench.ts
// On a machine with a graphics card, CFE_CHROMIUM names the browser and CFE_CHROMIUM_FLAGS is empty or what its driver wants
// (--enable-unsafe-webgpu --enable-features=Vulkan on Linux). By default a software renderer computes: make it smaller with CFE_HIDDEN
// and CFE_ROWS.
import { bench } from 'vitest';
import { bundlePage, findChromium, runPage } from '../../../test/support/chromium-page.ts';

const software =
  '--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader --enable-features=Vulkan --enable-unsafe-swiftshader';
const size = {
  d: 200,
  hidden: Number(process.env.CFE_HIDDEN ?? 64),
  rows: Number(process.env.CFE_ROWS ?? 4096),
  rounds: Number(process.env.CFE_ROUNDS ?? 5),
};

bench('a train step of GPU size, in a page', run, {
  iterations: 1,
  warmupIterations: 0,
  time: 0,
  warmupTime: 0,
});

interface Answer {
  readonly name: string;
  readonly detail?: string;
  readonly facts?: object;
  readonly skipped?: string;
  readonly some: number;
  readonly none: number;
}

async function run(): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined) {
    console.log('skipped: no Chromium here: install one, or name it in CFE_CHROMIUM');
    return;
  }
  const answers = (await runPage(
    chromium,
    await bundlePage('packages/backend-browser/bench/pages/gpu-size.ts'),
    {
      head: `<script>globalThis.cfe = ${JSON.stringify(size)}</script>`,
      flags: (process.env.CFE_CHROMIUM_FLAGS ?? software).split(' ').filter((flag) => flag !== ''),
    },
  )) as readonly Answer[];
  console.log(
    `${size.rows} rows, ${size.d} variables, hidden ${size.hidden}; best of ${size.rounds}, taking turns`,
  );
  for (const { name, detail, facts, skipped, some, none } of answers)
    console.log(
      skipped === undefined
        ? `${name} (${detail}; ${JSON.stringify(facts ?? {})}): ${some.toPrecision(3)} s a step; interventions cost ${(some / none).toFixed(2)}`
        : `${name}: skipped, ${skipped}`,
    );
}
