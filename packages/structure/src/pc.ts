import { breather, InputError } from '@cfe/base';
import type { Table } from '@cfe/data';
import { checkKnowledge } from './check-knowledge.ts';
import { combinations } from './internal/combinations.ts';
import { independenceTest } from './internal/independence.ts';
import { observationalPart } from './internal/observational.ts';
import { orderProblem } from './internal/order-problem.ts';
import { orientPattern } from './internal/orient-pattern.ts';
import type { ParentRules } from './internal/parent-scorer.ts';
import { partialResult } from './internal/partial-result.ts';
import { totalScore } from './internal/total-score.ts';
import type { LearnOptions, StructureMethod, StructureResult, TracePoint } from './structure-method.ts';

/** Settings of {@link pc}. */
export interface PcOptions {
  /** a pair is taken for independent when the p-value is above this; default 0.01 */
  readonly alpha?: number;
  /** most variables to condition on; default no limit */
  readonly maxConditioning?: number;
}

/**
 * PC with a skeleton that does not depend on the order of the columns (PC-stable): edges whose ends are independent given
 * some of their neighbours are removed, then colliders and what follows from them are oriented.
 *
 * Of several sets that separate a pair, the one with the highest p-value decides about colliders (PC-Max).
 *
 * Fisher's z for continuous columns, G² for categories, a Gaussian likelihood ratio on level indicators where both occur. Of a
 * table with regimes only the rows without interventions are used. Colliders that contradict each other are resolved
 * in favour of the clearer independence and listed in `details.conflicts`.
 *
 * @throws {@link InputError} if `alpha` is not between 0 and 1
 * @see Colombo and Maathuis (2014), JMLR 15, 3741–3782; Ramsey (2016), arXiv 1610.00378, on PC-Max
 * @example
 * import { createTable } from '@cfe/data';
 * import { edgesOf } from '@cfe/graph';
 * import { linearGaussian } from '@cfe/scm';
 * import { pc } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['a', 'b', 'c'], weights: [[0, 0, 1], [0, 0, 1], [0, 0, 0]] });
 * const rows = truth.sample(500, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const { graph } = await pc().learn(table, {});
 * edgesOf(graph).map(({ from, to }) => `${from} → ${to}`); // → ['a → c', 'b → c']
 */
export function pc(options: PcOptions = {}): StructureMethod {
  const { alpha = 0.01 } = options;
  if (!(alpha > 0 && alpha < 1)) {
    throw new InputError('structure/alpha', `pc: 'alpha' is ${alpha}; it must be between 0 and 1.`, {
      alpha,
    });
  }
  return { name: 'pc', options, learn: (table, run) => learn(table, options, run) };
}

async function learn(table: Table, options: PcOptions, run: LearnOptions): Promise<StructureResult> {
  const { alpha = 0.01, maxConditioning = Number.POSITIVE_INFINITY } = options;
  const started = performance.now();
  const deadline = started + (run.budget?.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const breathe = breather(run.signal);
  const nodes = [...table.names].sort();
  const d = nodes.length;
  const rules: ParentRules = checkKnowledge(run.knowledge, nodes) ?? {};
  const { data, note } = observationalPart(table, 'pc');
  const { local, details } = await orderProblem(data, nodes, {}, rules, breathe);
  const { test, name } = await independenceTest(data, nodes, breathe);

  const adjacent = Array.from({ length: d }, (_, i) => {
    const possible = (j: number): boolean =>
      i !== j &&
      (rules.allowed === undefined || rules.allowed[i * d + j] === 1 || rules.allowed[j * d + i] === 1);
    return new Set(Array.from({ length: d }, (_, j) => j).filter(possible));
  });
  const required = (i: number, j: number): boolean =>
    rules.required?.[i * d + j] === 1 || rules.required?.[j * d + i] === 1;
  const separators = new Map<number, { readonly set: readonly number[]; readonly pValue: number }>();
  const trace: TracePoint[] = [];
  let tests = 0;
  let level = 0;
  let over = false;
  for (; level <= maxConditioning && !over; level++) {
    const frozen = adjacent.map((set) => [...set].sort((a, b) => a - b));
    if (frozen.every((list) => list.length <= level)) break;
    const removed: [number, number][] = [];
    for (let i = 0; i < d && !over; i++) {
      for (const j of frozen[i]!) {
        if (required(i, j)) continue;
        const candidates = frozen[i]!.filter((k) => k !== j);
        if (candidates.length < level || (level === 0 && i > j)) continue;
        const key = Math.min(i, j) * d + Math.max(i, j);
        for (const set of combinations(candidates, level)) {
          const wait = breathe();
          if (wait !== undefined) await wait;
          over ||= performance.now() >= deadline;
          if (over) break;
          tests++;
          const { pValue } = test(i, j, set);
          if (pValue <= alpha) continue;
          const before = separators.get(key);
          if (before === undefined) removed.push([i, j]);
          if (before === undefined || pValue > before.pValue) separators.set(key, { set, pValue });
        }
        if (over) break;
      }
    }
    for (const [i, j] of removed) {
      adjacent[i]!.delete(j);
      adjacent[j]!.delete(i);
    }
    const edges = adjacent.reduce((sum, set) => sum + set.size, 0) / 2;
    trace.push({ seconds: (performance.now() - started) / 1000, step: level, score: edges });
    run.onProgress?.({ phase: `conditioning on ${level}`, done: level + 1, value: edges });
  }
  const { marks, conflicts } = orientPattern(d, adjacent, separators, rules);
  const { graph, dag, repaired } = partialResult(nodes, table.names, marks, rules);
  const score = totalScore(dag, nodes, local(undefined));
  return {
    graph,
    dag,
    method: 'pc',
    score,
    trace,
    status: over ? 'budget' : 'converged',
    message:
      (over ? `The time limit ended PC while conditioning on ${level - 1}. ` : '') +
      `PC made ${tests} tests with ${name} at level ${alpha}.${note}` +
      (conflicts.length === 0
        ? ''
        : ` ${conflicts.length} colliders contradicted others and were left out.`) +
      (repaired ? ' The orientations fit no DAG exactly; the one for fitting is the nearest found.' : ''),
    details: {
      ...details,
      test: name,
      alpha,
      tests,
      conflicts: conflicts.map((triple) => triple.map((v) => nodes[v]!)),
      separatingSets: [...separators].map(([key, { set, pValue }]) => ({
        pair: [nodes[Math.floor(key / d)]!, nodes[key % d]!],
        given: set.map((v) => nodes[v]!),
        pValue,
      })),
    },
  };
}
