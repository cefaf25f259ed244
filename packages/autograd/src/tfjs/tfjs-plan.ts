import { InputError, ShapeError } from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import type { Head, Plan } from '../plan.ts';
import { planLayout } from '../plan-layout.ts';
import { arrangementOf } from './internal/arrangement.ts';
import { explain, oneHot, posteriorGumbel } from './internal/heads.ts';
import { networkOf, type PassInput } from './internal/network.ts';
import { splitMarks, splitRows, unpack } from './internal/pack.ts';
import { pickRows } from './internal/pick.ts';
import { zeroWhere } from './internal/select.ts';
import { actionsOf, blockedBy, logScaleOf, madeValue, termOf } from './internal/terms.ts';

/** An intervention as tensors, each `[variables, rows]`; as `PlanAction` means it. */
export interface TfjsAction {
  /** booleans */
  readonly cut: tf.Tensor2D;
  readonly value: tf.Tensor2D;
  readonly shift?: tf.Tensor2D | undefined;
  readonly scale?: tf.Tensor2D | undefined;
  readonly noiseFactor?: tf.Tensor2D | undefined;
}

/**
 * A plan as differentiable TensorFlow.js operations. Variables come first and rows last, as in an executor's arrays;
 * every result is a new tensor that belongs to the caller (or to the tidy around the call).
 */
export interface TfjsPlan {
  readonly plan: Plan;
  /** Values from noise `[noiseColumns, rows]`: `[variables, rows]`. Categories are levels, which pass no gradient on. */
  forward(
    input: PassInput & { readonly noise: tf.Tensor2D; readonly action?: TfjsAction | undefined },
  ): tf.Tensor2D;
  /**
   * Log density of every term of complete, finite rows: `[variables, rows]`; 0, without gradient, where `omit` or the
   * action's `cut` is true. Its gradient reaches parameters and gates, not the values.
   */
  logDensity(
    input: PassInput & {
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
    input: PassInput & { readonly values: tf.Tensor2D; readonly uniforms?: tf.Tensor2D | undefined },
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
  return planOperations(plan);
}

/** What {@link createTfjsExecutor} needs beyond it: plans in an order that some edges, with gate 0, point against. */
export interface PlanOperations extends Omit<TfjsPlan, 'forward'> {
  readonly against: boolean;
  /** @param input.behind - finished values, which those edges read: nothing comes of them but the gates' derivative */
  forward(
    input: Parameters<TfjsPlan['forward']>[0] & { readonly behind?: tf.Tensor2D | undefined },
  ): tf.Tensor2D;
}

export function planOperations(plan: Plan): PlanOperations {
  const layout = planLayout(plan);
  const d = plan.variables;
  const {
    against,
    levels,
    everything,
    ofLevels,
    noiseOwner,
    ofEverything,
    valueOrder,
    variableOrder,
    noiseOrder,
    dispose,
  } = arrangementOf(plan);
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
  const checkCommon = (where: string, { parameters, gates }: PassInput, rows: number): void => {
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

  /** All input columns from the values of each group. */
  const allColumns = (own: readonly tf.Tensor[]): tf.Tensor =>
    tf.concat(
      everything.map(({ group: { mechanism } }, k) => columnsOf(mechanism.head, own[k] as tf.Tensor)),
      0,
    );

  return {
    plan,
    against,
    forward(input) {
      const { noise, action, parameters, behind } = input;
      const rows = noise.shape[1];
      if (plan.levels.length === 0 && d > 0) {
        throw new InputError(
          'autograd/cyclic-plan',
          'forward: the edges of this plan form a cycle, so values do not follow from noise. createTfjsExecutor orders each row by its gates; or harden the graph first.',
        );
      }
      checkCommon('forward', input, rows);
      check('forward', 'noise', noise, [layout.noiseColumns, rows]);
      checkAction('forward', action, rows);
      return guarded(() => {
        const own = unpack(parameters, ofLevels.parameters);
        const used = action
          ? zeroWhere(tf.cast(tf.gather(action.cut, noiseOwner), 'bool') as tf.Tensor2D, noise)
          : noise;
        const noises = splitRows(used, ofLevels.noise);
        const actions = action && actionsOf(action, ofLevels.variables);
        let columns: tf.Tensor = against
          ? allColumns(splitRows(behind ?? tf.zeros([d, rows]), ofEverything.variables))
          : tf.zeros([0, rows]);
        const values: tf.Tensor[] = [];
        for (const groups of levels) {
          const fresh: tf.Tensor[] = [];
          for (const { group, inputs } of groups) {
            const acted = actions?.[values.length];
            const outputs = networkOf(group, columns, inputs, own, input.gates, rows, acted?.cut);
            const x = madeValue(group, outputs, noises[values.length] as tf.Tensor, own, acted);
            values.push(x);
            fresh.push(columnsOf(group.mechanism.head, x));
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
        const own = unpack(parameters, ofEverything.parameters);
        const actions = action && actionsOf(action, ofEverything.variables);
        const marks = blockedBy(omit, action?.cut);
        const blocked = marks && splitMarks(marks, ofEverything.variables);
        const given = splitRows(values, ofEverything.variables);
        const columns = allColumns(given);
        const terms = everything.map(({ group, inputs }, k) => {
          const outputs = networkOf(
            group,
            columns,
            inputs,
            own,
            input.gates,
            rows,
            blocked?.[k],
            'constants',
          );
          return termOf(group, outputs, given[k] as tf.Tensor, own, actions?.[k], blocked?.[k]);
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
        const own = unpack(parameters, ofEverything.parameters);
        const given = splitRows(values, ofEverything.variables);
        const drawn = uniforms && splitRows(uniforms, ofEverything.noise);
        const columns = allColumns(given);
        const found = everything.map(({ group, inputs }, k) => {
          const outputs = networkOf(group, columns, inputs, own, input.gates, rows, undefined);
          const x = given[k] as tf.Tensor;
          const { head } = group.mechanism;
          if (head.kind === 'categorical') return posteriorGumbel(outputs, x, drawn?.[k] as tf.Tensor);
          return explain(head, outputs, logScaleOf(group, own), x).noise;
        });
        return pickRows(tf.concat(found, 0), noiseOrder) as tf.Tensor2D;
      });
    },

    dispose() {
      if (disposed) return;
      disposed = true;
      dispose();
    },
    [Symbol.dispose]() {
      this.dispose();
    },
  };
}

/** A group's values as inputs of others: a category has a column for each level. */
function columnsOf(head: Head, x: tf.Tensor): tf.Tensor {
  return head.kind === 'categorical' ? oneHot(head.levels, x) : x;
}
