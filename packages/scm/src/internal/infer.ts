import { InputError } from '@cfe/base';
import { eliminationOrder } from './elimination-order.ts';
import { entriesOf, type Factor, multiplyInto, slice, sumOnto } from './factor.ts';

/** P(child | parents): `factor.scope` is the parents, then the child. */
export interface Conditional {
  readonly child: number;
  readonly factor: Factor;
}

/** A Bayesian network as tables, every variable the child of one. */
export interface Network {
  readonly sizes: Int32Array;
  readonly conditionals: readonly Conditional[];
}

export interface Inference {
  /** ln P(evidence); −∞ if it is impossible, and then the rest is empty */
  readonly logEvidence: number;
  /** of each wanted variable */
  readonly marginals: ReadonlyMap<number, Float64Array>;
  /** over the clique asked for, in its order; evidence variables left out */
  readonly clique: Factor | undefined;
}

/** The most entries that the tables of one question may have together: 512 MB. */
const budget = 2 ** 26;

/**
 * Marginals of the wanted variables given evidence, by bucket elimination: one pass sums the variables out, a second one
 * sends back to each bucket what the rest of the network says of it, so that all marginals cost two passes together.
 *
 * Variables that are neither wanted, nor evidence, nor above either, are left out (barren). Messages are scaled by their
 * largest entry, and the scales are kept, so that nothing underflows.
 *
 * @param clique - variables that shall stand in one table
 * @see Dechter (1999), Bucket elimination: a unifying framework for reasoning; Koller and Friedman (2009), chapters 9 and 10
 */
export function infer(
  network: Network,
  evidence: ReadonlyMap<number, number>,
  wanted: readonly number[],
  clique: readonly number[] = [],
): Inference {
  const { sizes } = network;
  const used = relevant(network, [...wanted, ...clique, ...evidence.keys()]);
  let logEvidence = 0;
  const factors: Factor[] = [];
  for (const { child, factor } of network.conditionals) {
    if (used[child] !== 1) continue;
    const left = slice(factor, evidence, sizes);
    if (left.scope.length > 0) factors.push(left);
    else logEvidence += Math.log(left.values[0] as number);
  }
  if (logEvidence === Number.NEGATIVE_INFINITY) return impossible;
  const free = [...used.keys()].filter((v) => used[v] === 1 && !evidence.has(v));
  const together = Int32Array.from(clique.filter((v) => !evidence.has(v)));
  const tree = bucketTree(free, factors, together, sizes);
  const passed = eliminate(tree, sizes);
  if (passed.logScale === Number.NEGATIVE_INFINITY) return impossible;
  if (wanted.length > 0 || together.length > 0) distribute(tree, passed.messages, sizes);
  const marginals = new Map<number, Float64Array>();
  for (const v of wanted) {
    const known = evidence.get(v);
    const bucket = tree.buckets[tree.position[v] as number];
    const marginal =
      known === undefined && bucket !== undefined
        ? scaledToOne(sumOnto(bucket.scope, bucket.table, Int32Array.of(v), sizes))
        : Float64Array.from({ length: sizes[v] as number }, (_, level) => (level === known ? 1 : 0));
    marginals.set(v, marginal);
  }
  const at = Math.min(...together.map((v) => tree.position[v] as number));
  const home = tree.buckets[at];
  return {
    logEvidence: logEvidence + passed.logScale,
    marginals,
    clique:
      together.length === 0 || home === undefined
        ? undefined
        : { scope: together, values: scaledToOne(sumOnto(home.scope, home.table, together, sizes)) },
  };
}

const impossible: Inference = {
  logEvidence: Number.NEGATIVE_INFINITY,
  marginals: new Map(),
  clique: undefined,
};

function relevant({ sizes, conditionals }: Network, from: readonly number[]): Uint8Array {
  const above: (Int32Array | undefined)[] = [];
  for (const { child, factor } of conditionals) above[child] = factor.scope;
  const used = new Uint8Array(sizes.length);
  const stack = [...from];
  for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
    if (used[v] === 1) continue;
    used[v] = 1;
    for (const k of above[v] ?? []) if (used[k] !== 1) stack.push(k);
  }
  return used;
}

