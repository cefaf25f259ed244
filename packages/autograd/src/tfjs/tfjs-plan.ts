import { InputError, ShapeError } from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import type { Plan } from '../plan.ts';
import { planLayout } from '../plan-layout.ts';
import { columnStarts, disposeGroup, type Group, groupsOf } from './internal/groups.ts';
import {
  chosenLevel,
  explain,
  fromNoise,
  levelLogDensity,
  oneHot,
  posteriorGumbel,
} from './internal/heads.ts';
import { layer } from './internal/layer.ts';
import { type Picking, picking, pickRows } from './internal/pick.ts';
import { select, withoutGradient } from './internal/select.ts';

/** An intervention as tensors, each `[variables, rows]`; as `PlanAction` means it. */
export interface TfjsAction {
  /** booleans */
  readonly cut: tf.Tensor2D;
  readonly value: tf.Tensor2D;
  readonly shift?: tf.Tensor2D | undefined;
  readonly scale?: tf.Tensor2D | undefined;
  readonly noiseFactor?: tf.Tensor2D | undefined;
}

/** What every pass reads. */
interface Common {
  /** `[planLayout(plan).parameters]`; a `tf.Variable` to train */
  readonly parameters: tf.Tensor1D;
  /** for a gated plan `[edges]`, or `[edges, rows]` */
  readonly gates?: tf.Tensor | undefined;
}

/**
 * A plan as differentiable TensorFlow.js operations. Variables come first and rows last, as in an executor's arrays;
 * every result is a new tensor that belongs to the caller (or to the tidy around the call).
 */
