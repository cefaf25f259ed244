import { InputError, ShapeError } from '@cfe/base';
import { createDag, type Dag } from '@cfe/graph';
import { strongComponents } from './internal/acyclicity/strong-components.ts';
import type { Plan } from './plan.ts';

/** An edge that hardening left out, and why. */
export interface DroppedEdge {
  readonly from: string;
  readonly to: string;
  readonly strength: number;
  /** `'weak'`: at or below the threshold; `'cycle'`: the weakest of those left on a cycle */
  readonly reason: 'weak' | 'cycle';
}

/** What hardening decided. */
export interface HardenedGates {
  readonly graph: Dag;
  /** `[edges]` of the plan, 1 for the edges that stay */
  readonly gates: Float64Array;
  /** in the order in which they were left out; ties by the edges' order */
  readonly dropped: readonly DroppedEdge[];
  /** a sentence for a person */
  readonly message: string;
}

/**
 * An acyclic graph from soft gates: edges at or below the threshold go; then, while there is a cycle, the weakest edge
 * that lies on one. Everything that went is reported, those of cycles apart, since there the data did not decide.
 *
 * Fit again afterwards: the other weights had learned to live with what is gone.
 *
 * @param strengths - `[edges]` ≥ 0, such as gates, or gates times the size of their weights
 * @param options.threshold - default 0.5
 * @throws {@link ShapeError} if there are not as many strengths as edges
 * @throws {@link InputError} if a strength is negative or NaN, or the threshold is NaN
 * @example
 * import { createPlan, hardenGates } from '@cfe/autograd';
 * const parents = { offsets: Int32Array.of(0, 1, 3, 4), items: Int32Array.of(1, 0, 2, 1) }; // a ⇄ b ⇄ c
 * const plan = createPlan({ graph: { nodes: ['a', 'b', 'c'], parents }, gates: 'edges' });
 * const hard = hardenGates(plan, [0.6, 0.9, 0.2, 0.8]); // b → a, a → b, c → b, b → c
 * hard.gates; // → [0, 1, 0, 1]
 * hard.message; // → Kept 2 of 4 edges; 1 was weak, 1 was the weakest of a cycle (b → a, 0.6).
 */
export function hardenGates(
  plan: Plan,
  strengths: ArrayLike<number>,
  { threshold = 0.5 }: { readonly threshold?: number | undefined } = {},
): HardenedGates {
  const { names, parents, variables: d } = plan;
  const edges = parents.items.length;
  if (strengths.length !== edges) {
    throw new ShapeError(
      'autograd/strengths',
      `hardenGates: ${strengths.length} strengths for ${edges} edges. Give one for each, in the plan's order.`,
      { strengths: strengths.length, edges },
    );
  }
  const bad = Array.from(strengths).findIndex((strength) => !(strength >= 0));
  if (bad >= 0 || Number.isNaN(threshold)) {
    throw new InputError(
      'autograd/strengths',
      bad >= 0
        ? `hardenGates: strength ${bad} is ${strengths[bad]}; it must be ≥ 0.`
        : 'hardenGates: the threshold is NaN.',
    );
  }
  const [from, to] = endsOf(plan);
  const gates = new Float64Array(edges);
  const dropped: DroppedEdge[] = [];
  const drop = (e: number, reason: DroppedEdge['reason']): void => {
    gates[e] = 0;
    const name = (ends: Int32Array): string => names[ends[e] as number] as string;
    dropped.push({ from: name(from), to: name(to), strength: strengths[e] as number, reason });
  };
  for (let e = 0; e < edges; e++) {
    if ((strengths[e] as number) > threshold) gates[e] = 1;
    else drop(e, 'weak');
  }
  for (;;) {
    const e = weakestOnCycle(d, from, to, gates, strengths);
    if (e === -1) break;
    drop(e, 'cycle');
  }
  const kept = Array.from(gates.keys()).filter((e) => gates[e] === 1);
  return {
    graph: createDag(
      names,
      kept.map((e) => [names[from[e] as number] as string, names[to[e] as number] as string] as const),
    ),
    gates,
    dropped,
    message: inWords(kept.length, edges, dropped),
  };
}

/** Both ends of every edge, in the plan's order. */
function endsOf({ parents, variables }: Plan): [from: Int32Array, to: Int32Array] {
  const to = new Int32Array(parents.items.length);
  for (let j = 0; j < variables; j++) to.fill(j, parents.offsets[j], parents.offsets[j + 1]);
  return [parents.items, to];
}

/** An edge lies on a cycle if and only if both ends are in one strongly connected part. */
function weakestOnCycle(
  d: number,
  from: Int32Array,
  to: Int32Array,
  gates: Float64Array,
  strengths: ArrayLike<number>,
): number {
  const adjacency = new Float64Array(d * d);
  for (let e = 0; e < gates.length; e++)
    if (gates[e] === 1) adjacency[(from[e] as number) * d + (to[e] as number)] = 1;
  const part = new Int32Array(d);
  for (const [number, members] of strongComponents(adjacency, d).entries())
    for (const i of members) part[i] = number;
  let weakest = -1;
  for (let e = 0; e < gates.length; e++) {
    if (gates[e] === 0 || part[from[e] as number] !== part[to[e] as number]) continue;
    if (weakest === -1 || (strengths[e] as number) < (strengths[weakest] as number)) weakest = e;
  }
  return weakest;
}

function inWords(kept: number, edges: number, dropped: readonly DroppedEdge[]): string {
  const cycles = dropped.filter(({ reason }) => reason === 'cycle');
  const weak = dropped.length - cycles.length;
  const were = (count: number, what: string): string => `${count} ${count === 1 ? 'was' : 'were'} ${what}`;
  const listed = cycles.map(
    ({ from, to, strength }) => `${from} → ${to}, ${Number(strength.toPrecision(3))}`,
  );
  const parts = [`Kept ${kept} of ${edges} edges`];
  const reasons = [
    ...(weak > 0 ? [were(weak, 'weak')] : []),
    ...(cycles.length > 0 ? [`${were(cycles.length, 'the weakest of a cycle')} (${listed.join('; ')})`] : []),
  ];
  if (reasons.length > 0) parts.push(reasons.join(', '));
  return `${parts.join('; ')}.`;
}
