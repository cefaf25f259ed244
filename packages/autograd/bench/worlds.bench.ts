/**
 * The same question in 1 to 4096 worlds, ours beside PyTorch and ChiRho: ten variables, MLP mechanisms, 32 noise rows that
 * all worlds share, one variable set to another value in each world; all values, and the gradient of a loss on them with
 * respect to the values set. PYTHON names an interpreter that has torch, and chirho with pyro where that is to run.
 * Processor time on both sides, one thread each; the median of what fits into some seconds.
 *
 * Ours are `forwardWorlds` on each executor, which computes what an action does not reach once for all worlds, and the same on
 * the WASM executor with every world computed by itself.
 *
 * PyTorch does it as people write it, variable by variable over worlds × rows with `torch.where`; ChiRho with
 * `MultiWorldCounterfactual`, which has one world more, the factual one. Answers are compared before times are printed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bench, describe } from 'vitest';
import {
  createCpuExecutor,
  createReferenceExecutor,
  type Executor,
  forwardWorlds,
  type Plan,
  type PlanAction,
  planLayout,
} from '../src/index.ts';
import { interleaved, processorSeconds } from './support/interleaved.ts';
import { type Workload, workload } from './support/workload.ts';

const python = process.env.PYTHON;
// A backend depends on this package and not the other way round, so it is only asked for by name.
const wasmPackage = '@cfe/backend-wasm';
const wasm = (await import(/* @vite-ignore */ wasmPackage).catch(() => undefined)) as
  | { createWasmExecutor(plan: Plan): Executor }
  | undefined;
const [variables, sharedRows, target] = [10, 32, 4];
const counts = [1, 16, 256, 4096];

const script = `
import json, sys, time
import numpy as np, torch
torch.set_num_threads(1)
folder, peer = sys.argv[1:3]
task = json.load(open(folder + '/task.json'))
d, n, target = task['variables'], task['rows'], task['target']
tensor = lambda values: torch.tensor(values, dtype=torch.float32)
nets = [{k: tensor(v) for k, v in m.items() if k != 'parents'} | {'parents': m['parents']} for m in task['mechanisms']]
noise, setting, upstream = (tensor(task[k]) for k in ('noise', 'setting', 'upstream'))

def mechanism(j, x):  # x: one tensor per variable, which broadcast
    m = nets[j]
    if not m['parents']: return m['bias2']
    h = sum(x[i][..., None] * m['weights1'][:, k] for k, i in enumerate(m['parents'])) + m['bias1'] \\
        if peer == 'chirho' else torch.stack([x[i] for i in m['parents']], -1) @ m['weights1'].T + m['bias1']
    return torch.tanh(h) @ m['weights2'] + m['bias2']

def torch_pass(worlds):
    value = setting[:worlds].clone().requires_grad_(True)
    u = noise.repeat(1, worlds)
    mask = torch.zeros(d, worlds * n, dtype=torch.bool); mask[target] = True
    full = torch.zeros(d, worlds * n)
    x = []
    for j in range(d):
        own = mechanism(j, x) + u[j]
        x.append(torch.where(mask[j], value.repeat_interleave(n) if j == target else full[j], own))
    x = torch.stack(x)
    (upstream.repeat(1, worlds) * x).sum().backward()
    return x.detach().reshape(d, worlds, n).numpy(), value.grad.numpy()

def chirho_pass(worlds):
    import pyro, pyro.distributions as dist
    from chirho.counterfactual.handlers import MultiWorldCounterfactual
    from chirho.indexed.ops import IndexSet, gather
    from chirho.interventional.handlers import do
    value = setting[:worlds].clone().requires_grad_(True)
    def model():
        x = []
        for j in range(d):
            own = mechanism(j, x) + noise[j]
            x.append(pyro.deterministic(f'x{j}', own, event_dim=0))
        return x
    with MultiWorldCounterfactual(first_available_dim=-2):
        with do(actions={f'x{target}': tuple(value[w].expand(n) for w in range(worlds))}):
            x = model()
    x = [(v if v.dim() > 1 else v.expand(worlds + 1, n)) for v in x]
    x = torch.stack([v.reshape(worlds + 1, n) for v in x])[:, 1:]
    (upstream[:, None] * x).sum().backward()
    return x.detach().numpy(), value.grad.numpy()

run = torch_pass if peer == 'torch' else chirho_pass
for worlds in task['counts']:
    x, grad = run(worlds)
    x.astype(np.float32).tofile(f'{folder}/{peer}-{worlds}-x.bin')
    grad.astype(np.float32).tofile(f'{folder}/{peer}-{worlds}-g.bin')
    times = []
    end = time.perf_counter() + 3
    while True:
        start = time.process_time(); run(worlds); times.append(time.process_time() - start)
        if time.perf_counter() > end: break
    print(json.dumps({'worlds': worlds, 'seconds': sorted(times)[len(times) // 2], 'version': torch.__version__}), flush=True)
`;

