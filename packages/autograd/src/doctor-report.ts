import { CfeError, createRng, messageOf } from '@cfe/base';
import type { Backend, BackendReport, Capabilities } from './backend.ts';
import { createPlan } from './create-plan.ts';
import type { Executor } from './executor.ts';
import { initialParameters } from './initial-parameters.ts';
import { createOptimizer } from './optimizer.ts';
import type { Plan } from './plan.ts';
import { planLayout } from './plan-layout.ts';
import { listBackends, type SelectBackendOptions, selectBackend } from './select-backend.ts';

/** One backend, looked at. */
export interface BackendDiagnosis {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly available: boolean;
  /** what its probe says if it is available, and the reason if it is not */
  readonly detail: string;
  /** the executor that runs plans on it; absent where the plan runs on its tfjs ops, or it is not available */
  readonly executor?: string | undefined;
  /** median time of one train step of the small benchmark (20 variables, hidden 16, 256 rows, Adam) */
  readonly stepMicroseconds?: number | undefined;
  readonly facts: BackendReport['facts'];
}

/** What this machine computes on, and why: plain data. */
export interface DoctorReport {
  /** name of the backend that `selectBackend` takes, or none */
  readonly active: string | undefined;
  readonly chosenBy: 'override' | 'environment' | 'order';
  readonly backends: readonly BackendDiagnosis[];
  /** what would be faster, most useful first */
  readonly advice: readonly string[];
}

/** How to look. */
export interface DoctorOptions extends Pick<SelectBackendOptions, 'override' | 'environment'> {
  /** default every known backend */
  readonly backends?: readonly Backend[] | undefined;
  /** about how long the benchmark takes in all; 0 leaves it out. Default 1 */
  readonly seconds?: number | undefined;
}

/**
 * Looks at every backend: whether it works here and if not why, what it is made of, which executor it brings, how fast a
 * small train step is on it, and what would be faster. Activates nothing that needs TensorFlow.js.
 *
 * @throws InputError if `override` or CFE_BACKEND names a backend that is not known
 * @example
 * import { doctorReport } from '@cfe/autograd';
 * const { active, backends } = await doctorReport({ seconds: 0, environment: {} });
 * active; // → 'cpu'
 * backends.map(({ name, available }) => `${name} ${available}`); // → ['cpu true', 'reference true']
 */
export async function doctorReport({
  backends = listBackends(),
  override,
  environment,
  seconds = 1,
}: DoctorOptions = {}): Promise<DoctorReport> {
  const plan = benchmarkPlan();
  const diagnoses: BackendDiagnosis[] = [];
  const advice: string[] = [];
  for (const backend of backends) {
    const { diagnosis, told } = await diagnose(backend, plan, seconds / backends.length);
    diagnoses.push(diagnosis);
    advice.push(...told);
  }
  const { active, chosenBy } = await activeBackend(backends, { override, environment });
  return { active, chosenBy, backends: diagnoses, advice: [...faster(diagnoses, active), ...advice] };
}

async function diagnose(
  backend: Backend,
  plan: Plan,
  seconds: number,
): Promise<{ readonly diagnosis: BackendDiagnosis; readonly told: readonly string[] }> {
  const { name, capabilities } = backend;
  let found: { available: boolean; detail: string };
  try {
    const probe = await backend.probe();
    found = probe.available
      ? { available: true, detail: probe.detail ?? '' }
      : { available: false, detail: probe.reason };
  } catch (error) {
    found = { available: false, detail: `it failed unexpectedly: ${messageOf(error)}` };
  }
  let report: BackendReport = { facts: {}, advice: [] };
  try {
    report = (await backend.report?.()) ?? report;
  } catch (error) {
    report = { facts: { report: `failed: ${messageOf(error)}` }, advice: [] };
  }
  let executor: Executor | undefined;
  let stepMicroseconds: number | undefined;
  try {
    if (found.available) executor = backend.executor?.(plan);
    if (executor !== undefined && seconds > 0) stepMicroseconds = timeStep(executor, seconds);
  } catch (error) {
    found = { available: false, detail: `its executor failed: ${messageOf(error)}` };
  } finally {
    executor?.dispose();
  }
  return {
    diagnosis: {
      name,
      capabilities,
      ...found,
      executor: executor?.name,
      stepMicroseconds,
      facts: report.facts,
    },
    told: report.advice,
  };
}

async function activeBackend(
  backends: readonly Backend[],
  options: Pick<SelectBackendOptions, 'override' | 'environment'>,
): Promise<Pick<DoctorReport, 'active' | 'chosenBy'>> {
  try {
    const known = new Set(listBackends());
    const order = backends.every((backend) => known.has(backend)) ? 'auto' : backends;
    const { backend, chosenBy } = await selectBackend(order, { ...options, mode: 'probe' });
    return { active: backend.name, chosenBy };
  } catch (error) {
    if (!(error instanceof CfeError && error.code === 'autograd/no-backend')) throw error;
    return { active: undefined, chosenBy: options.override === undefined ? 'environment' : 'override' };
  }
}

function faster(diagnoses: readonly BackendDiagnosis[], active: string | undefined): string[] {
  const mine = diagnoses.find(({ name }) => name === active)?.stepMicroseconds;
  if (mine === undefined) return [];
  return diagnoses.flatMap(({ name, stepMicroseconds: other }) =>
    other !== undefined && other < 0.8 * mine
      ? [
          `'${name}' took ${(mine / other).toFixed(1)} times less time than '${active}' for a small train step: choose it with CFE_BACKEND=${name}.`,
        ]
      : [],
  );
}

/** Median over blocks of steps. */
function timeStep(executor: Executor, seconds: number): number {
  const { plan } = executor;
  const rows = 256;
  const count = planLayout(plan).parameters;
  const parameters = executor.allocate(count);
  parameters.set(initialParameters(plan, { seed: 1 }));
  const values = executor.allocate(plan.variables * rows);
  const rng = createRng(1);
  for (let i = 0; i < values.length; i++) values[i] = rng.normal();
  const optimizer = createOptimizer({ kind: 'adam' }, count, {
    dtype: executor.dtype,
    allocate: (length) => executor.allocate(length),
  });
  const step = (): void => void executor.step({ rows, parameters, values, optimizer });
  const until = performance.now() + 1000 * seconds;
  const times: number[] = [];
  step();
  while (times.length < 3 || performance.now() < until) {
    const begun = performance.now();
    step();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  return 1000 * (times[times.length >> 1] as number);
}

/** Every earlier variable is a parent. */
function benchmarkPlan(): Plan {
  const nodes = Array.from({ length: 20 }, (_, j) => `v${j}`);
  const offsets = Int32Array.from({ length: 21 }, (_, j) => (j * (j - 1)) / 2);
  const items = Int32Array.from(nodes.flatMap((_, j) => Array.from({ length: j }, (__, i) => i)));
  return createPlan({ graph: { nodes, parents: { offsets, items } }, mechanism: { hidden: [16] } });
}
