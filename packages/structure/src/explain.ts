import { breather, InputError, quoteName, type RunOptions } from '@cfe/base';
import type { Table } from '@cfe/data';
import { edgesOf, indexOf, parentsOf, topologicalOrder } from '@cfe/graph';
import { additiveProblem } from './internal/additive-problem.ts';
import type { InterceptMode } from './internal/gaussian-data.ts';
import { independenceTest } from './internal/independence.ts';
import { orderProblem } from './internal/order-problem.ts';
import { rowsLeftAlone } from './internal/rows-left-alone.ts';
import type { StructureResult } from './structure-method.ts';

/** What speaks for an edge, or for its absence. */
export interface EdgeEvidence {
  /** what the graph says of the two: `'a → b'`, `'a — b'` or `'none'`, by name */
  readonly finding: string;
  /** by how much the score gets worse with the edge taken out, or put in where there is none; > 0 speaks for the finding */
  readonly scoreDifference: number;
  /**
   * for an edge, by how much the score gets worse when it is turned: 0 where direction cannot be told from the score, and
   * `undefined` where turning it makes a cycle
   */
  readonly reversalDifference?: number;
  /** what was conditioned on: the child's other parents for an edge; where there is none, a set that separates the two */
  readonly given: readonly string[];
  /** of two continuous variables, given the set */
  readonly partialCorrelation?: number;
  /** of independence given the set */
  readonly pValue: number;
  /** partial correlations smaller than this cost more than they earn, so an edge this weak is not found */
  readonly smallestDetectablePartialCorrelation?: number;
  /** the sentence a person should read */
  readonly message: string;
}

/**
 * The evidence for an edge of a result, or for its absence.
 *
 * Scores are those of the search that found the graph; the test is Fisher's z, G² or a likelihood ratio, on the rows in which
 * the child was not intervened on. A p-value after a search is optimistic: it describes, and does not confirm.
 *
 * @param pair - two variables, in any order
 * @throws {@link UnknownNameError} if the table has no such variable
 * @throws {@link InputError} if the two are one, or the result has no DAG
 * @example
 * import { createTable } from '@cfe/data';
 * import { linearGaussian } from '@cfe/scm';
 * import { explain, learnStructure } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['a', 'b', 'c'], weights: [[0, 1, 0], [0, 0, 1], [0, 0, 0]] });
 * const rows = truth.sample(500, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const evidence = await explain(await learnStructure(table), table, ['a', 'c']);
 * evidence.finding; // → 'none'
 * evidence.given; // → ['b']
 */
export async function explain(
  result: StructureResult,
  table: Table,
  pair: readonly [string, string],
  options: Pick<RunOptions, 'signal'> = {},
): Promise<EdgeEvidence> {
  const { dag, graph } = result;
  const [one, other] = pair;
  for (const name of pair) indexOf(graph, name, 'explain');
  if (one === other) {
    throw new InputError('structure/pair', `explain: ${quoteName(one)} is named twice. Name two variables.`, {
      variable: one,
    });
  }
  if (dag === undefined) {
    throw new InputError(
      'structure/no-dag',
      `explain: the result of ${result.method} has no DAG to explain.`,
    );
  }
  const breathe = breather(options.signal);
  const nodes = [...table.names].sort();
  const rank = new Map(Array.from(topologicalOrder(dag), (v, k) => [dag.nodes[v]!, k]));
  const [parent, child] = rank.get(one)! < rank.get(other)! ? [one, other] : [other, one];
  const parents = parentsOf(dag, child);
  const present = parents.includes(parent);
  const given = parents.filter((name) => name !== parent);

  const { details } = result;
  const chosen = {
    ...(typeof details.penalty === 'number' ? { penalty: details.penalty } : {}),
    ...(details.score === 'BDeu'
      ? {
          discrete: 'bdeu' as const,
          equivalentSampleSize: details.equivalentSampleSize as number,
          expectedParents: details.expectedParents as number,
        }
      : {}),
  };
  const problem = await (details.score === 'additive Gaussian BIC' ? additiveProblem : orderProblem)(
    table,
    nodes,
    chosen,
    {},
    breathe,
  );
  const local = problem.local(problem.modesOf((details.intercepts ?? {}) as Record<string, InterceptMode>));
  const score = (name: string, of: readonly string[]): number =>
    local(
      nodes.indexOf(name),
      of.map((w) => nodes.indexOf(w)).sort((a, b) => a - b),
    );
  const difference = score(child, given) - score(child, [...given, parent]);
  let reversalDifference: number | undefined;
  if (present && !leads(parent, child, given)) {
    const above = parentsOf(dag, parent);
    reversalDifference =
      score(child, given) + score(parent, [...above, child]) - score(child, parents) - score(parent, above);
    if (Math.abs(reversalDifference) < 1e-8 * table.rows) reversalDifference = 0;
  }

  const { data, names } = rowsLeftAlone(table, child, nodes);
  const { test, name: testName } = await independenceTest(data, names, breathe);
  const [x, y, set] = [names.indexOf(parent), names.indexOf(child), given.map((w) => names.indexOf(w))];
  const { pValue, partialCorrelation } =
    x < 0 || y < 0
      ? { pValue: 1 }
      : test(
          x,
          y,
          set.filter((w) => w >= 0),
        );

  const edge = edgesOf(graph).find(
    ({ from, to }) => (from === one && to === other) || (from === other && to === one),
  );
  const finding =
    edge === undefined ? 'none' : `${edge.from} ${edge.type === 'directed' ? '→' : '—'} ${edge.to}`;
  const smallest = details.smallestDetectablePartialCorrelation;
  const shown = given.length === 0 ? '' : ` given ${given.join(', ')}`;
  const strength =
    partialCorrelation === undefined ? '' : `partial correlation ${partialCorrelation.toFixed(3)}, `;
  const test_ = `${strength}p = ${pValue < 1e-4 ? pValue.toExponential(1) : pValue.toFixed(4)} by ${testName}`;
  const direction =
    reversalDifference === undefined
      ? ''
      : reversalDifference === 0
        ? ' Turned round, the edge scores the same: only its neighbourhood, interventions or knowledge can direct it.'
        : ` Turned round, it scores ${reversalDifference.toFixed(1)} worse.`;
  return {
    finding,
    scoreDifference: present ? difference : -difference,
    ...(reversalDifference === undefined ? {} : { reversalDifference }),
    given,
    ...(partialCorrelation === undefined ? {} : { partialCorrelation }),
    pValue,
    ...(typeof smallest === 'number' ? { smallestDetectablePartialCorrelation: smallest } : {}),
    message: present
      ? `${finding}: without it the score is ${difference.toFixed(1)} worse; ${parent} and ${child} depend on each other${shown} (${test_}).${direction}`
      : `No edge between ${parent} and ${child}: with one the score would be ${(-difference).toFixed(1)} worse. They are taken for independent${shown} (${test_}).${typeof smallest === 'number' ? ` Partial correlations under ${smallest.toFixed(3)} are too small to be found in these ${table.rows} rows.` : ''}`,
  };

  /** Whether a path leads from the parent to one of the child's other parents. */
  function leads(from: string, to: string, through: readonly string[]): boolean {
    const seen = new Set<string>([to]);
    const queue = [...through];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (name === from) return true;
      if (seen.has(name)) continue;
      seen.add(name);
      queue.push(...parentsOf(dag!, name));
    }
    return false;
  }
}
