import { breather, InputError, permutation, quoteName, type RunOptions, rngFrom } from '@cfe/base';
import type { Table } from '@cfe/data';
import { type Dag, descendantsOf, parentsOf } from '@cfe/graph';
import { checkTable } from './internal/check-table.ts';
import { type IndependenceTest, independenceTest } from './internal/independence.ts';
import { invariance } from './internal/invariance.ts';
import { rowsLeftAlone } from './internal/rows-left-alone.ts';

export interface FalsifyOptions extends RunOptions {
  /** family-wise error rate of the independences together; default 0.05 */
  readonly alpha?: number;
  /** how many graphs with permuted nodes to compare with; default 100 */
  readonly permutations?: number;
}

/** An independence that the graph implies, and what the data say of it. */
export interface ImpliedIndependence {
  readonly x: string;
  /** a variable, or `undefined` where it is the regime that x must not depend on */
  readonly y: string | undefined;
  readonly given: readonly string[];
  readonly pValue: number;
  /** Holm's correction over all of them */
  readonly adjustedPValue: number;
}

/** What the data say against a graph. */
export interface Falsification {
  /** whether at least one implied independence is refuted at `alpha`, corrected */
  readonly contradicted: boolean;
  /** ascending by p-value */
  readonly independences: readonly ImpliedIndependence[];
  /** how many are refuted after correction */
  readonly refuted: number;
  /** share of implied independences whose own p-value is under `alpha` */
  readonly violations: number;
  /** the same share in graphs with permuted nodes, ascending */
  readonly permutedViolations: readonly number[];
  /** share of permuted graphs with at most as many violations: small means that the graph knows something of the data */
  readonly permutationPValue: number;
  /** the sentence a person should read */
  readonly message: string;
}

/**
 * Whether the data contradict a graph: each variable must be independent of its non-descendants given its parents, and
 * of the regime, where it was not intervened on. The p-values are corrected together; beside them stands how often
 * graphs with the same shape and shuffled names fare as well.
 *
 * A graph that passes is not proven: one with too many edges implies little, and all of a Markov class imply the same.
 * With many rows every graph that is only nearly right is refuted; then the comparison with shuffled graphs tells more.
 *
 * @param dag - over the table's variables
 * @throws {@link InputError} if graph and table have other variables, or the table cannot be learned from
 * @see Eulig et al. (2023), Toward falsifying causal graphs using a permutation-based test, arXiv 2305.09565
 * @example
 * import { createTable } from '@cfe/data';
 * import { createDag } from '@cfe/graph';
 * import { linearGaussian } from '@cfe/scm';
 * import { falsify } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['a', 'b', 'c'], weights: [[0, 1, 0], [0, 0, 1], [0, 0, 0]] });
 * const rows = truth.sample(500, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * (await falsify(table, createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c']]))).contradicted; // → false
 * (await falsify(table, createDag(['a', 'b', 'c'], [['a', 'b'], ['c', 'b']]))).contradicted; // → true
 */
