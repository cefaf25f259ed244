// One train step (likelihood, gradient, Adam) of the size that GPUs are for, in a page: 4096 rows, 200 variables with all earlier ones for
// parents, hidden 64, on WebGPU and WebGL; and what interventions cost, 0.3 a row left out over a mask of zeros and over no mask. The mask of
// zeros against itself says how much of a ratio is noise.
//   npx vitest bench --run packages/backend-browser/bench/gpu-size.bench.ts
// On a machine with a graphics card, CFE_CHROMIUM names the browser and CFE_CHROMIUM_FLAGS is empty or what its driver wants
// (--enable-unsafe-webgpu --enable-features=Vulkan on Linux). By default a software renderer computes: make it smaller with CFE_HIDDEN
// and CFE_ROWS. CFE_BACKEND takes one backend alone, CFE_ROUNDS as many rounds.
import { bench } from 'vitest';
import { bundlePage, findChromium, runPage } from '../../../test/support/chromium-page.ts';
import { median, pairedRatio } from '../../../test/support/turns.ts';
import { secondsOfDescendants } from './support/descendants.ts';

const software =
  '--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader --enable-features=Vulkan --enable-unsafe-swiftshader';
const size = {
  d: 200,
  hidden: Number(process.env.CFE_HIDDEN ?? 64),
  rows: Number(process.env.CFE_ROWS ?? 4096),
  rounds: Number(process.env.CFE_ROUNDS ?? 6),
  backend: process.env.CFE_BACKEND,
};

bench('a train step of GPU size, in a page', run, {
  iterations: 1,
  warmupIterations: 0,
  time: 0,
  warmupTime: 0,
});

/** Seconds, round by round; of the processor where the page is told. */
interface Cost {
  readonly wall: number;
  readonly processor: number | null;
}

interface Answer {
  readonly name: string;
  readonly detail?: string;
  readonly facts?: object;
  readonly skipped?: string;
  readonly costs: Readonly<Record<'some' | 'zeros' | 'again' | 'none', readonly Cost[]>>;
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
      files: (url) =>
        url === '/processor-seconds'
          ? Buffer.from(JSON.stringify(secondsOfDescendants() ?? null))
          : undefined,
    },
  )) as readonly Answer[];
  console.log(
    `${size.rows} rows, ${size.d} variables, hidden ${size.hidden}; ${size.rounds} rounds, taking turns; ratios: median [quartiles]`,
  );
  for (const { name, detail, facts, skipped, costs } of answers) {
    if (skipped !== undefined) {
      console.log(`${name}: skipped, ${skipped}`);
      continue;
    }
    console.log(`${name} (${detail}; ${JSON.stringify(facts ?? {})})`);
    for (const clock of ['wall', 'processor'] as const) {
      const of = (which: keyof Answer['costs']): number[] =>
        costs[which].map((cost) => cost[clock] as number);
      if (costs.some.some((cost) => cost[clock] === null)) continue;
      console.log(
        `${clock === 'wall' ? 'time that passed' : 'processor time'}: ${median(of('some')).toPrecision(3)} s a step; interventions over ` +
          `zeros ${pairedRatio(of('some'), of('zeros'))}, over no mask ${pairedRatio(of('some'), of('none'))}; ` +
          `zeros over zeros ${pairedRatio(of('again'), of('zeros'))}`,
      );
    }
  }
}
