import { InputError, ShapeError } from '@cfe/base';
import type { Executor, ForwardInput, PlanGradient } from './executor.ts';
import { type Floats, floats } from './floats.ts';
import type { Plan } from './plan.ts';
import type { PlanAction } from './plan-action.ts';
import { planLayout } from './plan-layout.ts';

/** The same rows in several worlds. */
export interface WorldsInput extends Omit<ForwardInput, 'action'> {
  /** of each world; noise and gates are of this many, and all worlds share them */
  readonly rows: number;
  readonly worlds: number;
  /** what is done in each world: arrays `[d * worlds * rows]` by variable, then world */
  readonly action: PlanAction;
}

/** Values in all worlds, and the way back. */
export interface WorldsResult {
  /** `[d * worlds * rows]` by variable, then world */
  readonly values: Floats;
  /**
   * Derivatives of Σ upstream ∘ values: of parameters, noise and gates over all worlds, of the action's parts in each. As
   * with an executor's own, before it goes forward again.
   */
  backward(upstream: Floats): PlanGradient;
}

/**
 * The same noise under the action of each of several worlds, in two passes: one without an action over the rows, and one
 * over worlds × rows in which what an action does not reach is not computed again but stands there as it was, to the bit.
 * So a world costs what the descendants of its interventions cost.
 *
 * @throws {@link InputError} if the number of worlds is not a whole number ≥ 0
 * @throws {@link ShapeError} if the action is not for so many worlds and rows
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan, createReferenceExecutor, forwardWorlds } from '@cfe/autograd';
 * const graph = createDag(['z', 'x', 'y'], [['z', 'x'], ['z', 'y'], ['x', 'y']]);
 * const plan = createPlan({ graph, mechanism: { head: { kind: 'additive', scale: 'unit' } } });
 * const parameters = Float64Array.of(0, 2, 0, 1, 3, 0); // x = 2z + u, y = z + 3x + u
 * const action = { cut: Uint8Array.of(0, 0, 1, 1, 0, 0), value: Float64Array.of(0, 0, 0, 1, 0, 0) }; // do(x = 0), do(x = 1)
 * const noise = Float64Array.of(5, 0, 0);
 * const pass = forwardWorlds(createReferenceExecutor(plan), { rows: 1, worlds: 2, parameters, noise, action });
 * pass.values; // → [5, 5, 0, 1, 5, 8]
 * pass.backward(Float64Array.of(0, 0, 0, 0, 1, 1)).noise; // → [2, 0, 2]
 */
export function forwardWorlds(executor: Executor, input: WorldsInput): WorldsResult {
  const { plan, dtype } = executor;
  const { rows, worlds, parameters, noise, gates, action } = input;
  checkWorlds(plan, input);
  const total = worlds * rows;
  const shared: ForwardInput = { rows, parameters, noise, gates };
  const base = executor.forward(shared).values.slice();
  const reached = reachedIn(plan, worlds, rows, action);

  const { cut, value, tiled } = scratchOf(
    executor,
    plan.variables * total,
    planLayout(plan).noiseColumns * total,
  );
  cut.set(action.cut);
  value.set(action.value);
  for (const [j, { noise: first, noiseWidth }] of planLayout(plan).mechanisms.entries()) {
    const own = base.subarray(j * rows, (j + 1) * rows);
    for (let w = 0; w < worlds; w++) {
      const at = j * total + w * rows;
      if (reached[j * worlds + w] === 1) {
        for (let c = first; c < first + noiseWidth; c++)
          tiled.set(noise.subarray(c * rows, (c + 1) * rows), c * total + w * rows);
      } else {
        cut.fill(1, at, at + rows);
        value.set(own, at);
      }
    }
  }
  const perRow = gates !== undefined && gates.length !== planLayout(plan).edges;
  const all: ForwardInput = {
    rows: total,
    parameters,
    noise: tiled,
    gates: perRow ? repeated(gates, rows, worlds) : gates,
    action: { ...action, cut, value },
  };
  const { values } = executor.forward(all);
  let isLast = true;

  return {
    values,
    backward(upstream) {
      if (action.shift !== undefined || action.scale !== undefined || action.noiseFactor !== undefined) {
        // These have derivatives also where they change nothing: every mechanism is asked, in every world.
        executor.forward({ ...all, noise: repeated(noise, rows, worlds), action });
        isLast = false;
        return overWorlds(executor.backward(upstream), rows, worlds, perRow);
      }
      if (!isLast) executor.forward(all);
      isLast = false;
      const found = executor.backward(upstream);
      const ofValue = found.value;
      const ofShared = floats(dtype, base.length);
      // What was not reached is the shared row in every world: its derivatives add up there.
      for (let jw = 0, at = 0; jw < reached.length; jw++) {
        if (reached[jw] === 1) {
          at += rows;
          continue;
        }
        for (let row = Math.floor(jw / worlds) * rows, k = 0; k < rows; k++, at++) {
          ofShared[row + k] = (ofShared[row + k] as number) + (ofValue[at] as number);
          ofValue[at] = 0;
        }
      }
      const above = overWorlds({ ...found, value: ofValue }, rows, worlds, perRow);
      executor.forward(shared);
      const below = executor.backward(ofShared);
      return {
        ...above,
        parameters: plus(above.parameters, below.parameters),
        noise: plus(above.noise, below.noise),
        gates: above.gates && plus(above.gates, below.gates as Floats),
      };
    },
  };
}

