import { Worker } from 'node:worker_threads';
import {
  type Executor,
  type LikelihoodResult,
  type Plan,
  planLayout,
  type TeacherInput,
} from '@cfe/autograd';
import { InputError } from '@cfe/base';
import { jobState, type ShareJob, shared, sharedInput, type ThreadStart } from './internal/share-job.ts';
import { type Share, sharesOf, workOf } from './internal/shares.ts';
import { createWasmExecutor, type WasmExecutorOptions } from './wasm-executor.ts';

/** How many threads compute. */
export interface ThreadedExecutorOptions extends WasmExecutorOptions {
  /** the calling one among them; default 2 */
  readonly threads?: number | undefined;
  /** multiplications of a step below which one thread does it alone; default 1e7, somewhat below a millisecond */
  readonly smallest?: number | undefined;
}

/** An executor of several threads. */
export interface ThreadedExecutor extends Executor {
  /** resolves when all threads take part; until then the calling thread computes alone, with the same results */
  readonly started: Promise<void>;
}

/** One helping thread, and the memory that it shares. */
interface Helper {
  readonly worker: Worker;
  readonly share: Share;
  readonly ready: Int32Array;
  job: ShareJob | undefined;
}

/** A thread that gives no answer for so long is given up. */
const longestWait = 60_000;

/**
 * The WebAssembly executor with likelihoods and train steps on several threads of Node. Each thread computes some of the
 * mechanisms over all rows, so the result is that of one thread to the bit, whatever their number. It pays for large
 * plans: see the benchmarks. Other passes run on the calling thread, which waits in `step` as it would compute.
 *
 * @throws {@link InputError} if `threads` is not a whole number ≥ 1
 * @throws {@link CfeError} as `createWasmExecutor`
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan } from '@cfe/autograd';
 * import { createThreadedExecutor } from '@cfe/backend-wasm/threads';
 * const executor = createThreadedExecutor(createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) }), { threads: 1 });
 * const parameters = Float32Array.of(0, 0, 2, 1, 0); // y = 2x + 1 + u, each with σ = 1
 * executor.likelihood({ rows: 1, parameters, values: Float32Array.of(3, 7) }).loss.toFixed(3); // → 6.338
 * executor.dispose();
 */
