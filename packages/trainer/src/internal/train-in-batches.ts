import { type OptimizerSpec, planLayout } from '@cfe/autograd';
import type { Table } from '@cfe/data';
import { type LossBatch, pairedCounterfactual, sparsity } from '@cfe/losses';
import type { CausalNetwork } from '@cfe/network';
import type { FitOptions, TrainerOptions } from '../fit-options.ts';
import type { FitResult } from '../fit-result.ts';
import { interventionSchedule } from '../intervention-schedule.ts';
import { checkSchedule, scheduleValue } from '../schedule.ts';
import type { TableStream } from '../training-data.ts';
import { batchSource } from './batch-source.ts';
import { checkpointer } from './checkpointer.ts';
import type { ExtraLoss } from './extra-loss.ts';
import { type FitSession, fitSession } from './fit-session.ts';
import { splitRows } from './held-out.ts';
import { pairsFrom } from './pairs-from.ts';
import { startFrom } from './start.ts';
import type { StreamHead } from './stream-head.ts';
import { streamSource } from './stream-source.ts';
import { type LoopResult, runLoop, startLoop } from './training-loop.ts';
import { fingerprint } from './training-rows.ts';

/** Minibatch training, from the table to the network's new state. */
export function trainInBatches(
  network: CausalNetwork,
  table: Table,
  stream: { readonly data: TableStream; readonly head: StreamHead } | undefined,
  options: TrainerOptions & FitOptions,
  isStopped: () => boolean,
): Promise<FitResult> {
  const { simulator, counterfactualWeight = 0, structureWeight = 0, clipNorm, learningRate } = options;
  const optimizer: OptimizerSpec =
    options.optimizer === undefined || options.optimizer === 'lbfgs'
      ? { kind: 'adam', learningRate: 5e-3 }
      : options.optimizer;
  const interventions = interventionSchedule(options.interventionProbability);
  if (learningRate !== undefined) checkSchedule('learningRate', learningRate, 0, Infinity);
  const { epochs = 200, batchSize = 128, patience = 20 } = options;
  const start = options.start ?? (network.state.rows === 0 ? 'least-squares' : 'current');

  const scaling = start === 'current' ? 'current' : 'fresh';
  // a stream's rows come once an epoch, so that none can be kept apart
  const validated = stream === undefined ? options : { ...options, validation: options.validation ?? 0 };
  return fitSession(network, table, validated, scaling, stream?.head, async (session) => {
    const { plan, data, executor, device, rng, scales } = session;
    const paired: LossBatch | undefined =
      options.pairs === undefined ? undefined : pairsFrom(network, scales, options.pairs);
    const hasPairs = paired !== undefined || simulator !== undefined;
    const losses = extraLosses(
      { counterfactualWeight: hasPairs ? counterfactualWeight : 0, structureWeight },
      options,
    );
    if (counterfactualWeight > 0 && !hasPairs) {
      session.warn(
        'The counterfactual loss was left out: there are neither pairs nor a simulator to compare with, so counterfactuals rest on the interventional likelihood and the form of the mechanisms.',
      );
    }
    const { train, rowOf, test } = splitRows(data, session.heldOut, rng.fork('held out'));
    const identity = {
      graph: network.graph.nodes,
      parents: Array.from(network.graph.parents.items),
      mechanisms: network.mechanisms,
      // reading every byte takes longer than a short fit, so only where someone will compare it
      data: options.checkpoint && `${stream?.head.rows ?? data.rows} ${fingerprint(data)}`,
      seed: rng.state().key,
      optimizer,
      learningRate,
      clipNorm,
      interventions,
      losses: losses.map(({ loss, weight, scaling }) => [loss.name, weight, scaling]),
      batchSize,
      start,
      executor: executor.name,
    };
    const checkpoints = checkpointer(options.checkpoint, identity, {
      plan,
      executor,
      optimizer,
      losses: losses.length,
    });
    const resumed = await checkpoints.read();
    if (resumed !== undefined) session.history.push(...resumed.history);
    const state =
      resumed?.state ??
      startLoop(plan, startingPoint(session, start, train, network), { executor, optimizer, test, losses });
    const making = {
      graph: network.graph,
      variables: network.variables,
      scales,
      batchSize,
      rng,
      interventions,
      simulator,
      wantsPairs: counterfactualWeight > 0 && paired === undefined,
      running: { losses: state.running, before: state.before },
    };
    const source =
      stream === undefined
        ? batchSource(train, { ...making, executor, table, rowOf })
        : streamSource(stream.data, { ...making, head: table, rows: stream.head.rows });
    let result: LoopResult;
    try {
      result = await runLoop(plan, state, {
        executor,
        device,
        source,
        test,
        optimizer,
        learningRate,
        clipNorm,
        losses,
        paired,
        epochs,
        patience,
        schedules:
          interventions &&
          ((steps) => ({
            interventions: {
              probability: scheduleValue(interventions.probability, steps),
              count: scheduleValue(interventions.count ?? 1, steps),
            },
          })),
        isStopped,
        async afterEpoch(point) {
          const recorded = session.record(point);
          await options.log?.(recorded);
          return options.onEpoch?.(recorded);
        },
        afterStep({ epoch, batch, total }) {
          const turn = (): Promise<void> | undefined =>
            session.tick('training', epoch, epochs, total / batch);
          // an abort is told when nothing is being written any more
          return checkpoints.due(state) ? checkpoints.write(state, session.history).then(turn) : turn();
        },
        onTrouble({ variable, step, epoch, batch }) {
          const name = JSON.stringify(network.variables[variable]?.name);
          session.warn(
            `In step ${step} (epoch ${epoch}, batch ${batch}) the gradient was not finite, first for ${name}. Training went back to the best parameters so far, at half the learning rate.`,
          );
        },
      });
    } catch (error) {
      if (options.signal?.aborted === true) await checkpoints.write(state, session.history);
      throw error;
    }
    await checkpoints.write(state, session.history);
    return conclude(session, result, { patience, hasTest: test !== undefined });
  });
}

