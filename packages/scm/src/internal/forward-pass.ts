import { type Columns, columnsFrom, InputError, quoteName, type Seed } from '@cfe/base';
import { topologicalOrder } from '@cfe/graph';
import { applyAction } from '../apply-action.ts';
import type { CausalModel } from '../causal-model.ts';
import type { Do } from '../intervention.ts';
import type { Mechanism } from '../mechanism.ts';
import { resolveDo } from '../resolve-do.ts';

/** A variable's mechanism and the indices that it reads, in its own order. */
export interface Equation {
  readonly parents: Int32Array;
  readonly mechanism: Mechanism;
}

export interface PassOptions {
  readonly do?: Do | undefined;
  readonly seed?: Seed | undefined;
}

/** Every variable in causal order, under an action; one noise column per variable. */
export function forwardPass(
  model: Pick<CausalModel, 'variables' | 'graph'>,
  equations: readonly Equation[],
  noise: Columns,
  options: PassOptions,
): Columns {
  const { nodes } = model.graph;
  const { actions, graph: order } = resolveDo(model, options.do, noise.rows, options.seed);
  const columns: Float64Array[] = [];
  for (const j of topologicalOrder(order)) {
    const u = noise.column(nodes[j] as string);
    const evaluate = ({ mechanism, parents }: Equation, factor?: Float64Array): Float64Array =>
      mechanism.evaluate(
        Array.from(parents, (k) => columns[k] as Float64Array),
        factor === undefined ? u : times(u, factor),
      );
    const own = equations[j] as Equation;
    const action = actions[j];
    columns[j] =
      action === undefined
        ? evaluate(own)
        : applyAction(action, ({ replacement, noiseFactor }) => evaluate(replacement ?? own, noiseFactor));
    refuseBroken(model, j, columns[j] as Float64Array);
  }
  return columnsFrom(Object.fromEntries(nodes.map((name, j) => [name, columns[j] as Float64Array])));
}

export function times(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let r = 0; r < out.length; r++) out[r] = (a[r] as number) * (b[r] as number);
  return out;
}

/** Values that no later step could make sense of: not finite, or no level. */
export function refuseBroken(
  { variables }: Pick<CausalModel, 'variables'>,
  j: number,
  column: Float64Array,
): void {
  const variable = variables[j];
  if (variable === undefined) return;
  const levels = variable.kind === 'categorical' ? variable.levels.length : undefined;
  for (let r = 0; r < column.length; r++) {
    const x = column[r] as number;
    if (levels === undefined ? Number.isFinite(x) : Number.isInteger(x) && x >= 0 && x < levels) continue;
    throw new InputError(
      'scm/mechanism-value',
      `predict: row ${r} of ${quoteName(variable.name)} came out as ${x}; its mechanism must yield ${levels === undefined ? 'finite numbers' : `level indices from 0 to ${levels - 1}`}. Check it, its noise, and the values that were set.`,
      { variable: variable.name, row: r, value: x },
    );
  }
}
