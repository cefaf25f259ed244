import { breather } from '@cfe/base';
import type { Table } from '@cfe/data';
import { checkKnowledge } from './check-knowledge.ts';
import { classOf } from './internal/class-of.ts';
import { greedyEquivalenceSearch } from './internal/greedy-equivalence.ts';
import { observationalPart } from './internal/observational.ts';
import { orderProblem } from './internal/order-problem.ts';
import type { LearnOptions, StructureMethod, StructureResult, TracePoint } from './structure-method.ts';

/** Settings of {@link ges}. */
export interface GesOptions {
  /**
   * λ: what a parameter costs, in units of ln n. Default for continuous data 2, or 1 + 2 ln p / ln n where that is more
   * (more than √n variables), which measured best; for categories 1, the textbook BIC
   */
  readonly penalty?: number;
  /** score of all-categorical data, default `'bdeu'`; `'bic'` where a penalty is given */
  readonly discrete?: 'bic' | 'bdeu';
  /** of BDeu, default 1 */
  readonly equivalentSampleSize?: number;
  /**
   * of BDeu, default 1: how many parents a variable is expected to have before data are seen, each other variable being as likely;
   * `Infinity` for no such preference, which measured worse on large networks
   */
  readonly expectedParents?: number;
}

/**
 * Greedy equivalence search: over equivalence classes, the best insertion of an edge until none helps, then the best
 * deletion. A baseline: it stops at the first local optimum, where `flop` goes on.
 *
 * The scores are those of `flop`. Of a table with regimes only the rows without interventions are used. Knowledge is obeyed in
 * every class on the way, so that the search is greedy among those only.
 *
 * @see Chickering (2002), JMLR 3, 507–554
 * @example
 * import { createTable } from '@cfe/data';
 * import { edgesOf } from '@cfe/graph';
 * import { linearGaussian } from '@cfe/scm';
 * import { ges } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['a', 'b', 'c'], weights: [[0, 0, 1], [0, 0, 1], [0, 0, 0]] });
 * const rows = truth.sample(500, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const { graph } = await ges().learn(table, {});
 * edgesOf(graph).map(({ from, to }) => `${from} → ${to}`); // → ['a → c', 'b → c']
 */
export function ges(options: GesOptions = {}): StructureMethod {
  return { name: 'ges', options, learn: (table, run) => learn(table, options, run) };
}

async function learn(table: Table, options: GesOptions, run: LearnOptions): Promise<StructureResult> {
  const started = performance.now();
  const deadline = started + (run.budget?.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const breathe = breather(run.signal);
  const nodes = [...table.names].sort();
  const rules = checkKnowledge(run.knowledge, nodes) ?? {};
  const { data, note } = observationalPart(table, 'ges');
  const { local, details } = await orderProblem(data, nodes, options, rules, breathe);
  const trace: TracePoint[] = [];
  const { parents, score, inserted, deleted, expired } = await greedyEquivalenceSearch(
    nodes.length,
    local(undefined),
    {
      ...rules,
      tie: 1e-8 * data.rows,
      breathe,
      expired: () => performance.now() >= deadline,
      onStep(step, best) {
        trace.push({ seconds: (performance.now() - started) / 1000, step, score: best });
        run.onProgress?.({ phase: 'search', done: step, value: best });
      },
    },
  );
  return {
    ...classOf(nodes, table.names, parents, rules),
    method: 'ges',
    score,
    trace,
    status: expired ? 'budget' : 'converged',
    message: `GES ${expired ? 'was ended by the time limit after' : 'ended after'} ${inserted} insertions and ${deleted} deletions.${note}`,
    details: { ...details, inserted, deleted },
  };
}