/** A gradient of worlds × rows, copied, with the worlds added up where all share what it belongs to. */
function overWorlds(
  { parameters, noise, value, shift, scale, noiseFactor, gates }: PlanGradient,
  rows: number,
  worlds: number,
  perRow: boolean,
): PlanGradient {
  return {
    parameters: parameters.slice(),
    noise: summed(noise, rows, worlds),
    value: value.slice(),
    shift: shift?.slice(),
    scale: scale?.slice(),
    noiseFactor: noiseFactor?.slice(),
    gates: perRow ? summed(gates as Floats, rows, worlds) : gates?.slice(),
  };
}

/** What the second pass reads. */
interface Scratch {
  readonly cut: Uint8Array;
  readonly value: Floats;
  readonly tiled: Floats;
}

const scratches = new WeakMap<Executor, Scratch>();

/** Memory of an executor that the same question asked again finds again: large arrays cost more to get than to fill. */
function scratchOf(executor: Executor, size: number, noise: number): Scratch {
  const known = scratches.get(executor);
  if (known?.cut.length === size && known.tiled.length === noise) return known;
  const fresh = {
    cut: new Uint8Array(size),
    value: floats(executor.dtype, size),
    tiled: floats(executor.dtype, noise),
  };
  scratches.set(executor, fresh);
  return fresh;
}

/** `[d * worlds]`: 1 where something is done to the variable, or to an ancestor. */
function reachedIn(plan: Plan, worlds: number, rows: number, action: PlanAction): Uint8Array {
  const reached = new Uint8Array(plan.variables * worlds);
  if (plan.levels.length === 0) return reached.fill(1); // each row has an order of its own
  const { offsets, items } = plan.parents;
  const { cut, shift, scale, noiseFactor } = action;
  for (const j of plan.levels.flatMap((level) => [...level])) {
    const parents = items.subarray(offsets[j], offsets[j + 1]);
    const everCut = cut.subarray(j * worlds * rows, (j + 1) * worlds * rows).includes(1);
    for (let w = 0; w < worlds; w++) {
      const from = (j * worlds + w) * rows;
      const differs = (part: Floats | undefined, idle: number): boolean =>
        part?.subarray(from, from + rows).some((x) => x !== idle) === true;
      const touched =
        parents.some((i) => reached[i * worlds + w] === 1) ||
        (everCut && cut.subarray(from, from + rows).includes(1)) ||
        differs(shift, 0) ||
        differs(scale, 1) ||
        differs(noiseFactor, 1);
      if (touched) reached[j * worlds + w] = 1;
    }
  }
  return reached;
}

function checkWorlds(plan: Plan, { rows, worlds, action }: WorldsInput): void {
  if (!(Number.isInteger(worlds) && worlds >= 0)) {
    throw new InputError(
      'autograd/worlds',
      `forwardWorlds: worlds must be a whole number ≥ 0, got ${worlds}.`,
      { worlds },
    );
  }
  const expected = plan.variables * worlds * rows;
  for (const [name, part] of Object.entries(action)) {
    if (part === undefined || part.length === expected) continue;
    throw new ShapeError(
      'autograd/length',
      `forwardWorlds: action.${name} has ${part.length} entries; for ${plan.variables} variables, ${worlds} worlds and ${rows} rows ${expected} are needed.`,
      { what: name, length: part.length, expected },
    );
  }
}

/** Each column so many times over. */
function repeated(from: Floats, rows: number, worlds: number): Floats {
  const to = new (from.constructor as new (length: number) => Floats)(from.length * worlds);
  for (let at = 0; at < from.length; at += rows)
    for (let w = 0; w < worlds; w++) to.set(from.subarray(at, at + rows), at * worlds + w * rows);
  return to;
}

/** Each column's worlds added up. */
function summed(from: Floats, rows: number, worlds: number): Floats {
  const to = new (from.constructor as new (length: number) => Floats)(
    worlds === 0 ? 0 : from.length / worlds,
  );
  for (let column = 0, at = 0; column < to.length; column += rows) {
    for (let w = 0; w < worlds; w++)
      for (let row = column; row < column + rows; row++, at++)
        to[row] = (to[row] as number) + (from[at] as number);
  }
  return to;
}

function plus(a: Floats, b: Floats): Floats {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + (b[i] as number);
  return a;
}
