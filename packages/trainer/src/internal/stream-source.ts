import { type Rng, ShapeError, type Variable } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { Dag } from '@cfe/graph';
import type { Scale } from '@cfe/network';
import type { CausalModel } from '@cfe/scm';
import type { InterventionSchedule } from '../intervention-schedule.ts';
import type { TableStream } from '../training-data.ts';
import { batchRng } from './batch-rng.ts';
import type { Batch, BatchSource } from './batch-source.ts';
import { chooseSome } from './choose.ts';
import { asPairs, simulate } from './simulated-rows.ts';
import { type Running, targetRule } from './target-rule.ts';
import { trainingRows } from './training-rows.ts';

export interface StreamSourceOptions {
  readonly graph: Dag;
  readonly variables: readonly Variable[];
  readonly scales: readonly Scale[];
  /** first rows, for the values that variables take */
  readonly head: Table;
  readonly rows: number;
  readonly batchSize: number;
  readonly rng: Rng;
  readonly interventions: InterventionSchedule | undefined;
  readonly simulator: CausalModel | undefined;
  readonly wantsPairs: boolean;
  readonly running: Running;
}

/**
 * Batches of a stream's rows, in the order they come in. Interventions are made by the simulator or as masks; rows of regimes come
 * as often as the stream has them.
 */
export function streamSource(stream: TableStream, options: StreamSourceOptions): BatchSource {
  const { graph, variables, scales, head, batchSize, rng, interventions, simulator, wantsPairs } = options;
  const d = variables.length;
  const rule = targetRule(graph, interventions ?? { probability: 0 }, options.running);
  return {
    batchesPerEpoch: Math.ceil(options.rows / batchSize),
    async *epoch(epoch, firstBatch, firstStep) {
      const own = rng.fork(`interventions ${epoch}`);
      let [number, step, rows] = [0, firstStep, 0];
      for await (const piece of stream.epoch(epoch)) {
        rows += piece.rows;
        const whole = trainingRows(graph, variables, scales, piece, 'part');
        for (let from = 0; from < piece.rows; from += batchSize, number++) {
          if (number < firstBatch) continue;
          const n = Math.min(batchSize, piece.rows - from);
          const batch = { rows: n, values: new Float64Array(d * n), omit: new Uint8Array(d * n) };
          for (let j = 0; j < d; j++) {
            const at = j * piece.rows + from;
            batch.values.set(whole.values.subarray(at, at + n), j * n);
            batch.omit.set(whole.omit.subarray(at, at + n), j * n);
          }
          yield intervened(batch, batchRng(own, number), step++);
        }
      }
      if (rows === 0)
        throw new ShapeError('trainer/empty-stream', `fit: the stream gave no rows for epoch ${epoch}.`, {
          epoch,
        });
    },
  };

  function intervened(batch: Batch, draws: Rng, step: number): Batch {
    const { rows: n, values, omit } = batch;
    const now = rule(step);
    if (interventions !== undefined) {
      const targets = Array.from({ length: n }, () =>
        draws.uniform() < now.probability ? chooseSome(draws, now.weights, now.count) : [],
      );
      if (simulator === undefined)
        for (const [k, own] of targets.entries()) for (const j of own) omit[j * n + k] = 1;
      else {
        const made = simulate(simulator, variables, scales, head, targets, draws);
        for (let at = 0; at < d * n; at++) {
          if (targets[at % n]?.length === 0) continue;
          values[at] = made.after[at] as number;
          omit[at] = made.cut[at] as number;
        }
      }
    }
    if (!wantsPairs || simulator === undefined) return batch;
    const targets = Array.from({ length: n }, () => chooseSome(draws, now.weights, now.count));
    return { ...batch, paired: asPairs(simulate(simulator, variables, scales, head, targets, draws), n) };
  }
}
