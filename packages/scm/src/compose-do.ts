import { InputError, quoteName } from '@cfe/base';
import type { Distribution } from './distribution.ts';
import { type Do, type Intervention, interventionsOf, type Value } from './intervention.ts';

/**
 * One action that does what two do, the later around the earlier: `model_{first}` acted on by `later`.
 *
 * On each variable a later value, law or replacement wins; where a later per-row value is NaN the earlier one stays. Shifts
 * add, and a shift or scale of what was set moves what was set. On different variables both hold.
 *
 * @throws {@link InputError} (`'scm/compose'`) where no single action says it: a blend or `sometimes` around a variable
 * that was set, or a per-row value around a kind that cannot leave rows alone
 * @example
 * import { composeDo } from '@cfe/scm';
 * composeDo({ x: 1, z: 0 }, { x: 2 }); // → [{ target: 'z', kind: 'hard', value: 0 }, { target: 'x', kind: 'hard', value: 2 }]
 * composeDo({ x: 1 }, [{ target: 'x', kind: 'shift', by: 0.5 }]); // → [{ target: 'x', kind: 'hard', value: 1.5 }]
 */
export function composeDo(first: Do, later: Do): Intervention[] {
  return interventionsOf(later).reduce<Intervention[]>(
    (done, next) => {
      const others = done.filter(({ target }) => target !== next.target);
      const before = done.filter(({ target }) => target === next.target);
      return [...others, ...around(before, next)];
    },
    [...interventionsOf(first)],
  );
}

function around(before: readonly Intervention[], next: Intervention): Intervention[] {
  const [set] = before;
  switch (next.kind) {
    case 'hard':
      return typeof next.value === 'number' || typeof next.value === 'string'
        ? [next]
        : perRow(before, next, next.value);
    case 'stochastic':
    case 'replace':
      return [next];
    case 'noise':
      // what was set no longer listens to its noise
      return isSet(set) ? [...before] : [...before, next];
    case 'shift':
    case 'scale':
      if (!isSet(set)) return [...before, next];
      return [moved(set, next)];
    case 'blend':
    case 'sometimes':
      if (isSet(set)) throw cannot(next, `${quoteName(next.target)} was set before`);
      return [...before, next];
  }
}

type Set = Intervention & { readonly kind: 'hard' | 'stochastic' };

function isSet(intervention: Intervention | undefined): intervention is Set {
  return intervention?.kind === 'hard' || intervention?.kind === 'stochastic';
}

/** Later values where they are numbers, the earlier action where they are NaN. */
function perRow(
  before: readonly Intervention[],
  next: Intervention & { readonly kind: 'hard' },
  values: ArrayLike<number>,
): Intervention[] {
  const later = Array.from(values);
  if (!later.some(Number.isNaN)) return [next];
  const [set] = before;
  if (set === undefined) return [next];
  if (set.kind === 'hard' && typeof set.value !== 'string') {
    const earlier = rowsOf(set.value, later.length, next);
    return [{ ...next, value: later.map((v, r) => (Number.isNaN(v) ? (earlier[r] as number) : v)) }];
  }
  const cleared = before.map((intervention): Intervention => {
    if (intervention.kind !== 'shift' && intervention.kind !== 'scale') {
      throw cannot(next, `${intervention.kind} before it cannot be taken back for some rows`);
    }
    const by = rowsOf(intervention.by, later.length, next);
    return { ...intervention, by: by.map((v, r) => (Number.isNaN(later[r]) ? v : Number.NaN)) };
  });
  return [...cleared, next];
}

function rowsOf(value: Value, rows: number, next: Intervention): number[] {
  if (typeof value === 'number') return new Array<number>(rows).fill(value);
  if (typeof value === 'string' || value.length !== rows) {
    throw cannot(
      next,
      `its ${rows} rows do not match the ${typeof value === 'string' ? 'level' : `${value.length} rows`} before it`,
    );
  }
  return Array.from(value);
}

/** A value or law that was set, shifted or scaled. */
function moved(set: Set, next: Intervention & { readonly kind: 'shift' | 'scale' }): Intervention {
  const { by } = next;
  const scales = next.kind === 'scale';
  const move = (x: number, amount: number): number =>
    Number.isNaN(amount) ? x : scales ? x * amount : x + amount;
  if (set.kind === 'hard') {
    if (typeof set.value === 'string' || typeof by === 'string') throw cannot(next, 'a level is no number');
    if (typeof set.value === 'number' && typeof by === 'number')
      return { ...set, value: move(set.value, by) };
    const rows = (typeof by === 'number' ? (set.value as ArrayLike<number>) : by).length;
    const amounts = rowsOf(by, rows, next);
    const values = rowsOf(set.value, rows, next);
    // a row that the earlier action left alone would need the mechanism itself to move
    if (values.some((v, r) => Number.isNaN(v) && !Number.isNaN(amounts[r]))) {
      throw cannot(next, 'the values before it leave some rows alone');
    }
    return { ...set, value: values.map((v, r) => move(v, amounts[r] as number)) };
  }
  if (typeof by !== 'number') throw cannot(next, 'a law before it cannot move row by row');
  const law = scales ? scaledLaw(set.distribution, by) : shiftedLaw(set.distribution, by);
  if (law === undefined) throw cannot(next, `a ${set.distribution.kind} law cannot be moved within its kind`);
  return { ...set, distribution: law };
}

function shiftedLaw(law: Distribution, by: number): Distribution | undefined {
  switch (law.kind) {
    case 'normal':
    case 'laplace':
      return { ...law, mean: law.mean + by };
    case 'uniform':
      return { ...law, low: law.low + by, high: law.high + by };
    case 'gumbel':
    case 'logistic':
    case 'student-t':
      return { ...law, location: law.location + by };
    case 'empirical':
      return { ...law, values: Array.from(law.values, (v) => v + by) };
    default:
      return undefined;
  }
}

function scaledLaw(law: Distribution, by: number): Distribution | undefined {
  const size = Math.abs(by);
  switch (law.kind) {
    case 'normal':
      return { ...law, mean: law.mean * by, sd: law.sd * size };
    case 'laplace':
      return { ...law, mean: law.mean * by, scale: law.scale * size };
    case 'uniform':
      return by >= 0
        ? { ...law, low: law.low * by, high: law.high * by }
        : { ...law, low: law.high * by, high: law.low * by };
    case 'logistic':
    case 'student-t':
      return { ...law, location: law.location * by, scale: law.scale * size };
    case 'gumbel':
      return by >= 0 ? { ...law, location: law.location * by, scale: law.scale * by } : undefined;
    case 'exponential':
      return by > 0 ? { ...law, rate: law.rate / by } : undefined;
    case 'empirical':
      return { ...law, values: Array.from(law.values, (v) => v * by) };
    default:
      return undefined;
  }
}

function cannot(next: Intervention, why: string): InputError {
  return new InputError(
    'scm/compose',
    `composeDo: ${next.kind} on ${quoteName(next.target)} has no single action: ${why}. Apply the two actions one after the other.`,
    { target: next.target, kind: next.kind },
  );
}
