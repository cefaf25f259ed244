// How long is one step of `trainer.fit` against the same training in PyTorch?
//   node scripts/build.mjs && npx vitest bench --run packages/trainer/bench/torch.bench.ts
// Whole fits of the built packages are timed (support/built-fits.mjs), with batches, masks, schedules, losses and progress in them; PyTorch's loop
// has the same parts (peers/train_fit.py), and its setup is not counted. A process each. One thread each: processor time on both sides, with what
// our engine compiles and collects on other threads. Two threads each: the time that passes, which needs two idle cores; with BUSY=1, for a
// machine that others use too, the processor time of our busiest thread beside half of PyTorch's on one thread, as if it lost nothing with two.
// Best of five rounds in which all take turns. PyTorch is looked for under CFE_PYTHON and python3.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bench } from 'vitest';

bench('training', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

interface Contest {
  readonly name: string;
  readonly bar: number;
  readonly threads?: 1 | 2;
  readonly epochs: number;
}

const contests: readonly Contest[] = [
  { name: 'classic-1024-32', epochs: 40, bar: 8 },
  { name: 'dag-20-16-256-4096', epochs: 20, bar: 1.5 },
  { name: 'dag-20-16-256-4096', epochs: 5, bar: 1.5 },
  { name: 'dag-50-16-256-4096', epochs: 20, bar: 1.2 },
  { name: 'dag-50-16-256-4096', epochs: 5, bar: 1.2 },
  { name: 'dag-100-64-1024-4096', epochs: 5, bar: 0.5 },
  { name: 'dag-100-64-1024-4096', epochs: 5, bar: 1, threads: 2 },
];
const isBusy = process.env.BUSY === '1';
const rounds = 5;
const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));

async function run(): Promise<void> {
  if (!existsSync(built)) throw new Error('There is no build. node scripts/build.mjs');
  const ours = talkTo(process.execPath, [
    fileURLToPath(new URL('./support/built-fits.mjs', import.meta.url)),
  ]);
  const alone = await startPeer(1);
  const pair = isBusy ? undefined : await startPeer(2);
  const lines: string[] = [];
  for (const { name, bar, threads = 1, epochs } of contests) {
    const peer = threads === 1 || isBusy ? alone : pair;
    const [wasm, clock] = threads === 1 ? ['wasm', 'processor'] : ['threads', isBusy ? 'busiest' : 'passed'];
    const isSmall = name !== 'dag-100-64-1024-4096';
    const best = { torch: Infinity, wasm: Infinity, cpu: Infinity };
    for (let round = 0; round < rounds; round++) {
      if (peer !== undefined) best.torch = Math.min(best.torch, await peer.ask(`${name} ${epochs}`));
      best.wasm = Math.min(best.wasm, await ours.ask(`${name} ${epochs} ${wasm} ${clock}`));
      if (isSmall) best.cpu = Math.min(best.cpu, await ours.ask(`${name} ${epochs} cpu processor`));
    }
    if (threads === 2 && isBusy) best.torch /= 2;
    const cell = (seconds: number): string =>
      Number.isFinite(seconds)
        ? `${(1000 * seconds).toPrecision(3)}${Number.isFinite(best.torch) ? ` (${(best.torch / seconds).toPrecision(2)}×)` : ''}`
        : '–';
    const torch = Number.isFinite(best.torch) ? (1000 * best.torch).toPrecision(3) : '–';
    lines.push(
      `| ${name} | ${threads} | ${epochs} | ${torch} | ${cell(best.wasm)} | ${cell(best.cpu)} | ${bar}× |`,
    );
    console.log(lines.at(-1));
  }
  ours.close();
  alone?.close();
  pair?.close();
  console.log(
    [
      `Milliseconds per step of a whole fit; in brackets, how many times faster than ${alone === undefined ? 'PyTorch, which is not here' : `PyTorch ${alone.version}`}. Node ${process.version}.`,
      '| workload | threads | epochs | PyTorch | trainer, WASM SIMD | trainer, plain JavaScript | bar |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...lines,
    ].join('\n'),
  );
}

/** A process that answers each line with a number. */
interface Contestant {
  /** its next line, after what was asked, if anything */
  next(line?: string): Promise<string>;
  ask(line: string): Promise<number>;
  close(): void;
}

function talkTo(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Contestant {
  const child: ChildProcessWithoutNullStreams = spawn(command, args, { env: { ...process.env, ...env } });
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next: Contestant['next'] = async (line) => {
    if (line !== undefined) child.stdin.write(`${line}\n`);
    const { done, value } = await lines.next();
    if (done === true) throw new Error(`${command} ${args.join(' ')} has ended.`);
    return value;
  };
  return { next, ask: async (line) => Number(await next(line)), close: () => child.stdin.end() };
}

async function startPeer(threads: number): Promise<(Contestant & { readonly version: string }) | undefined> {
  for (const python of [process.env.CFE_PYTHON, 'python3', '/usr/bin/python3']) {
    if (python === undefined) continue;
    if (spawnSync(python, ['-c', 'import torch']).status !== 0) continue;
    const script = fileURLToPath(new URL('./peers/train_fit.py', import.meta.url));
    const limit = String(threads);
    const limits = { OMP_NUM_THREADS: limit, OPENBLAS_NUM_THREADS: limit, MKL_NUM_THREADS: limit };
    const peer = talkTo(python, [script, limit], limits);
    const { torch: version } = JSON.parse(await peer.next()) as { torch: string };
    return { ...peer, version };
  }
  return undefined;
}
