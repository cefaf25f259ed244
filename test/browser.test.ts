import { describe, expect, test } from 'vitest';
import { bundlePage, findChromium, runPage } from './support/chromium-page.ts';

const chromium = findChromium();
let executors: Promise<string> | undefined;
const executorsPage = (): Promise<string> => {
  executors ??= bundlePage('test/pages/executors.ts');
  return executors;
};
const noChromium = 'no Chromium here: install one, or name it in CFE_CHROMIUM';

describe('executors in a browser', () => {
  test('the reference, the plain and the WebAssembly executor pass the conformance suite, with no file but the script', async (context) => {
    if (chromium === undefined) return context.skip(noChromium);
    const script = await executorsPage();
    expect(await runPage(chromium, script)).toMatchObject({
      backend: 'wasm',
      executors: ['reference', 'cpu', 'wasm'],
      failures: [],
      facts: { wasm: true, simd: true },
    });
  }, 120_000);

  test('where a policy blocks WebAssembly, the plain executor takes over and the reason is told', async (context) => {
    if (chromium === undefined) return context.skip(noChromium);
    const script = await executorsPage();
    const policy = "default-src 'self'; script-src 'self'";
    expect(await runPage(chromium, script, { policy })).toMatchObject({
      backend: 'cpu',
      executors: ['reference', 'cpu'],
      rejected: [
        {
          name: 'wasm',
          reason: expect.stringMatching(/WebAssembly cannot be used here: .*Content Security Policy/i),
        },
      ],
      failures: [],
    });
  }, 120_000);

  test('WebGL runs plans through TensorFlow.js', async (context) => {
    if (chromium === undefined) return context.skip(noChromium);
    if (process.env.CFE_FULL !== '1') return context.skip('half a minute without a GPU: set CFE_FULL=1');
    const script = await bundlePage('test/pages/webgl.ts');
    const result = (await runPage(chromium, script, { flags: ['--enable-unsafe-swiftshader'] })) as Answer;
    if (result.backend !== 'webgl')
      return context.skip(`no WebGL in this Chromium: ${result.rejected[0]?.reason}`);
    expect(result).toMatchObject({ failures: [] });
  }, 600_000);

  test('training on WebGPU goes on elsewhere when its device is lost, and then the WebGL context, with nothing lost', async (context) => {
    if (chromium === undefined) return context.skip(noChromium);
    const script = await bundlePage('test/pages/webgpu.ts');
    const result = (await runPage(chromium, script, { flags: webgpuFlags })) as Training;
    if (result.first !== 'webgpu')
      return context.skip(`no WebGPU in this Chromium: ${result.lost[0]?.reason}`);
    expect(result.lost[0]).toMatchObject({
      name: 'webgpu',
      reason: expect.stringMatching(/device was lost/),
    });
    // WebGL took over, and lost its context two steps later; or this Chromium has none.
    expect(result.lost[1]).toMatchObject({
      name: 'webgl',
      reason: expect.stringMatching(/the WebGL context was lost|no WebGL 2/),
    });
    expect(result.last).toBe('cpu');
    expect(result.losses).toBe(8);
    expect(result.lossError).toBeLessThan(1e-4);
    // A step of Adam is 0.02: float32 rounding on three backends is far below one, a step lost or made twice is not.
    expect(result.parameterError).toBeLessThan(1e-3);
    expect(result.probe).toMatchObject({ available: false });
    expect(result.facts?.layers).toMatch(/programs|composed/);
  }, 600_000);

  test('WebGPU passes the conformance suite, with our layer programs', async (context) => {
    if (chromium === undefined) return context.skip(noChromium);
    if (process.env.CFE_FULL !== '1') return context.skip('minutes without a GPU: set CFE_FULL=1');
    const script = await bundlePage('test/pages/webgpu-conformance.ts');
    const result = (await runPage(chromium, script, { flags: webgpuFlags })) as Answer;
    if (result.backend !== 'webgpu')
      return context.skip(`no WebGPU in this Chromium: ${result.rejected[0]?.reason}`);
    expect(result).toMatchObject({ failures: [] });
  }, 900_000);
});

const webgpuFlags = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--enable-unsafe-swiftshader',
];

interface Training {
  readonly first: string;
  readonly last: string;
  readonly facts?: { readonly layers?: string };
  readonly lost: readonly { readonly name: string; readonly reason: string }[];
  readonly losses: number;
  readonly lossError: number;
  readonly parameterError: number;
  readonly probe: unknown;
}

interface Answer {
  readonly backend: string;
  readonly rejected: readonly { readonly reason: string }[];
}
