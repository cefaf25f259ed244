import type { Executor } from './executor.ts';
import type { Plan } from './plan.ts';

/** What `probe` found: usable, or why not and what to do about it. */
export type Probe =
  | { readonly available: true; readonly detail?: string }
  | { readonly available: false; readonly reason: string };

/** What a backend can do. */
export interface Capabilities {
  /** where tensors live; consequence: reads from a `gpu` are asynchronous. Default `cpu` */
  readonly device: 'cpu' | 'gpu';
  /** arithmetic of its executors. Default `float32` */
  readonly dtype: 'float32' | 'float64';
  /** name of the tfjs backend that `activate` turns on; none: typed arrays only */
  readonly tfjs?: string;
}

/** What a backend tells `doctorReport` about itself: plain data. */
export interface BackendReport {
  /** versions, features and kernels by name, as a person reads them */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** sentences: what would make it faster here */
  readonly advice: readonly string[];
}

/**
 * A backend plugin: a plain object, passed in or registered by name. It imports its TensorFlow.js package only
 * in `activate`. One tfjs backend is active per process, since the tfjs engine is global.
 */
export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Never throws. */
  probe(): Promise<Probe>;
  activate(): Promise<void>;
  /** An executor of its own for a plan, or `undefined` where the plan is not one that it speeds up. */
  executor?(plan: Plan): Executor | undefined;
  /** What is worth knowing about it here; answers whether or not it is available. */
  report?(): Promise<BackendReport>;
  dispose(): Promise<void>;
}
