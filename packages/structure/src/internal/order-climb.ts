import { createRng, type Rng } from '@cfe/base';
import type { ParentRules, ParentScorer, ParentSet } from './parent-scorer.ts';

export interface ClimbOptions extends ParentRules {
  readonly d: number;
  /** scores closer than this are equal */
  readonly tie: number;
  /** whether time is up; asked at every reinsertion */
  readonly expired: () => boolean;
  /** called at every reinsertion; a promise is awaited */
  readonly breathe: () => Promise<void> | undefined;
}

/** An order with the parents chosen in it. */
export interface Climbed<State extends ParentSet> {
  readonly order: Int32Array;
  readonly states: readonly State[];
  readonly score: number;
  readonly expired: boolean;
}

export interface OrderClimber<State extends ParentSet> {
  /** The local optimum that an order leads to. */
  first(order: Int32Array, rng: Rng): Promise<Climbed<State>>;
  /** The local optimum found from an order with its parents after some nodes change places. */
  again(from: Pick<Climbed<State>, 'order' | 'states'>, rng: Rng): Promise<Climbed<State>>;
}

/**
 * Local search over orders: each node in turn is reinserted where the total score is lowest, until no reinsertion helps and
 * no parents chosen afresh are better. Among places of equal score one is drawn, so that a plateau is walked rather than sat on.
 *
 * Parent sets are kept through all of it, and refitted only where an adjacent swap touches them. That a node's present
 * parents accept no further given parent is remembered until they change, so that most swaps cost one comparison. What is found
 * depends on the order, the parents and the generator given, and on nothing that was done before.
 *
 * @see Wienöbst, Henckel and Weichwald (2025), arXiv 2510.04970
 */