interface Bucket {
  readonly variable: number;
  /** the variable itself last */
  readonly scope: Int32Array;
  /** what the message upwards is about: the scope without the variable */
  readonly separator: Int32Array;
  table: Float64Array;
}

interface Tree {
  /** in elimination order */
  readonly buckets: Bucket[];
  /** the bucket of each variable */
  readonly position: Int32Array;
}

function bucketTree(
  free: readonly number[],
  factors: readonly Factor[],
  clique: Int32Array,
  sizes: Int32Array,
): Tree {
  const compact = new Int32Array(sizes.length).fill(-1);
  for (const [at, v] of free.entries()) compact[v] = at;
  const scopes = [...factors.map(({ scope }) => scope), clique].map((scope) =>
    scope.map((v) => compact[v] as number),
  );
  const { order, entries } = eliminationOrder(
    Int32Array.from(free, (v) => sizes[v] as number),
    scopes,
  );
  if (entries > budget) {
    throw new InputError(
      'scm/not-exact',
      `exact: this question needs tables of ${entries.toExponential(1)} entries together, more than ${budget.toExponential(1)}. Ask about fewer variables at once, or draw samples instead.`,
      { entries, budget },
    );
  }
  const position = new Int32Array(sizes.length).fill(-1);
  for (const [at, v] of order.entries()) position[free[v] as number] = at;
  const first = (scope: Int32Array): number =>
    scope.reduce((least, v) => Math.min(least, position[v] as number), order.length);
  const scopesAt = Array.from(order, (v) => new Set([free[v] as number]));
  const factorsAt: Factor[][] = Array.from(order, () => []);
  for (const factor of factors) factorsAt[first(factor.scope)]?.push(factor);
  for (const { scope } of [...factors, { scope: clique }])
    for (const v of scope) scopesAt[first(scope)]?.add(v);
  const buckets = Array.from(order, (compactVariable, at): Bucket => {
    const variable = free[compactVariable] as number;
    const separator = Int32Array.from(
      [...(scopesAt[at] as Set<number>)].filter((v) => v !== variable),
    ).sort();
    const above = first(separator);
    for (const v of separator) scopesAt[above]?.add(v);
    const scope = Int32Array.of(...separator, variable);
    const table = new Float64Array(entriesOf(scope, sizes)).fill(1);
    for (const factor of factorsAt[at] as Factor[]) multiplyInto(scope, table, factor, sizes);
    return { variable, scope, separator, table };
  });
  return { buckets, position };
}

/** Sums out bucket by bucket, each message multiplied into the bucket that takes it. */
function eliminate(
  { buckets, position }: Tree,
  sizes: Int32Array,
): { readonly messages: Factor[]; readonly logScale: number } {
  let logScale = 0;
  const messages = buckets.map(({ scope, separator, table }): Factor => {
    const values = sumOnto(scope, table, separator, sizes);
    const largest = values.reduce((most, value) => Math.max(most, value), 0);
    logScale += Math.log(largest);
    if (largest > 0) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / largest;
    const message = { scope: separator, values };
    const above = buckets[aboveOf(separator, position, buckets.length)];
    if (above !== undefined) multiplyInto(above.scope, above.table, message, sizes);
    return message;
  });
  return { messages, logScale };
}

/** Against the order: each bucket's table becomes the distribution of its scope, up to a factor. */
function distribute({ buckets, position }: Tree, messages: readonly Factor[], sizes: Int32Array): void {
  for (let at = buckets.length - 1; at >= 0; at--) {
    const { scope, separator, table } = buckets[at] as Bucket;
    const above = buckets[aboveOf(separator, position, buckets.length)];
    if (above === undefined) continue;
    const sent = (messages[at] as Factor).values;
    const back = sumOnto(above.scope, above.table, separator, sizes);
    const total = back.reduce((sum, value) => sum + value, 0);
    for (let i = 0; i < back.length; i++) {
      back[i] = (sent[i] as number) === 0 ? 0 : (back[i] as number) / total / (sent[i] as number);
    }
    multiplyInto(scope, table, { scope: separator, values: back }, sizes);
  }
}

function aboveOf(separator: Int32Array, position: Int32Array, none: number): number {
  return separator.reduce((least, v) => Math.min(least, position[v] as number), none);
}

function scaledToOne(values: Float64Array): Float64Array {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}