export async function falsify(table: Table, dag: Dag, options: FalsifyOptions = {}): Promise<Falsification> {
  const { alpha = 0.05, permutations = 100, seed, signal, onProgress } = options;
  checkTable(table);
  if (!(alpha > 0 && alpha < 1 && Number.isInteger(permutations) && permutations >= 0)) {
    throw new InputError(
      'structure/falsify',
      `falsify: 'alpha' is ${alpha} and 'permutations' ${permutations}; the first lies between 0 and 1, the second is a whole number, 0 or more.`,
      { alpha, permutations },
    );
  }
  const nodes = dag.nodes;
  const strange = nodes.find((name) => !table.names.includes(name));
  const missing = table.names.find((name) => !nodes.includes(name));
  if (strange !== undefined || missing !== undefined) {
    throw new InputError(
      'structure/other-variables',
      strange === undefined
        ? `falsify: the graph lacks the column ${quoteName(missing!)}. Leave the column out, or add the node.`
        : `falsify: the table has no column ${quoteName(strange)}, which is a node of the graph.`,
      { variable: strange ?? missing },
    );
  }
  const breathe = breather(signal);
  const regimeName = uniqueName(nodes);
  const tests: {
    readonly data: Table;
    readonly names: readonly string[];
    readonly test: IndependenceTest['test'];
  }[] = [];
  const known = new Map<string, (typeof tests)[number]>();
  for (const v of nodes) {
    const { regimes } = table;
    const key = regimes?.list
      .map(({ targets }) => targets !== 'unknown' && targets.some(({ variable }) => variable === v))
      .join();
    let found = known.get(key ?? '');
    if (found === undefined) {
      const { data, names } = rowsLeftAlone(table, v, nodes, regimeName);
      found = { data, names, ...(await independenceTest(data, names, breathe)) };
      known.set(key ?? '', found);
    }
    tests.push(found);
  }
  const cache = new Map<string, number>();
  /** p-value of v ⟂ w | given in the rows where v was left alone; w = −1 is the regime. `undefined` if untestable. */
  const ask = (v: number, w: number, given: readonly number[]): number | undefined => {
    const key = `${v}|${w}|${given.join()}`;
    const before = cache.get(key);
    if (before !== undefined) return before;
    const { data, names, test } = tests[v]!;
    const at = (u: number): number => names.indexOf(u < 0 ? regimeName : nodes[u]!);
    const [x, y] = [at(v), at(w)];
    if (x < 0 || y < 0) return undefined;
    const set = given.map(at).filter((u) => u >= 0);
    const numbers = [x, ...set].every((u) => data.variable(names[u]!).kind === 'continuous');
    const pValue =
      w < 0 && numbers
        ? invariance(
            data.column(names[x]!),
            set.map((u) => data.column(names[u]!)),
            data.column(regimeName),
          )
        : test(x, y, set).pValue;
    cache.set(key, pValue);
    return pValue;
  };
  const statements = nodes.flatMap((name, v) => {
    const parents = parentsOf(dag, name).map((parent) => nodes.indexOf(parent));
    const below = new Set(descendantsOf(dag, name));
    const others = nodes.flatMap((other, w) =>
      w === v || below.has(other) || parents.includes(w) ? [] : [w],
    );
    const environments = table.regimes === undefined ? [] : [-1];
    return [...others, ...environments].map((w) => ({ v, w, parents }));
  });

  const independences = statements
    .flatMap(({ v, w, parents }) => {
      const pValue = ask(
        v,
        w,
        [...parents].sort((a, b) => a - b),
      );
      return pValue === undefined ? [] : [{ v, w, parents, pValue }];
    })
    .sort((a, b) => a.pValue - b.pValue);
  let adjusted = 0;
  const corrected = independences.map(({ v, w, parents, pValue }, k): ImpliedIndependence => {
    adjusted = Math.max(adjusted, Math.min(1, pValue * (independences.length - k)));
    return {
      x: nodes[v]!,
      y: w < 0 ? undefined : nodes[w]!,
      given: parents.map((p) => nodes[p]!),
      pValue,
      adjustedPValue: adjusted,
    };
  });
  const refuted = corrected.filter(({ adjustedPValue }) => adjustedPValue < alpha).length;
  const violations =
    corrected.length === 0 ? 0 : corrected.filter(({ pValue }) => pValue < alpha).length / corrected.length;

  const rng = rngFrom(seed).fork('falsify');
  const permuted: number[] = [];
  for (let b = 0; b < permutations && corrected.length > 0; b++) {
    const to = permutation(rng, nodes.length);
    let [count, bad] = [0, 0];
    for (const { v, w, parents } of statements) {
      const wait = breathe();
      if (wait !== undefined) await wait;
      const given = parents.map((p) => to[p]!).sort((a, c) => a - c);
      const pValue = ask(to[v]!, w < 0 ? w : to[w]!, given);
      if (pValue === undefined) continue;
      count++;
      if (pValue < alpha) bad++;
    }
    permuted.push(count === 0 ? 0 : bad / count);
    onProgress?.({ phase: 'permuted graphs', done: b + 1, total: permutations });
  }
  permuted.sort((a, b) => a - b);
  const asGood = permuted.filter((share) => share <= violations).length;
  const permutationPValue = permuted.length === 0 ? 1 : (asGood + 1) / (permuted.length + 1);
  return {
    contradicted: refuted > 0,
    independences: corrected,
    refuted,
    violations,
    permutedViolations: permuted,
    permutationPValue,
    message: sentence(corrected, refuted, permuted, asGood),
  };
}

function sentence(
  all: readonly ImpliedIndependence[],
  refuted: number,
  permuted: readonly number[],
  asGood: number,
): string {
  if (all.length === 0) return 'The graph implies no independence, so no data could contradict it.';
  const [worst] = all;
  const given = worst!.given.length === 0 ? '' : ` given ${worst!.given.join(', ')}`;
  const head =
    refuted === 0
      ? `The data do not contradict the graph: none of the ${all.length} independences that it implies is refuted.`
      : `The data contradict the graph: ${refuted} of the ${all.length} independences that it implies are refuted, first of all ${worst!.x} and ${worst!.y ?? 'the regime'}${given}.`;
  if (permuted.length === 0) return head;
  return `${head} ${asGood} of ${permuted.length} graphs with shuffled names fare as well or better.`;
}

function uniqueName(taken: readonly string[]): string {
  let name = 'regime';
  while (taken.includes(name)) name += '_';
  return name;
}