const load = workload(variables, sharedRows);
const setting = Float32Array.from({ length: Math.max(...counts) }, (_, w) => Math.sin(w));

/** The worlds as rows, [variable, world, row]. */
function inWorlds(worlds: number): { batch: Workload; action: PlanAction } {
  const rows = worlds * sharedRows;
  const repeated = (part: Float32Array): Float32Array =>
    Float32Array.from(
      { length: variables * rows },
      (_, at) => part[Math.floor(at / rows) * sharedRows + (at % sharedRows)] as number,
    );
  const value = new Float32Array(variables * rows);
  for (let r = 0; r < rows; r++) value[target * rows + r] = setting[Math.floor(r / sharedRows)] as number;
  const cut = new Uint8Array(variables * rows).fill(1, target * rows, (target + 1) * rows);
  return {
    batch: { ...load, rows, noise: repeated(load.noise), upstream: repeated(load.upstream) },
    action: { cut, value },
  };
}

function answer(executor: Executor, worlds: number): { values: Float32Array; gradient: Float32Array } {
  const { batch, action } = inWorlds(worlds);
  const { rows, parameters, upstream } = batch;
  const pass = forwardWorlds(executor, { worlds, rows: sharedRows, parameters, noise: load.noise, action });
  const values = Float32Array.from(pass.values);
  const { value } = pass.backward(upstream);
  const gradient = new Float32Array(worlds);
  for (let r = 0; r < rows; r++) gradient[Math.floor(r / sharedRows)]! += value[target * rows + r] as number;
  return { values, gradient };
}

function task(): string {
  const { plan, parameters, noise, upstream } = load;
  const row = (part: Float32Array, from: number, length: number): number[] =>
    Array.from(part.subarray(from, from + length));
  const mechanisms = planLayout(plan).mechanisms.map(({ layers }, j) => {
    const parents = Array.from(
      plan.parents.items.subarray(plan.parents.offsets[j], plan.parents.offsets[j + 1]),
    );
    const last = layers.at(-1)!;
    if (layers.length === 1) return { parents, bias2: parameters[last.bias] };
    const first = layers[0]!;
    return {
      parents,
      weights1: Array.from({ length: first.outputs }, (_, o) =>
        row(parameters, first.weights + o * first.inputs, first.inputs),
      ),
      bias1: row(parameters, first.bias, first.outputs),
      weights2: row(parameters, last.weights, last.inputs),
      bias2: parameters[last.bias],
    };
  });
  const byVariable = (part: Float32Array): number[][] =>
    Array.from({ length: variables }, (_, j) => row(part, j * sharedRows, sharedRows));
  return JSON.stringify({
    variables,
    rows: sharedRows,
    target,
    counts,
    mechanisms,
    noise: byVariable(noise),
    upstream: byVariable(upstream),
    setting: Array.from(setting),
  });
}

function distance(have: Float32Array, want: Float32Array): number {
  return want.reduce(
    (most, x, i) => Math.max(most, Math.abs(x - (have[i] as number)) / Math.max(1, Math.abs(x))),
    0,
  );
}