export function orderClimber<State extends ParentSet>(
  scorer: ParentScorer<State>,
  { d, tie, expired, breathe, allowed, required }: ClimbOptions,
): OrderClimber<State> {
  const order = new Int32Array(d);
  const position = new Int32Array(d);
  const current = new Array<State>(d);
  const currentId = new Int32Array(d).fill(-1);
  const isParent = new Uint8Array(d * d); // [parent · d + child], of the current sets
  const refused = new Int32Array(d * d); // [candidate · d + node] = id of the set that refused it
  const candidates = new Int32Array(d);
  let score = 0;
  let over = d < 2;
  let rng = createRng(0);

  const held = new Uint8Array(d);
  /** The allowed nodes among the first `length` of the order, but for the node, `without`, and parents it has. */
  function collect(node: number, length: number, without: number, parents: Int32Array): number {
    for (let k = 0; k < parents.length; k++) held[parents[k]!] = 1;
    held[node] = 1;
    if (without >= 0) held[without] = 1;
    let count = 0;
    const row = node * d;
    for (let i = 0; i < length; i++) {
      const w = order[i]!;
      if (held[w] === 0 && (allowed === undefined || allowed[row + w] === 1)) candidates[count++] = w;
    }
    for (let k = 0; k < parents.length; k++) held[parents[k]!] = 0;
    held[node] = 0;
    if (without >= 0) held[without] = 0;
    return count;
  }

  const none = new Int32Array(0);
  const requiredOf = Array.from({ length: d }, (_, v) =>
    required === undefined
      ? none
      : Int32Array.from(
          [...required.subarray(v * d, v * d + d).entries()].flatMap(([w, on]) => (on === 1 ? [w] : [])),
        ),
  );

  function put(node: number, state: State): void {
    const before = current[node];
    if (before === state) return;
    if (before !== undefined) for (const w of before.parents) isParent[w * d + node] = 0;
    for (const w of state.parents) isParent[w * d + node] = 1;
    current[node] = state;
    currentId[node] = state.id;
  }

  function total(): number {
    let sum = 0;
    for (let v = 0; v < d; v++) sum += current[v]!.score;
    return sum;
  }

  function fitAt(q: number, choices = q): void {
    const v = order[q]!;
    put(v, scorer.fit(v, candidates, collect(v, choices, -1, requiredOf[v]!)));
  }

  let lowest = 0;
  let ties = 0;
  /** Whether to prefer a place: it is better, or as good and drawn among its equals, whatever rounding says. */
  function taken(change: number): boolean {
    if (change > lowest + tie) return false;
    if (change >= lowest - tie) return rng.uniform() * ++ties < 1;
    lowest = change;
    ties = 1;
    return true;
  }

  // the states that a reinsertion would change, by the distance walked
  const changedAt: number[] = [];
  const changedNode: number[] = [];
  const changedState: State[] = [];

  function reinsert(v: number): void {
    const q = position[v]!;
    const own = current[v]!;
    const ownRow = v * d;
    let bestAt = q;
    let bestOwn = own;
    lowest = 0;
    ties = 0;
    changedAt.length = changedNode.length = changedState.length = 0;

    let state = own;
    let others = 0;
    for (let i = q - 1; i >= 0; i--) {
      const z = order[i]!;
      if (isParent[z * d + v] === 1 || state !== own) {
        if (required !== undefined && required[ownRow + z] === 1) break;
        if (state.parents.includes(z)) {
          state = scorer.minus(v, state, z, candidates, collect(v, i, -1, state.parents));
        }
      }
      if (refused[ownRow + z] !== currentId[z]) {
        const before = current[z]!;
        if (scorer.accepts(z, before, v)) {
          const count = collect(z, i, v, before.parents);
          const after = scorer.plus(z, before, v, candidates, count);
          others += after.score - before.score;
          changedAt.push(i);
          changedNode.push(z);
          changedState.push(after);
        } else refused[ownRow + z] = currentId[z]!;
      }
      const change = state.score - own.score + others;
      if (taken(change)) {
        bestAt = i;
        bestOwn = state;
      }
    }

    state = own;
    others = 0;
    for (let i = q + 1; i < d; i++) {
      const z = order[i]!;
      if (isParent[ownRow + z] === 1) {
        if (required !== undefined && required[z * d + v] === 1) break;
        const before = current[z]!;
        const after = scorer.minus(z, before, v, candidates, collect(z, i, v, before.parents));
        others += after.score - before.score;
        changedAt.push(i);
        changedNode.push(z);
        changedState.push(after);
      }
      if (state !== own || refused[z * d + v] !== own.id) {
        if (scorer.accepts(v, state, z)) {
          state = scorer.plus(v, state, z, candidates, collect(v, i, z, state.parents));
        } else if (state === own) refused[z * d + v] = own.id;
      }
      const change = state.score - own.score + others;
      if (taken(change)) {
        bestAt = i;
        bestOwn = state;
      }
    }

    if (bestAt === q) return;
    for (let c = 0; c < changedAt.length; c++) {
      const at = changedAt[c]!;
      if (bestAt < q ? at >= bestAt && at < q : at <= bestAt && at > q)
        put(changedNode[c]!, changedState[c]!);
    }
    put(v, bestOwn);
    if (bestAt < q) order.copyWithin(bestAt + 1, bestAt, q);
    else order.copyWithin(q, q + 1, bestAt + 1);
    order[bestAt] = v;
    for (let i = Math.min(q, bestAt); i <= Math.max(q, bestAt); i++) position[order[i]!] = i;
  }

  async function perturb(): Promise<void> {
    const before = order.slice();
    for (let count = Math.max(1, Math.round(2 * Math.log(d))); count > 0; count--) {
      const a = rng.integer(d);
      const b = rng.integer(d);
      const kept = order[a]!;
      order[a] = order[b]!;
      order[b] = kept;
    }
    if (required !== undefined) respectRequired(order, required);
    for (let i = 0; i < d; i++) position[order[i]!] = i;
    // only nodes with other predecessors than before need new parents
    const seen = new Int8Array(d);
    let unequal = 0;
    for (let i = 0; i < d; i++) {
      const v = order[i]!;
      const w = before[i]!;
      over ||= expired();
      if (unequal > 0 || v !== w) fitAt(i, over ? 0 : i);
      unequal += toggle(seen, v, 1) + toggle(seen, w, -1);
      const wait = breathe();
      if (wait !== undefined) await wait;
    }
  }

  /** Chooses all parents afresh in the order reached; whether some are better than those kept through the moves. */
  async function refit(): Promise<boolean> {
    let improved = false;
    for (let i = 0; i < d; i++) {
      const wait = breathe();
      if (wait !== undefined) await wait;
      over ||= expired();
      if (over) break;
      const v = order[i]!;
      const fresh = scorer.fit(v, candidates, collect(v, i, -1, requiredOf[v]!));
      if (fresh.score >= current[v]!.score - tie) continue;
      put(v, fresh);
      improved = true;
    }
    return improved;
  }

  async function descend(): Promise<Climbed<State>> {
    score = total();
    while (!over) {
      const before = score;
      for (const v of order.slice()) {
        reinsert(v);
        const wait = breathe();
        if (wait !== undefined) await wait;
        over ||= expired();
        if (over) break;
      }
      score = total();
      if (over || (before - score <= tie && !(await refit()))) break;
      score = total();
    }
    return { order: order.slice(), states: current.slice(), score: total(), expired: over && d >= 2 };
  }

  return {
    async first(start, generator) {
      rng = generator;
      over = d < 2;
      order.set(start);
      for (let i = 0; i < d; i++) position[order[i]!] = i;
      for (let i = 0; i < d; i++) {
        // without time, the rest has only the parents that it must have
        over ||= expired();
        fitAt(i, over ? 0 : i);
        const wait = breathe();
        if (wait !== undefined) await wait;
      }
      return descend();
    },
    async again(from, generator) {
      rng = generator;
      over = d < 2;
      order.set(from.order);
      for (let v = 0; v < d; v++) put(v, from.states[v]!);
      await perturb();
      return descend();
    },
  };
}

function toggle(seen: Int8Array, v: number, by: number): number {
  const before = seen[v]!;
  const after = before + by;
  seen[v] = after;
  return Math.abs(after) - Math.abs(before);
}

/** Moves nodes back as little as needed for every required parent to come before its child. */
export function respectRequired(order: Int32Array, required: Uint8Array): void {
  const d = order.length;
  const placed = new Uint8Array(d);
  const source = order.slice();
  const done = new Uint8Array(d);
  for (let at = 0; at < d; at++) {
    const i = source.findIndex((v, k) => {
      if (done[k] === 1) return false;
      for (let w = 0; w < d; w++) if (required[v * d + w] === 1 && placed[w] === 0) return false;
      return true;
    });
    done[i] = 1;
    placed[source[i]!] = 1;
    order[at] = source[i]!;
  }
}
