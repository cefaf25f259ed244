import { CfeError, InputError } from '@cfe/base';
import { createDag } from '@cfe/graph';
import { afterEach, expect, test, vi } from 'vitest';
import type { Backend, Probe } from './backend.ts';
import { referenceBackend } from './builtin-backends.ts';
import { createPlan } from './create-plan.ts';
import { executorFor, listBackends, registerBackend, selectBackend } from './select-backend.ts';

const environment = {};
const undo: (() => void)[] = [];
afterEach(() => {
  for (const unregister of undo.splice(0)) unregister();
});

function fake(name: string, probe: () => Promise<Probe> = async () => ({ available: true })): Backend {
  return {
    name,
    capabilities: { device: 'cpu', dtype: 'float32' },
    probe,
    activate: vi.fn(async () => {}),
    dispose: async () => {},
  };
}

function register(backend: Backend): Backend {
  undo.push(registerBackend(backend));
  return backend;
}

const absent = (name: string): Backend =>
  fake(name, async () => ({ available: false, reason: `no ${name}` }));

test('the first that is available is activated, and the ones before it say why not', async () => {
  const taken = fake('taken');
  const later = fake('later');
  const throwing = fake('throwing', () => {
    throw new Error('boom');
  });
  const rejecting = fake('rejecting', async () => {
    throw new Error('bang');
  });
  const nonsense = fake('nonsense', async () => undefined as unknown as Probe);
  const failsLate: Backend = {
    ...fake('fails late'),
    activate: async () => {
      throw new Error('driver crashed');
    },
  };
  const order = [absent('gpu'), throwing, rejecting, nonsense, failsLate, taken, later];
  const selection = await selectBackend(order, { environment });
  expect(selection.backend).toBe(taken);
  expect(selection.chosenBy).toBe('order');
  expect(selection.rejected).toEqual([
    { name: 'gpu', reason: 'no gpu' },
    { name: 'throwing', reason: 'it failed unexpectedly: boom' },
    { name: 'rejecting', reason: 'it failed unexpectedly: bang' },
    { name: 'nonsense', reason: 'its probe gave no answer' },
    { name: 'fails late', reason: 'it failed unexpectedly: driver crashed' },
  ]);
  expect(taken.activate).toHaveBeenCalledTimes(1);
  expect(later.activate).not.toHaveBeenCalled();
});

test('probing alone activates nothing', async () => {
  const backend = fake('a');
  await selectBackend([backend], { environment, mode: 'probe' });
  expect(backend.activate).not.toHaveBeenCalled();
});

test('an override wins over CFE_BACKEND, which wins over the order', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => register(fake(name)));
  const names = async (...args: Parameters<typeof selectBackend>) => {
    const { backend, chosenBy } = await selectBackend(...args);
    return [backend, chosenBy];
  };
  expect(await names(['a'], { environment })).toEqual([a, 'order']);
  expect(await names(['a'], { environment: { CFE_BACKEND: ' ' } })).toEqual([a, 'order']);
  expect(await names(['a'], { environment: { CFE_BACKEND: 'b' } })).toEqual([b, 'environment']);
  expect(await names(['a'], { environment: { CFE_BACKEND: 'b' }, override: 'c' })).toEqual([c, 'override']);
  const other = fake('other');
  expect(await names('auto', { environment: { CFE_BACKEND: 'b' }, override: other })).toEqual([
    other,
    'override',
  ]);
});

test('CFE_BACKEND may list several, and is read from the process', async () => {
  register(absent('gone'));
  const kept = register(fake('kept'));
  vi.stubEnv('CFE_BACKEND', 'gone, kept');
  try {
    const { backend, rejected } = await selectBackend('auto');
    expect(backend).toBe(kept);
    expect(rejected).toEqual([{ name: 'gone', reason: 'no gone' }]);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('auto tries what the user registered, then the known names fastest first', async () => {
  const cpu = register(absent('wasm'));
  const mine = register(absent('mine'));
  const { backend, rejected } = await selectBackend('auto', { environment });
  expect(rejected.map(({ name }) => name)).toEqual([mine.name, cpu.name]);
  expect(backend.capabilities.device).toBe('cpu');
});

test('auto knows the backends of all plugins, in whatever order they were registered', async () => {
  for (const name of ['node-webgpu', 'webgl', 'node-gpu', 'webgpu', 'wasm']) register(absent(name));
  const { rejected } = await selectBackend('auto', { environment });
  expect(rejected.map(({ name }) => name)).toEqual(['wasm', 'node-gpu', 'node-webgpu', 'webgpu', 'webgl']);
});

test('an asked-for backend that is not there is an error with every reason, not a quiet other', async () => {
  const promise = selectBackend('auto', { environment, override: absent('cuda') });
  await expect(promise).rejects.toBeInstanceOf(CfeError);
  await expect(promise).rejects.toThrow(/the option names.*cuda: no cuda/);
  await expect(promise).rejects.toMatchObject({
    code: 'autograd/no-backend',
    details: { rejected: [{ name: 'cuda', reason: 'no cuda' }] },
  });
});

test('an unknown name is an error that lists the known and the nearest', async () => {
  const promise = selectBackend(['referense'], { environment });
  await expect(promise).rejects.toBeInstanceOf(InputError);
  await expect(promise).rejects.toThrow(/no backend is called "referense".*Did you mean "reference"/);
});

test('two objects under one name are an error, one object twice is not', async () => {
  const first = register(fake('twin'));
  expect(() => registerBackend(first)).not.toThrow();
  expect(() => registerBackend(fake('twin'))).toThrow(InputError);
  expect(() => registerBackend(fake('reference'))).toThrow(/two different backends/);
  await expect(selectBackend(['twin', fake('twin')], { environment })).rejects.toMatchObject({
    code: 'autograd/backend-name',
  });
  await expect(selectBackend([first, 'twin'], { environment })).resolves.toMatchObject({ backend: first });
});

test.each(['', ' ', 'a,b', 'auto'])('%j cannot name a backend', (name) => {
  expect(() => registerBackend(fake(name))).toThrow(InputError);
});

test('what was registered is listed until it is taken out', () => {
  const mine = fake('mine');
  const unregister = registerBackend(mine);
  expect(listBackends()).toContain(mine);
  unregister();
  expect(listBackends()).not.toContain(mine);
  expect(listBackends().map(({ name }) => name)).toContain('reference');
});

test('a backend without an executor for a plan is served by another, which says so', () => {
  const plan = createPlan({ graph: createDag(['x'], []) });
  expect(executorFor(referenceBackend(), plan).name).toBe('reference/float64');
  expect(executorFor(fake('none'), plan).name).toBe('cpu/plain');
});

test('a probe that hangs is passed over', async () => {
  vi.useFakeTimers();
  try {
    const hangs = fake('hangs', () => new Promise(() => {}));
    const selection = selectBackend([hangs, 'cpu'], { environment });
    await vi.advanceTimersByTimeAsync(10_000);
    const { backend, rejected } = await selection;
    expect(backend.name).toBe('cpu');
    expect(rejected).toEqual([{ name: 'hangs', reason: 'its probe gave no answer within 10 seconds' }]);
  } finally {
    vi.useRealTimers();
  }
});

test('another can be selected while the program runs', async () => {
  const [one, two] = [fake('one'), fake('two')];
  expect((await selectBackend([one], { environment })).backend).toBe(one);
  expect((await selectBackend([two], { environment })).backend).toBe(two);
  expect((await selectBackend([one], { environment })).backend).toBe(one);
  expect(one.activate).toHaveBeenCalledTimes(2);
});
