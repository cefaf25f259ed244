import { CfeError, InputError, messageOf, nearestName, quoteName } from '@cfe/base';
import type { Backend } from './backend.ts';
import { cpuBackend, referenceBackend } from './builtin-backends.ts';
import { createCpuExecutor } from './cpu-executor.ts';
import type { Executor } from './executor.ts';
import type { Plan } from './plan.ts';

/** Why a backend was passed over. */
export interface RejectedBackend {
  readonly name: string;
  readonly reason: string;
}

/** The backend that was taken, and what became of those before it. */
export interface BackendSelection {
  readonly backend: Backend;
  /** what the probe said about it */
  readonly detail?: string | undefined;
  /** whose wish it was: `override`, the environment variable CFE_BACKEND, or the order given */
  readonly chosenBy: 'override' | 'environment' | 'order';
  /** the ones tried before it, in order, each with its reason */
  readonly rejected: readonly RejectedBackend[];
}

/** How to select a backend. */
export interface SelectBackendOptions {
  /** name or names that win over everything else, as a command-line flag does */
  readonly override?: string | Backend | readonly (string | Backend)[] | undefined;
  /** where CFE_BACKEND is read from; default `process.env` in Node, nothing elsewhere */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** `'probe'` only asks, and activates nothing; default `'activate'` */
  readonly mode?: 'activate' | 'probe' | undefined;
}

/** Fastest first for the sizes that causal models have; a name that nobody registered is passed over. */
const autoOrder: readonly string[] = [
  'wasm',
  'node-gpu',
  'node-webgpu',
  'webgpu',
  'webgl',
  'cpu',
  'reference',
];

const registered = new Map<string, Backend>();

/**
 * Makes a backend known by its name, for this process.
 *
 * @returns a function that takes it out again
 * @throws {@link InputError} if another object is registered under that name, or the name is empty or has a comma
 * @example
 * import { referenceBackend, registerBackend, selectBackend } from '@cfe/autograd';
 * const unregister = registerBackend({ ...referenceBackend(), name: 'mine' });
 * (await selectBackend(['mine'], { environment: {} })).backend.name; // → 'mine'
 * unregister();
 */
export function registerBackend(backend: Backend): () => void {
  const { name } = backend;
  if (name.trim() === '' || name.includes(',') || name === 'auto') {
    throw new InputError(
      'autograd/backend-name',
      `registerBackend: ${quoteName(name)} cannot name a backend: it needs a name that is not 'auto' and has no comma.`,
      { name },
    );
  }
  const known = knownBackends().get(name);
  if (known !== undefined && known !== backend) throw twoUnderOneName('registerBackend', name);
  registered.set(name, backend);
  return () => {
    if (registered.get(name) === backend) registered.delete(name);
  };
}

/**
 * Every backend known in this process, by name: the registered ones, then the two that are always there
 * (`cpu` and `reference`).
 */
export function listBackends(): readonly Backend[] {
  return [...knownBackends().values()];
}

/**
 * Takes the first backend whose `probe` holds and that activates, and says why each one before it did not.
 *
 * What wins: `override`, then the environment variable CFE_BACKEND (a name, or several with commas), then `order`.
 * `'auto'` tries a user's own registered backends first, in the order of their registration, and then wasm,
 * node-gpu, node-webgpu, webgpu, webgl, cpu and reference as far as they are registered. A backend that throws or answers nonsense is passed
 * over with that as its reason.
 *
 * @param order - names of registered backends, or backend objects themselves
 * @throws {@link InputError} if a name is not registered and `order` is not `'auto'`, or two objects share a name
 * @throws {@link CfeError} `autograd/no-backend` if none is available; `details.rejected` holds the reasons
 * @example
 * import { selectBackend } from '@cfe/autograd';
 * const absent = {
 *   name: 'absent',
 *   capabilities: { device: 'gpu', dtype: 'float32' },
 *   probe: async () => ({ available: false, reason: 'no such device here' }),
 *   activate: async () => {},
 *   dispose: async () => {},
 * } as const;
 * const { backend, rejected } = await selectBackend([absent, 'reference'], { environment: {} });
 * backend.name; // → 'reference'
 * rejected; // → [{ name: 'absent', reason: 'no such device here' }]
 */
