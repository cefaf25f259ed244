import { type Backend, type Executor, executorFor, type Plan, selectBackend } from '@cfe/autograd';
import { wasmBackend } from '@cfe/backend-wasm';

let selected: Promise<Backend> | undefined;

/** The backends that the command line knows beside the two that are always there. */
function backends(): readonly (Backend | string)[] {
  return [wasmBackend({ tfjs: 'never' }), 'cpu', 'reference'];
}

/** What plans run on: the first backend that works here, or the one that CFE_BACKEND names. */
export async function selectedExecutor(): Promise<(plan: Plan) => Executor> {
  selected ??= selectBackend(backends()).then(({ backend }) => backend);
  const backend = await selected;
  return (plan) => executorFor(backend, plan);
}

/**
 * Everything of this command runs on the backend of this name, also in its threads, which inherit the environment.
 *
 * @throws InputError if there is no such backend, CfeError if it does not work here
 */
export async function runOn(backend: string | undefined): Promise<void> {
  if (backend === undefined) return;
  process.env.CFE_BACKEND = backend;
  selected = undefined;
  await selectedExecutor();
}
