import type { Executor, Floats } from '@cfe/autograd';
import { permutation, type Rng, type Variable } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { Dag } from '@cfe/graph';
import type { LossBatch } from '@cfe/losses';
import type { Scale } from '@cfe/network';
import type { CausalModel } from '@cfe/scm';
import type { InterventionSchedule } from '../intervention-schedule.ts';
import { batchRng } from './batch-rng.ts';
import { anyOf, choose, chooseSome } from './choose.ts';
import { rowGatherer } from './row-gatherer.ts';
import { asPairs, simulate } from './simulated-rows.ts';
import { type Running, type TargetRule, targetRule } from './target-rule.ts';
import type { TrainingRows } from './training-rows.ts';

/** Rows of one step. Arrays are the source's own, and valid until the next batch. */
export interface Batch {
  readonly rows: number;
  readonly values: Floats;
  readonly omit: Uint8Array;
  /** units in two worlds, for the paired loss */
  readonly paired?: LossBatch | undefined;
}

/** Where batches come from. */
export interface BatchSource {
  readonly batchesPerEpoch: number;
  /**
   * The batches of one epoch, from a given one on. Each depends on its number, the steps taken and the running losses alone,
   * so that a run that goes on from a checkpoint sees the same ones.
   *
   * @param step - steps taken before that batch
   */
  epoch(epoch: number, batch: number, step: number): Iterator<Batch, void> | AsyncIterator<Batch, void>;
}

export interface BatchSourceOptions {
  readonly graph: Dag;
  readonly variables: readonly Variable[];
  readonly scales: readonly Scale[];
  /** the whole table: for its regimes, and for the values that variables take */
  readonly table: Table;
  /** `[data.rows]`: where in the table each row stands */
  readonly rowOf: Int32Array;
  readonly batchSize: number;
  /** batches lie in its memory, in its precision */
  readonly executor: Pick<Executor, 'dtype' | 'allocate'>;
  readonly rng: Rng;
  readonly interventions: InterventionSchedule | undefined;
  readonly simulator: CausalModel | undefined;
  /** whether a simulator also makes pairs of worlds */
  readonly wantsPairs: boolean;
  readonly running: Running;
}

/** Shuffled minibatches of rows, some of them intervened on as {@link InterventionSchedule} says. */
export function batchSource(data: TrainingRows, options: BatchSourceOptions): BatchSource {
  const { graph, variables, scales, table, rng, interventions, simulator, wantsPairs } = options;
  const d = variables.length;
  const size = Math.min(options.batchSize, data.rows);
  const rowsOf = rowGatherer(data, options.executor.dtype);
  const values = options.executor.allocate(d * size);
  const omit = new Uint8Array(d * size);
  const rule = targetRule(graph, interventions ?? { probability: 0 }, options.running);
  const regimes =
    interventions === undefined || simulator !== undefined ? undefined : regimeRows(data, options);

  return {
    batchesPerEpoch: Math.ceil(data.rows / size),
    *epoch(epoch, firstBatch, firstStep) {
      const order = permutation(rng.fork(`epoch ${epoch}`), data.rows);
      let step = firstStep;
      const own = rng.fork(`interventions ${epoch}`);
      const needsDraws = interventions !== undefined || wantsPairs;
      for (let from = firstBatch * size; from < data.rows; from += size, step++) {
        const n = Math.min(size, data.rows - from);
        const draws = needsDraws ? batchRng(own, from / size) : own;
        const rows = order.subarray(from, from + n);
        if (interventions === undefined) {
          rowsOf.gather(rows, n, values, omit);
          yield batchOf(n, wantsPairs ? pairs(n, draws, rule(step)) : undefined);
          continue;
        }
        const now = rule(step);
        if (regimes !== undefined) {
          for (let k = 0; k < n; k++) rows[k] = regimeRow(regimes, rows[k] as number, now, draws);
          rowsOf.gather(rows, n, values, omit);
        } else {
          rowsOf.gather(rows, n, values, omit);
          if (simulator === undefined) mask(n, now, draws);
          else {
            const targets = Array.from({ length: n }, () =>
              draws.uniform() < now.probability ? chooseSome(draws, now.weights, now.count) : [],
            );
            replace(simulator, targets, n, draws);
          }
        }
        yield batchOf(n, wantsPairs ? pairs(n, draws, now) : undefined);
      }
    },
  };

  function batchOf(n: number, paired: LossBatch | undefined): Batch {
    return { rows: n, values: values.subarray(0, d * n), omit: omit.subarray(0, d * n), paired };
  }

  function mask(n: number, { probability, weights, count }: TargetRule, draws: Rng): void {
    for (let k = 0; k < n; k++) {
      if (draws.uniform() >= probability) continue;
      for (const j of chooseSome(draws, weights, count)) omit[j * n + k] = 1;
    }
  }

  function replace(model: CausalModel, targets: readonly (readonly number[])[], n: number, draws: Rng): void {
    const made = simulate(model, variables, scales, table, targets, draws);
    for (let at = 0; at < d * n; at++) {
      if (targets[at % n]?.length === 0) continue;
      values[at] = made.after[at] as number;
      omit[at] = made.cut[at] as number;
    }
  }

  function pairs(n: number, draws: Rng, { weights, count }: TargetRule): LossBatch | undefined {
    if (simulator === undefined) return undefined;
    const targets = Array.from({ length: n }, () => chooseSome(draws, weights, count));
    return asPairs(simulate(simulator, variables, scales, table, targets, draws), n);
  }
}

/** Rows by what was done to them. */
interface RegimeRows {
  readonly observational: Int32Array;
  readonly interventional: readonly { readonly targets: readonly number[]; readonly rows: Int32Array }[];
}

/** `undefined` where no regime has targets: there is nothing to draw from then. */
function regimeRows(data: TrainingRows, { table, rowOf, graph }: BatchSourceOptions): RegimeRows | undefined {
  const { regimes } = table;
  if (regimes === undefined) return undefined;
  const rowsIn = regimes.list.map((): number[] => []);
  for (let r = 0; r < data.rows; r++) rowsIn[regimes.of[rowOf[r] as number] as number]?.push(r);
  const observational: number[] = [];
  const interventional = regimes.list.flatMap(({ targets }, g) => {
    const rows = rowsIn[g] as number[];
    if (targets === 'unknown' || rows.length === 0) return [];
    if (targets.length === 0) {
      observational.push(...rows);
      return [];
    }
    return [
      { targets: targets.map(({ variable }) => graph.nodes.indexOf(variable)), rows: Int32Array.from(rows) },
    ];
  });
  return interventional.length === 0
    ? undefined
    : { observational: Int32Array.from(observational), interventional };
}

/** The row itself, or another one of the kind that the schedule asks for. */
function regimeRow(
  { observational, interventional }: RegimeRows,
  own: number,
  { probability, count, weights }: TargetRule,
  draws: Rng,
): number {
  if (draws.uniform() >= probability) return observational.length === 0 ? own : anyOf(draws, observational);
  const odds = interventional.map(({ targets }) => {
    if (targets.length > Math.max(1, Math.round(count))) return 0;
    const each = targets.map((j) => weights[j] as number);
    return each.includes(0) ? 0 : each.reduce((sum, weight) => sum + weight, 0) / each.length;
  });
  const chosen = interventional[choose(draws, odds)];
  if (chosen !== undefined) return anyOf(draws, chosen.rows);
  return observational.length === 0 ? own : anyOf(draws, observational);
}