function peerTimes(peer: 'torch' | 'chirho', folder: string): Map<number, number> {
  const times = new Map<number, number>();
  let lines: string[];
  try {
    lines = execFileSync(python as string, ['-c', script, folder, peer], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
      .trim()
      .split('\n');
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr)
      .trim()
      .split('\n')
      .at(-1);
    console.log(`${peer}: skipped, it does not run there: ${reason}`);
    return times;
  }
  const reference = createReferenceExecutor(load.plan);
  for (const line of lines) {
    const { worlds, seconds, version } = JSON.parse(line) as {
      worlds: number;
      seconds: number;
      version: string;
    };
    const read = (what: string): Float32Array =>
      new Float32Array(new Uint8Array(readFileSync(join(folder, `${peer}-${worlds}-${what}.bin`))).buffer);
    const ours = answer(reference, worlds);
    const apart = Math.max(distance(ours.values, read('x')), distance(ours.gradient, read('g')));
    if (!(apart < 1e-4)) throw new Error(`${peer} and the reference differ by ${apart} at ${worlds} worlds`);
    if (times.size === 0)
      console.log(`${peer}: torch ${version}, one thread; answers agree to ${apart.toExponential(1)}`);
    times.set(worlds, seconds);
  }
  return times;
}

const folder = mkdtempSync(join(tmpdir(), 'cfe-worlds-'));
try {
  writeFileSync(join(folder, 'task.json'), task());
  if (python === undefined)
    console.log('torch, chirho: skipped, since PYTHON does not name an interpreter that has them.');
  const peers = {
    torch: python === undefined ? new Map<number, number>() : peerTimes('torch', folder),
    chirho: python === undefined ? new Map<number, number>() : peerTimes('chirho', folder),
  };
  console.log(
    `node ${process.version}, ${cpus()[0]?.model}; ${variables} variables, ${sharedRows} rows in each world, forward + backward`,
  );
  let last: { worlds: number; best: number } | undefined;
  for (const worlds of counts) {
    const { batch, action } = inWorlds(worlds);
    const { rows, parameters, noise, upstream } = batch;
    const executors = {
      wasm: wasm?.createWasmExecutor(load.plan) ?? createCpuExecutor(load.plan),
      fused: createCpuExecutor(load.plan),
      reference: createReferenceExecutor(load.plan, { dtype: 'float32' }),
    };
    const shared = { worlds, rows: sharedRows, parameters, noise: load.noise, action };
    const run = (executor: Executor) => (): void => {
      forwardWorlds(executor, shared).backward(upstream);
    };
    const times = interleaved(
      {
        wasm: run(executors.wasm),
        apart: () => {
          executors.wasm.forward({ rows, parameters, noise, action });
          executors.wasm.backward(upstream);
        },
        fused: run(executors.fused),
        reference: run(executors.reference),
      },
      { seconds: 4, clock: processorSeconds },
    );
    const best = wasm === undefined ? times.fused : times.wasm;
    const ms = (seconds: number | undefined): string =>
      seconds === undefined ? 'not run' : `${(1000 * seconds).toFixed(2)} ms`;
    const over = (seconds: number | undefined): string =>
      seconds === undefined ? '' : ` (${(seconds / best).toFixed(1)}× our best)`;
    const [torch, chirho] = [peers.torch.get(worlds), peers.chirho.get(worlds)];
    const growth =
      last === undefined
        ? ''
        : `; our time per world is ${((100 * best) / worlds / (last.best / last.worlds)).toFixed(0)}% of the line before`;
    console.log(
      `${worlds} worlds: wasm ${ms(wasm && times.wasm)} (each world by itself ${ms(wasm && times.apart)}), fused ${ms(times.fused)}, reference ${ms(times.reference)}; ` +
        `PyTorch ${ms(torch)}${over(torch)}, ChiRho ${ms(chirho)}${over(chirho)}${growth}`,
    );
    last = { worlds, best };
    for (const executor of Object.values(executors)) executor.dispose();
  }
} finally {
  rmSync(folder, { recursive: true });
}

describe('256 worlds, forward and backward', () => {
  const { batch, action } = inWorlds(256);
  const { parameters, upstream } = batch;
  const executor = createCpuExecutor(load.plan);
  const shared = { worlds: 256, rows: sharedRows, parameters, noise: load.noise, action };
  bench(
    'fused cpu',
    () => {
      forwardWorlds(executor, shared).backward(upstream);
    },
    { time: 500 },
  );
});