export function createThreadedExecutor(
  plan: Plan,
  { threads = 2, smallest = 1e7, variant }: ThreadedExecutorOptions = {},
): ThreadedExecutor {
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new InputError(
      'backend-wasm/threads',
      `createThreadedExecutor: threads must be a whole number ≥ 1, got ${threads}.`,
      { threads },
    );
  }
  const own = createWasmExecutor(plan, { variant });
  const [mine, ...theirs] = sharesOf(plan, threads) as [Share, ...Share[]];
  const work = workOf(plan).reduce((sum, each) => sum + each, 0);
  const { parameters: size } = planLayout(plan);
  const d = plan.variables;
  const helpers = theirs.filter(([from, to]) => to > from).map((share) => helperFor(plan, variant, share));
  const total = new Float32Array(size);
  let lost = false;

  const isHelped = ({ rows }: TeacherInput): boolean =>
    !lost &&
    helpers.length > 0 &&
    work * rows >= smallest &&
    helpers.every(({ ready }) => Atomics.load(ready, 0) === 1);

  /** All shares at once; `undefined` where a thread failed, which is then found again in one thread. */
  function together(input: TeacherInput): LikelihoodResult | undefined {
    const first = helpers[0]?.job?.input;
    const base = sharedInput(input, first);
    for (const helper of helpers) {
      const omit = shared(omitOthers(input, helper.share, d), helper.job?.input.omit);
      const gates = input.gates && new Float32Array(new SharedArrayBuffer(4 * input.gates.length));
      helper.job = {
        input: { ...base, omit },
        state: helper.job?.state ?? new Int32Array(new SharedArrayBuffer(4)),
        loss: helper.job?.loss ?? new Float64Array(new SharedArrayBuffer(8 * d)),
        gradient: helper.job?.gradient ?? new Float32Array(new SharedArrayBuffer(4 * size)),
        gates: gates?.length === helper.job?.gates?.length ? helper.job?.gates : gates,
      };
      Atomics.store(helper.job.state, 0, jobState.running);
      helper.worker.postMessage(helper.job);
    }
    const found = own.likelihood({ ...input, omit: omitOthers(input, mine, d) });
    for (const { job } of helpers) {
      const { state } = job as ShareJob;
      const waited = Atomics.wait(state, 0, jobState.running, longestWait);
      lost ||= waited === 'timed-out';
      if (Atomics.load(state, 0) !== jobState.done) return undefined;
    }
    total.set(found.gradient.parameters);
    const gates = found.gradient.gates?.slice();
    const byVariable = found.byVariable.slice();
    for (const { job, share } of helpers) {
      const { loss, gradient, gates: theirGates } = job as ShareJob;
      const [from, to] = parametersOf(plan, share);
      total.set(gradient.subarray(from, to), from);
      byVariable.set(loss.subarray(...share), share[0]);
      const edges = plan.parents.offsets;
      const each = gates === undefined ? 0 : gates.length / plan.parents.items.length;
      const [firstGate, lastGate] = share.map((j) => (edges[j] as number) * each) as [number, number];
      if (each > 0) gates?.set((theirGates as Float32Array).subarray(firstGate, lastGate), firstGate);
    }
    let loss = 0;
    for (let j = 0; j < d; j++) loss += byVariable[j] as number;
    return { loss, byVariable, gradient: { parameters: total, gates } };
  }

  return {
    ...own,
    name: `${own.name} × ${threads}`,
    started: Promise.all(helpers.map(({ worker }) => startOf(worker))).then(() => {}),
    likelihood: (input) => (isHelped(input) ? together(input) : undefined) ?? own.likelihood(input),
    step(input) {
      const found = isHelped(input) ? together(input) : undefined;
      if (found === undefined) return own.step(input);
      const { addGradient } = input;
      if (addGradient !== undefined)
        for (let i = 0; i < size; i++) total[i] = (total[i] as number) + (addGradient[i] as number);
      // No term is left to compute: this adds the gradient, clips, and makes the optimiser's step.
      const omit = new Uint8Array(d * input.rows).fill(1);
      const { gradientNorm } = own.step({ ...input, omit, addGradient: total });
      return { loss: found.loss, byVariable: found.byVariable, gradientNorm, gates: found.gradient.gates };
    },
    dispose() {
      for (const { worker } of helpers) void worker.terminate();
      own.dispose();
    },
  };
}

function helperFor(plan: Plan, variant: string | undefined, share: Share): Helper {
  const ready = new Int32Array(new SharedArrayBuffer(4));
  const start: ThreadStart = { plan, variant, ready };
  const worker = new Worker(new URL('./share-worker.js', import.meta.url), {
    workerData: start,
    execArgv: [], // how the program was started is not for a helper
  });
  worker.unref();
  worker.on('error', () => {}); // whoever awaits `started` is told; the others compute alone
  return { worker, share, ready, job: undefined };
}

function startOf(worker: Worker): Promise<void> {
  const started = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  started.catch(() => {});
  worker.ref();
  const unref = (): void => worker.unref();
  started.then(unref, unref);
  return started;
}

/** `[d * rows]`: 1 outside the share, inside what the input leaves out. */
function omitOthers({ rows, omit }: TeacherInput, [from, to]: Share, variables: number): Uint8Array {
  const all = new Uint8Array(variables * rows).fill(1);
  if (omit === undefined) all.fill(0, from * rows, to * rows);
  else all.set(omit.subarray(from * rows, to * rows), from * rows);
  return all;
}

function parametersOf(plan: Plan, [from, to]: Share): readonly [number, number] {
  const { mechanisms } = planLayout(plan);
  return [mechanisms[from]?.from as number, mechanisms[to - 1]?.to as number];
}