export async function selectBackend(
  order: 'auto' | readonly (string | Backend)[] = 'auto',
  { override, environment = processEnvironment(), mode = 'activate' }: SelectBackendOptions = {},
): Promise<BackendSelection> {
  const fromEnvironment = namesIn(environment.CFE_BACKEND);
  const overriding = override === undefined ? undefined : isList(override) ? override : [override];
  const chosenBy =
    overriding !== undefined ? 'override' : fromEnvironment !== undefined ? 'environment' : 'order';
  const wishes = overriding ?? fromEnvironment ?? order;
  const given = [...(typeof order === 'string' ? [] : order), ...(overriding ?? [])].filter(
    (entry) => typeof entry !== 'string',
  );
  const known = knownBackends(given);
  const candidates = wishes === 'auto' ? autoCandidates(known) : wishes.map((wish) => resolve(wish, known));

  const rejected: RejectedBackend[] = [];
  for (const backend of candidates) {
    const probed = await tryBackend(backend, mode);
    if (probed.reason === undefined) return { backend, detail: probed.detail, chosenBy, rejected };
    rejected.push({ name: backend.name, reason: probed.reason });
  }
  const where = { override: 'the option', environment: 'CFE_BACKEND', order: 'the order given' }[chosenBy];
  throw new CfeError(
    'autograd/no-backend',
    `selectBackend: none of the backends that ${where} names is available: ${rejected.map(({ name, reason }) => `${name}: ${reason}`).join('; ')}. Add 'cpu' or 'reference' at the end, which run everywhere.`,
    { rejected },
  );
}

/**
 * An executor for a plan from a backend; where the backend has none of its own for that plan, the CPU executor
 * serves, and the executor's `name` says so.
 *
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan, executorFor, referenceBackend } from '@cfe/autograd';
 * const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) });
 * executorFor(referenceBackend(), plan).name; // → 'reference/float64'
 */
export function executorFor(backend: Backend, plan: Plan): Executor {
  return backend.executor?.(plan) ?? createCpuExecutor(plan);
}

/** A driver that hangs must not hang the program. */
const probeSeconds = 10;

async function answerInTime<T>(answer: Promise<T>): Promise<T | 'late'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, 1000 * probeSeconds, 'late');
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function tryBackend(
  backend: Backend,
  mode: 'activate' | 'probe',
): Promise<{ readonly reason?: string; readonly detail?: string | undefined }> {
  try {
    const probe = await answerInTime(backend.probe());
    if (probe === 'late') return { reason: `its probe gave no answer within ${probeSeconds} seconds` };
    if (probe?.available !== true) return { reason: probe?.reason ?? 'its probe gave no answer' };
    if (mode === 'activate') await backend.activate();
    return { detail: probe.detail };
  } catch (error) {
    return { reason: `it failed unexpectedly: ${messageOf(error)}` };
  }
}

function autoCandidates(known: ReadonlyMap<string, Backend>): readonly Backend[] {
  const own = [...known.values()].filter(({ name }) => !autoOrder.includes(name));
  return [...own, ...autoOrder.flatMap((name) => known.get(name) ?? [])];
}

function resolve(wish: string | Backend, known: ReadonlyMap<string, Backend>): Backend {
  if (typeof wish !== 'string') return wish;
  const backend = known.get(wish);
  if (backend !== undefined) return backend;
  const names = [...known.keys()];
  const nearest = nearestName(wish, names);
  throw new InputError(
    'autograd/unknown-backend',
    `selectBackend: no backend is called ${quoteName(wish)}. Known: ${names.join(', ')}.${nearest === undefined ? '' : ` Did you mean ${quoteName(nearest)}?`} A plugin is known once registerBackend was given it.`,
    { name: wish, known: names, nearest },
  );
}

function twoUnderOneName(where: string, name: string): InputError {
  return new InputError(
    'autograd/backend-name',
    `${where}: two different backends are called ${quoteName(name)}. Create it once and pass that object on, or give one of them another name.`,
    { name },
  );
}

const builtin: readonly Backend[] = [cpuBackend(), referenceBackend()];

function knownBackends(given: readonly Backend[] = []): Map<string, Backend> {
  const known = new Map(registered);
  for (const backend of builtin) if (!known.has(backend.name)) known.set(backend.name, backend);
  for (const backend of given) {
    const { name } = backend;
    if ((known.get(name) ?? backend) !== backend) throw twoUnderOneName('selectBackend', name);
    known.set(name, backend);
  }
  return known;
}

function namesIn(value: string | undefined): readonly string[] | 'auto' | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  if (value.trim() === 'auto') return 'auto';
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {};
}
