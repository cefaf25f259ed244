export { auto, type MethodChoice } from './auto.ts';
export {
  type BootstrapInput,
  type BootstrapOptions,
  bootstrapConfidence,
  learnResample,
} from './bootstrap.ts';
export { type CamOptions, cam } from './cam.ts';
export { type CheckedKnowledge, checkKnowledge } from './check-knowledge.ts';
export { type DagmaOptions, dagma } from './dagma.ts';
export { directLingam } from './direct-lingam.ts';
export { type EdgeEvidence, explain } from './explain.ts';
export { type Falsification, type FalsifyOptions, falsify, type ImpliedIndependence } from './falsify.ts';
export { type FlopOptions, flop } from './flop.ts';
export { type GesOptions, ges } from './ges.ts';
export type { InterceptMode } from './internal/gaussian-data.ts';
export type { Knowledge } from './knowledge.ts';
export { type LearnStructureOptions, learnStructure } from './learn-structure.ts';
export type { MethodName } from './methods.ts';
export { type PcOptions, pc } from './pc.ts';
export type {
  Budget,
  LearnOptions,
  StructureMethod,
  StructureResult,
  TracePoint,
} from './structure-method.ts';