function startingPoint(
  { plan, rng }: FitSession,
  start: 'least-squares' | 'current',
  train: Parameters<typeof startFrom>[1],
  network: CausalNetwork,
): Float64Array {
  if (start === 'current') return network.state.parameters;
  const parameters = new Float64Array(planLayout(plan).parameters);
  startFrom(plan, train, parameters, rng.fork('start'));
  return parameters;
}

function extraLosses(
  weights: { readonly counterfactualWeight: number; readonly structureWeight: number },
  { losses = [] }: TrainerOptions,
): ExtraLoss[] {
  const extra: ExtraLoss[] = losses.map(({ loss, weight = 1, scaling = 'gradient' }) => ({
    loss,
    weight,
    scaling,
    reads: 'rows',
  }));
  if (weights.counterfactualWeight > 0) {
    extra.push({
      loss: pairedCounterfactual(),
      weight: weights.counterfactualWeight,
      scaling: 'none',
      reads: 'pairs',
    });
  }
  if (weights.structureWeight > 0) {
    extra.push({ loss: sparsity(), weight: weights.structureWeight, scaling: 'none', reads: 'rows' });
  }
  return extra.filter(({ weight }) => weight !== 0);
}

function conclude(
  session: FitSession,
  { finished, state, trouble }: LoopResult,
  { patience, hasTest }: { readonly patience: number; readonly hasTest: boolean },
): FitResult {
  const { plan, data } = session;
  if (finished === 'diverged' && trouble !== undefined) {
    return session.diverge(trouble.variable, `in step ${trouble.step} (epoch ${trouble.epoch})`, state.steps);
  }
  const reasons = {
    converged: `the held-out loss had not improved for ${patience} epochs`,
    'max-steps': 'the epochs were done',
    stopped: 'it was asked to stop',
    diverged: '',
  };
  const epochs = session.history.length;
  return session.succeed({
    parameters: hasTest ? state.best : Float64Array.from(state.parameters),
    heldOut: state.lowest,
    steps: state.steps,
    status: finished,
    message: `Trained ${plan.variables} mechanisms on ${data.rows} rows for ${epochs === 1 ? '1 epoch' : `${epochs} epochs`}, until ${reasons[finished]}.`,
  });
}
