import { InputError } from '@cfe/base';
import type { Executor, ForwardInput, PlanGradient } from '../executor.ts';
import { type Dtype, type Floats, floats } from '../floats.ts';
import type { Plan } from '../plan.ts';
import type { PlanAction } from '../plan-action.ts';
import { planLayout } from '../plan-layout.ts';
import { checkForward, checkUpstream } from './check-input.ts';
import { orderedRows } from './row-orders.ts';

/** The two halves of an ancestral pass, and what frees them. */
export type AncestralPass = Pick<Executor, 'forward' | 'backward'> & { dispose?(): void };

/** Rows that run in one order, with the pass that ran them. */
interface Part {
  readonly rows: Int32Array;
  readonly pass: AncestralPass;
}

/**
 * Ancestral passes of a plan, also of one whose edges form a cycle: then the gates of each row must leave none, and rows
 * that agree on an order run together, each group as a batch of its own. Parameters, layout and memory are the same for
 * all of them: an order is all that changes.
 *
 * @param passOf - the pass of the plan in an order that has levels; an edge that points against it has gate 0
 */
export function ancestralByOrder(
  plan: Plan,
  dtype: Dtype,
  passOf: (plan: Plan) => AncestralPass,
): AncestralPass {
  if (plan.levels.length > 0 || plan.variables === 0) return passOf(plan);
  const layout = planLayout(plan);
  const passes = new Map<string, AncestralPass>();
  let last: { readonly input: ForwardInput; readonly parts: readonly Part[] } | undefined;

  /** Passes of orders that are used again stay; the others go. */
  function partsOf({ gates, rows }: ForwardInput): Part[] {
    const groups = orderedRows(plan, gates as Floats, rows);
    const keys = groups.map(({ levels }) => levels.map((level) => level.join()).join(';'));
    for (const [key, pass] of passes) {
      if (keys.includes(key)) continue;
      pass.dispose?.();
      passes.delete(key);
    }
    return groups.map(({ levels, rows: chosen }, k) => {
      const key = keys[k] as string;
      const pass = passes.get(key) ?? passOf({ ...plan, levels });
      passes.set(key, pass);
      return { rows: chosen, pass };
    });
  }

  return {
    forward(input) {
      checkForward(plan, input);
      last = undefined;
      const parts = partsOf(input);
      const values = floats(dtype, plan.variables * input.rows);
      for (const { rows, pass } of parts)
        putRows(values, input.rows, rows, pass.forward(inputOf(input, rows, layout.edges)).values);
      last = { input, parts };
      return { values };
    },

    backward(upstream): PlanGradient {
      if (last === undefined) throw noForward();
      const { input, parts } = last;
      const { rows, gates, noise, action } = input;
      checkUpstream('backward', upstream.length, plan.variables * rows);
      const like = (part: Floats | undefined): Floats | undefined => part && floats(dtype, part.length);
      const result = {
        parameters: floats(dtype, layout.parameters),
        noise: floats(dtype, noise.length),
        value: floats(dtype, plan.variables * rows),
        shift: like(action?.shift),
        scale: like(action?.scale),
        noiseFactor: like(action?.noiseFactor),
        gates: like(gates),
      };
      const perRow = gates?.length !== layout.edges;
      for (const { rows: chosen, pass } of parts) {
        const found = pass.backward(takeRows(upstream, rows, chosen));
        addTo(result.parameters, found.parameters);
        for (const name of ['noise', 'value', 'shift', 'scale', 'noiseFactor'] as const)
          if (found[name] !== undefined) putRows(result[name] as Floats, rows, chosen, found[name]);
        if (perRow) putRows(result.gates as Floats, rows, chosen, found.gates as Floats);
        else addTo(result.gates as Floats, found.gates as Floats);
      }
      return result;
    },

    dispose() {
      for (const pass of passes.values()) pass.dispose?.();
      passes.clear();
      last = undefined;
    },
  };
}

/** What `backward` says where nothing went forward. */
export function noForward(): InputError {
  return new InputError(
    'autograd/no-forward',
    'backward: there was no forward pass to go back through. Call forward first.',
  );
}

/** The same input for some of its rows. */
function inputOf(input: ForwardInput, chosen: Int32Array, edges: number): ForwardInput {
  const { rows, parameters, noise, gates, action } = input;
  if (chosen.length === rows) return input;
  const taken = <T extends Floats | Uint8Array>(part: T): T => takeRows(part, rows, chosen);
  return {
    rows: chosen.length,
    parameters,
    noise: taken(noise),
    gates: gates?.length === edges ? gates : gates && taken(gates),
    action:
      action &&
      (Object.fromEntries(
        Object.entries(action).map(([name, part]) => [name, part && taken(part)]),
      ) as unknown as PlanAction),
  };
}

function takeRows<T extends Floats | Uint8Array>(from: T, rows: number, chosen: Int32Array): T {
  const n = chosen.length;
  if (n === rows) return from;
  const to = from.slice(0, (from.length / rows) * n) as T;
  for (let column = 0, at = 0; at < to.length; column++)
    for (let k = 0; k < n; k++) to[at++] = from[column * rows + (chosen[k] as number)] as number;
  return to;
}

function putRows(to: Floats, rows: number, chosen: Int32Array, from: Floats): void {
  const n = chosen.length;
  for (let column = 0, at = 0; at < from.length; column++)
    for (let k = 0; k < n; k++) to[column * rows + (chosen[k] as number)] = from[at++] as number;
}

function addTo(to: Floats, from: Floats): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + (from[i] as number);
}
