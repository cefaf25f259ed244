import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError, nearestName, quoteName } from '@cfe/base';
import type { MechanismChoice } from '@cfe/network';
import type { Knowledge } from '@cfe/structure';
import type { InterventionSchedule, Schedule } from '@cfe/trainer';
import { readJson } from './files.ts';
import { checkedKnowledge } from './knowledge.ts';

/** A training run, as its file states it; paths are relative to that file. */
export interface TrainConfig {
  readonly data: string;
  readonly out: string;
  /** a graph file; left out: the graph is learned */
  readonly graph?: string;
  readonly method?: string;
  readonly knowledge?: Knowledge;
  readonly regime?: string;
  readonly targets?: string;
  readonly mechanisms?: MechanismChoice | Readonly<Record<string, MechanismChoice>>;
  /** `'lbfgs'`, or one that works in minibatches */
  readonly optimizer?: 'lbfgs' | 'sgd' | 'adam' | 'adamw';
  readonly learningRate?: Schedule;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly patience?: number;
  readonly validation?: number;
  readonly clipNorm?: number;
  readonly interventionProbability?: Schedule | InterventionSchedule;
  readonly structureWeight?: number;
  readonly counterfactualWeight?: number;
  /** a model file to intervene on: makes rows under interventions, and pairs for the counterfactual loss */
  readonly simulator?: string;
  /** a file that gets a line of JSON for every epoch */
  readonly log?: string;
  readonly checkpointSeconds?: number;
  readonly seed?: number;
}

type Check = readonly [fits: (value: unknown) => boolean, form: string];
const text: Check = [(value) => typeof value === 'string' && value !== '', 'a text'];
const number: Check = [
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  'a number ≥ 0',
];
const whole: Check = [(value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number ≥ 0'];
const any: Check = [() => true, ''];
const schedule: Check = [
  (value) => number[0](value) || (typeof value === 'object' && value !== null),
  'a number ≥ 0 or a schedule such as {"kind": "cosine", "from": 0.01, "to": 0, "over": 1000}',
];
const onlyInMinibatches = [
  'learningRate',
  'batchSize',
  'patience',
  'clipNorm',
  'interventionProbability',
  'structureWeight',
  'counterfactualWeight',
  'simulator',
  'log',
  'checkpointSeconds',
] as const;
const optimizers = ['lbfgs', 'sgd', 'adam', 'adamw'];

const fields: Readonly<Record<keyof TrainConfig, Check>> = {
  data: text,
  out: text,
  graph: text,
  method: text,
  knowledge: any,
  regime: text,
  targets: text,
  mechanisms: [
    (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
    'a mechanism or mechanisms by name',
  ],
  optimizer: [(value) => optimizers.includes(value as string), `one of ${optimizers.join(', ')}`],
  learningRate: schedule,
  epochs: whole,
  batchSize: whole,
  patience: whole,
  validation: number,
  clipNorm: number,
  interventionProbability: schedule,
  structureWeight: number,
  counterfactualWeight: number,
  simulator: text,
  log: text,
  checkpointSeconds: number,
  seed: whole,
};

/**
 * A training run from its file, checked before anything starts.
 *
 * @throws {@link InputError} naming the field, if one is unknown, missing or of another form
 */
export async function readTrainConfig(path: string): Promise<TrainConfig> {
  const value = await readJson(path);
  const refuse = (what: string): never => {
    throw new InputError('cli/config', `${path}: ${what}.`, { path });
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('this is no object');
  const given = value as Record<string, unknown>;
  for (const [key, entry] of Object.entries(given)) {
    if (!Object.hasOwn(fields, key)) {
      const nearest = nearestName(key, Object.keys(fields));
      refuse(
        `there is no field ${quoteName(key)}${nearest === undefined ? '' : `; did you mean ${quoteName(nearest)}?`}`,
      );
    }
    const [fits, form] = fields[key as keyof TrainConfig];
    if (!fits(entry)) refuse(`${quoteName(key)} must be ${form}, got ${JSON.stringify(entry)}`);
  }
  for (const key of ['data', 'out']) if (given[key] === undefined) refuse(`${quoteName(key)} is missing`);
  const config = value as TrainConfig;
  if (config.optimizer === 'lbfgs') {
    const minibatch = onlyInMinibatches.find((key) => given[key] !== undefined);
    if (minibatch !== undefined)
      refuse(
        `${quoteName(minibatch)} needs an optimizer that works in minibatches, such as "adam"; "optimizer" is "lbfgs"`,
      );
  }
  if (config.counterfactualWeight !== undefined && config.simulator === undefined)
    refuse('"counterfactualWeight" needs a "simulator", a model file whose units it can see in two worlds');
  const at = (file: string): string => resolve(dirname(path), file);
  for (const key of ['out', 'log'] as const) {
    const folder = dirname(at(config[key] ?? ''));
    if (config[key] !== undefined && !existsSync(folder))
      refuse(`${quoteName(key)} is in ${folder}, which is no folder yet. Create it first`);
  }
  return {
    ...config,
    data: at(config.data),
    out: at(config.out),
    ...(config.graph === undefined ? {} : { graph: at(config.graph) }),
    ...(config.simulator === undefined ? {} : { simulator: at(config.simulator) }),
    ...(config.log === undefined ? {} : { log: at(config.log) }),
    ...(config.targets === undefined ? {} : { targets: at(config.targets) }),
    ...(config.knowledge === undefined ? {} : { knowledge: checkedKnowledge(config.knowledge, path) }),
  };
}