export interface TfjsPlan {
  readonly plan: Plan;
  /** Values from noise `[noiseColumns, rows]`: `[variables, rows]`. Categories are levels, which pass no gradient on. */
  forward(
    input: Common & { readonly noise: tf.Tensor2D; readonly action?: TfjsAction | undefined },
  ): tf.Tensor2D;
  /**
   * Log density of every term of complete, finite rows: `[variables, rows]`; 0, without gradient, where `omit` or the
   * action's `cut` is true. Its gradient reaches parameters and gates, not the values.
   */
  logDensity(
    input: Common & {
      readonly values: tf.Tensor2D;
      readonly omit?: tf.Tensor2D | undefined;
      readonly action?: TfjsAction | undefined;
    },
  ): tf.Tensor2D;
  /**
   * The noise behind complete rows: `[noiseColumns, rows]`. A plan with categories needs `uniforms` on (0, 1) in that
   * shape; their noise passes no gradient on.
   */
  abduct(
    input: Common & { readonly values: tf.Tensor2D; readonly uniforms?: tf.Tensor2D | undefined },
  ): tf.Tensor2D;
  /** Frees what the plan holds on the device: index tables, no parameters. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Runs a plan as TensorFlow.js operations on the active backend, inside any `tf.grad`, `tf.variableGrads` or model of the
 * user's. All mechanisms of a topological level that are of equal make are computed together.
 *
 * An intervention replaces values by selection: a row that is cut passes exactly 0 to mechanism, noise and parents, also
 * where their numbers overflow. float32, as all of TensorFlow.js; agreement with the float64 reference is tested to
 * its rounding.
 *
 * @throws {@link InputError} from `forward` if the plan's edges form a cycle
 * @throws {@link ShapeError} from any call whose tensors do not fit
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createDag } from '@cfe/graph';
 * import { createPlan } from '@cfe/autograd';
 * import { createTfjsPlan } from '@cfe/autograd/tfjs';
 * const plan = createTfjsPlan(createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) })); // y = 2x + 1 + u
 * const parameters = tf.tensor1d([0, 0, 2, 1, 0]);
 * const noise = tf.zeros([2, 1]) as tf.Tensor2D;
 * const cut = tf.tensor2d([[1], [0]], [2, 1], 'bool');
 * const effect = (value: tf.Tensor) => tf.sum(plan.forward({ parameters, noise, action: { cut, value: value as tf.Tensor2D } }));
 * tf.grad(effect)(tf.tensor2d([[5], [0]])).arraySync(); // → [[3], [0]]
 * plan.dispose();
 */
export function createTfjsPlan(plan: Plan): TfjsPlan {
  const layout = planLayout(plan);
  const d = plan.variables;
  const starts = columnStarts(plan);
  const held: Picking[] = [];
  const hold = (found: Picking): Picking => {
    held.push(found);
    return found;
  };

  const levels = plan.levels.map((level) => groupsOf(plan, level));
  const everything = groupsOf(plan, Array(d).keys());
  // Ancestral: columns are there in the order in which the groups were computed.
  const made: number[] = [];
  const madeVariables: number[] = [];
  const ancestral = levels.map((groups) => {
    const before = made.slice();
    for (const { members } of groups)
      for (const j of members) {
        madeVariables.push(j);
        for (let column = starts[j] as number; column < (starts[j + 1] as number); column++)
          made.push(column);
      }
    return groups.map((group) => ({
      group,
      inputs: hold(
        picking(
          group.columns.map((column) => before.indexOf(column)),
          before.length,
        ),
      ),
    }));
  });
  const valueOrder = hold(picking(inverse(madeVariables), madeVariables.length));
  // Teacher: all columns are there, group after group as well.
  const order = everything.flatMap(({ members }) => members);
  const columnOrder = order.flatMap((j) => range(starts[j] as number, starts[j + 1] as number));
  const teacher = everything.map((group) => ({
    group,
    inputs: hold(
      picking(
        group.columns.map((column) => columnOrder.indexOf(column)),
        columnOrder.length,
      ),
    ),
  }));
  const variableOrder = hold(picking(inverse(order), d));
  const noiseOrder = hold(
    picking(
      inverse(
        order.flatMap((j) => {
          const { noise, noiseWidth } = layout.mechanisms[j] as (typeof layout.mechanisms)[number];
          return range(noise, noise + noiseWidth);
        }),
      ),
      layout.noiseColumns,
    ),
  );

  let disposed = false;
  const guarded = <T extends tf.Tensor>(run: () => T): T => {
    if (disposed) throw new InputError('autograd/disposed', 'This plan was disposed of. Create a new one.');
    return tf.tidy(run);
  };
  const check = (where: string, name: string, tensor: tf.Tensor | undefined, ...shapes: number[][]): void => {
    if (tensor === undefined || shapes.some((shape) => shape.join() === tensor.shape.join())) return;
    throw new ShapeError(
      'autograd/tensor-shape',
      `${where}: ${name} is [${tensor.shape}]; it must be ${shapes.map((shape) => `[${shape}]`).join(' or ')}.`,
      { name, shape: tensor.shape },
    );
  };
  const checkCommon = (where: string, { parameters, gates }: Common, rows: number): void => {
    check(where, 'parameters', parameters, [layout.parameters]);
    check(where, 'gates', gates, [layout.edges], [layout.edges, rows]);
    if (plan.gated === (gates !== undefined)) return;
    throw new InputError(
      'autograd/gates',
      `${where}: this plan ${plan.gated ? 'is gated: give `gates`' : 'has no gates: leave them out'}.`,
    );
  };
  const checkAction = (where: string, action: TfjsAction | undefined, rows: number): void => {
    for (const [name, part] of Object.entries(action ?? {})) check(where, `action.${name}`, part, [d, rows]);
  };

  /** All input columns from values, in the groups' order. */
  const allColumns = (values: tf.Tensor): tf.Tensor =>
    tf.concat(
      everything.map(({ members, mechanism: { head }, own }) => {
        const x = pickRows(values, own);
        return head.kind === 'categorical' ? oneHot(head.levels, x) : tf.reshape(x, [members.length, -1]);
      }),
      0,
    );

  return {
    plan,
    forward(input) {
      const { noise, action, parameters } = input;
      const rows = noise.shape[1];
      if (plan.levels.length === 0 && d > 0) {
        throw new InputError(
          'autograd/cyclic-plan',
          'forward: the edges of this plan form a cycle, so values do not follow from noise. Harden the graph first.',
        );
      }
      checkCommon('forward', input, rows);
      check('forward', 'noise', noise, [layout.noiseColumns, rows]);
      checkAction('forward', action, rows);
      return guarded(() => {
        let columns: tf.Tensor = tf.zeros([0, rows]);
        const values: tf.Tensor[] = [];
        for (const groups of ancestral) {
          const fresh: tf.Tensor[] = [];
          for (const { group, inputs } of groups) {
            const cut = action && tf.cast(tf.gather(action.cut, group.own.take), 'bool');
            const outputs = networkOf(group, columns, inputs, input, rows, cut);
            const x = madeValue(group, outputs, pickRows(noise, group.noise), parameters, action, cut);
            values.push(x);
            const { head } = group.mechanism;
            fresh.push(head.kind === 'categorical' ? oneHot(head.levels, x) : x);
          }
          columns = tf.concat([columns, ...fresh], 0);
        }
        return d === 0 ? tf.zeros([0, rows]) : (pickRows(tf.concat(values, 0), valueOrder) as tf.Tensor2D);
      });
    },

    logDensity(input) {
      const { values, omit, action, parameters } = input;
      const rows = values.shape[1];
      checkCommon('logDensity', input, rows);
      check('logDensity', 'values', values, [d, rows]);
      check('logDensity', 'omit', omit, [d, rows]);
      checkAction('logDensity', action, rows);
      return guarded(() => {
        if (d === 0) return tf.zeros([0, rows]);
        const blocked = blockedBy(omit, action?.cut);
        const columns = allColumns(values);
        const terms = teacher.map(({ group, inputs }) => {
          const out = blocked && tf.cast(tf.gather(blocked, group.own.take), 'bool');
          const outputs = networkOf(group, columns, inputs, input, rows, out);
          const x = pickRows(values, group.own);
          return termOf(group, outputs, x, parameters, action, out);
        });
        return pickRows(tf.concat(terms, 0), variableOrder) as tf.Tensor2D;
      });
    },

    abduct(input) {
      const { values, uniforms, parameters } = input;
      const rows = values.shape[1];
      checkCommon('abduct', input, rows);
      check('abduct', 'values', values, [d, rows]);
      check('abduct', 'uniforms', uniforms, [layout.noiseColumns, rows]);
      if (uniforms === undefined && plan.mechanisms.some(({ head }) => head.kind === 'categorical')) {
        throw new InputError(
          'autograd/uniforms',
          'abduct: the plan has a categorical variable, whose noise is drawn from its posterior: give `uniforms`.',
        );
      }
      return guarded(() => {
        if (d === 0) return tf.zeros([0, rows]);
        const columns = allColumns(values);
        const found = teacher.map(({ group, inputs }) => {
          const outputs = networkOf(group, columns, inputs, input, rows, undefined);
          const x = pickRows(values, group.own);
          const { head } = group.mechanism;
          if (head.kind === 'categorical')
            return posteriorGumbel(outputs, x, tf.gather(uniforms as tf.Tensor2D, group.noise.take));
          return explain(head, outputs, logScaleOf(group, parameters), x).noise;
        });
        return pickRows(tf.concat(found, 0), noiseOrder) as tf.Tensor2D;
      });
    },

    dispose() {
      if (disposed) return;
      disposed = true;
      for (const { take, back } of held) tf.dispose([take, back]);
      for (const group of [...levels.flat(), ...everything]) disposeGroup(group);
    },
    [Symbol.dispose]() {
      this.dispose();
    },
  };
}

/** Outputs of the networks of a group, `[members, outputs, rows]`. */
function networkOf(
  group: Group,
  columns: tf.Tensor,
  inputs: Picking,
  { parameters, gates }: Common,
  rows: number,
  cut: tf.Tensor | undefined,
): tf.Tensor {
  const m = group.members.length;
  const p = group.columns.length;
  const { activation } = group.mechanism;
  const weight = (pick: Picking, outputs: number, width: number): tf.Tensor =>
    tf.reshape(pickRows(parameters, pick), [m, outputs, width]);
  const biasOf = (pick: Picking, outputs: number): tf.Tensor =>
    tf.reshape(pickRows(parameters, pick), [m, outputs, 1]);
  if (p === 0) {
    const [{ bias, outputs }] = group.layers as [Group['layers'][number]];
    return tf.add(biasOf(bias, outputs), tf.zeros([1, 1, rows]));
  }
  const gate = gates === undefined ? undefined : gateOf(group, gates);
  const perRow = gate !== undefined && gate.shape[2] === rows && (gates as tf.Tensor).rank === 2;
  const read = pickRows(columns, inputs);
  const x = perRow ? tf.mul(gate, tf.expandDims(read, 0)) : read;
  /** Weights of the inputs, with the gates that all rows share. */
  const gated = (w: tf.Tensor): tf.Tensor =>
    gate === undefined || perRow ? w : tf.mul(w, tf.reshape(gate, [m, 1, p]));
  /** A row that is cut computes nothing from its inputs, so that nothing can overflow. */
  const maskOf = (outputs: number): tf.Tensor | undefined =>
    cut && tf.greater(tf.reshape(tf.cast(cut, 'float32'), [m, 1, rows]), tf.zeros([m, outputs, 1]));

  let below = x;
  for (const [l, { outputs, inputs: width, weights, bias, skip }] of group.layers.entries()) {
    const last = l === group.layers.length - 1;
    const w = weight(weights, outputs, width);
    const b = biasOf(bias, outputs);
    const mask = l === 0 ? maskOf(outputs) : undefined;
    let out = layer(below, l === 0 ? gated(w) : w, b, last ? 'identity' : activation, mask, 'zero');
    if (skip !== undefined) {
      const direct = layer(
        x,
        gated(weight(skip, outputs, p)),
        tf.zeros([m, outputs, 1]),
        'identity',
        maskOf(outputs),
        'zero',
      );
      out = tf.add(out, direct);
    }
    below = out;
  }
  return below;
}

/** Gates of a group's input columns, `[members, columns, 1]` or `[members, columns, rows]`. */
function gateOf({ members, gates: found }: Group, gates: tf.Tensor): tf.Tensor {
  const { pick, variables, spread } = found as NonNullable<Group['gates']>;
  const rows = gates.rank === 2 ? (gates.shape[1] as number) : 1;
  const each = tf.reshape(pickRows(gates, pick), [members.length, variables, rows]);
  return spread === undefined ? each : tf.matMul(spread, each);
}

/** Values of a group, with its intervention. */
function madeValue(
  group: Group,
  outputs: tf.Tensor,
  noise: tf.Tensor,
  parameters: tf.Tensor1D,
  action: TfjsAction | undefined,
  cut: tf.Tensor | undefined,
): tf.Tensor {
  const { head } = group.mechanism;
  if (head.kind === 'categorical') {
    const level = chosenLevel(outputs, tf.reshape(noise, outputs.shape));
    if (action === undefined || cut === undefined) return level;
    const set = pickRows(action.value, group.own);
    return withoutGradient([level, set], () => tf.where(cut, set, level));
  }
  const zeros = tf.zerosLike(noise);
  let u = cut === undefined ? noise : select(cut, zeros, noise);
  if (action?.noiseFactor !== undefined) u = tf.mul(u, pickRows(action.noiseFactor, group.own));
  let x = fromNoise(head, outputs, logScaleOf(group, parameters), u);
  if (action?.scale !== undefined) x = tf.mul(x, pickRows(action.scale, group.own));
  if (action?.shift !== undefined) x = tf.add(x, pickRows(action.shift, group.own));
  return action === undefined || cut === undefined ? x : select(cut, pickRows(action.value, group.own), x);
}

/** Log density of a group's terms; what is blocked is computed from harmless numbers and left out. */
function termOf(
  group: Group,
  outputs: tf.Tensor,
  x: tf.Tensor,
  parameters: tf.Tensor1D,
  action: TfjsAction | undefined,
  blocked: tf.Tensor | undefined,
): tf.Tensor {
  const { head } = group.mechanism;
  const zeros = tf.zerosLike(x);
  const leftOut = (term: tf.Tensor): tf.Tensor =>
    blocked === undefined ? term : select(blocked, zeros, term);
  if (head.kind === 'categorical') return leftOut(levelLogDensity(outputs, x));
  const harmless = (part: tf.Tensor2D | undefined): tf.Tensor | undefined => {
    const own = part && pickRows(part, group.own);
    return own && blocked ? tf.where(blocked, tf.onesLike(own), own) : own;
  };
  const [scale, factor] = [harmless(action?.scale), harmless(action?.noiseFactor)];
  let own = action?.shift === undefined ? x : tf.sub(x, pickRows(action.shift, group.own));
  if (scale !== undefined) own = tf.div(own, scale);
  if (blocked !== undefined) own = select(blocked, zeros, own);
  const { noise, logSlope } = explain(head, outputs, logScaleOf(group, parameters), own);
  const u = factor === undefined ? noise : tf.div(noise, factor);
  let term = tf.sub(tf.sub(logSlope, tf.mul(0.5, tf.square(u))), 0.5 * Math.log(2 * Math.PI));
  for (const stretch of [scale, factor])
    if (stretch !== undefined) term = tf.sub(term, tf.log(tf.abs(stretch)));
  return leftOut(term);
}

function logScaleOf({ members, logScale }: Group, parameters: tf.Tensor1D): tf.Tensor | undefined {
  return logScale && tf.reshape(pickRows(parameters, logScale), [members.length, 1]);
}

function blockedBy(omit: tf.Tensor | undefined, cut: tf.Tensor | undefined): tf.Tensor | undefined {
  if (omit === undefined) return cut && tf.cast(cut, 'bool');
  return cut === undefined
    ? tf.cast(omit, 'bool')
    : tf.logicalOr(tf.cast(omit, 'bool'), tf.cast(cut, 'bool'));
}

function inverse(order: readonly number[]): number[] {
  const at: number[] = new Array(order.length);
  for (const [position, item] of order.entries()) at[item] = position;
  return at;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, k) => from + k);
}
