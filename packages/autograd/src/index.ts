export {
  type Acyclicity,
  type AcyclicityKind,
  type AcyclicityOptions,
  type AcyclicityValue,
  acyclicity,
} from './acyclicity.ts';
export type { Backend, BackendReport, Capabilities, Probe } from './backend.ts';
export { cpuBackend, referenceBackend } from './builtin-backends.ts';
export { type CheckAnswer, type CheckCase, checkCase } from './check-case.ts';
export { checkScenarios, type ScenarioResult } from './check-scenarios.ts';
export { createCpuExecutor } from './cpu-executor.ts';
export { createPlan, type MechanismSpec, type PlanSpec } from './create-plan.ts';
export {
  type BackendDiagnosis,
  type DoctorOptions,
  type DoctorReport,
  doctorReport,
} from './doctor-report.ts';
export type {
  AbductInput,
  AbductionGradient,
  Executor,
  ForwardInput,
  ForwardResult,
  LikelihoodResult,
  PlanGradient,
  StepInput,
  StepResult,
  TeacherInput,
} from './executor.ts';
export type { Dtype, Floats } from './floats.ts';
export { forwardWorlds, type WorldsInput, type WorldsResult } from './forward-worlds.ts';
export { type DroppedEdge, type HardenedGates, hardenGates } from './harden-gates.ts';
export { initialParameters } from './initial-parameters.ts';
export {
  type LbfgsOptions,
  type LbfgsResult,
  type LbfgsState,
  lbfgs,
  lbfgsSteps,
  type Objective,
} from './lbfgs.ts';
export type { MatrixKernels } from './matrix-kernels.ts';
export {
  createOptimizer,
  type OptimizerSettings,
  type OptimizerSpec,
  type OptimizerState,
  optimizerStep,
} from './optimizer.ts';
export type { Activation, Head, MechanismPlan, Plan } from './plan.ts';
export type { PlanAction } from './plan-action.ts';
export { type LayerLayout, type MechanismLayout, type PlanLayout, planLayout } from './plan-layout.ts';
export { createReferenceExecutor } from './reference-executor.ts';
export { type GateOptions, type RelaxedGates, relaxGates } from './relax-gates.ts';
export { type PrunedPlan, pruneGates, rewire } from './rewire.ts';
export {
  type BackendSelection,
  executorFor,
  listBackends,
  type RejectedBackend,
  registerBackend,
  type SelectBackendOptions,
  selectBackend,
} from './select-backend.ts';
