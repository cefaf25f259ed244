export {
  type BootstrapInput,
  type BootstrapOptions,
  bootstrapConfidence,
  learnResample,
} from './bootstrap.ts';
export { type CheckedKnowledge, checkKnowledge } from './check-knowledge.ts';
export { type FlopOptions, flop } from './flop.ts';
export type { InterceptMode } from './internal/gaussian-data.ts';
export type { Knowledge } from './knowledge.ts';
export { type LearnStructureOptions, learnStructure } from './learn-structure.ts';
export type { MethodName } from './methods.ts';
export type {
  Budget,
  LearnOptions,
  StructureMethod,
  StructureResult,
  TracePoint,
} from './structure-method.ts';
