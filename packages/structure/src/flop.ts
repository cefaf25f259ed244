import { breather } from '@cfe/base';
import type { Table } from '@cfe/data';
import { checkKnowledge } from './check-knowledge.ts';
import { classOf } from './internal/class-of.ts';
import type { InterceptMode } from './internal/gaussian-data.ts';
import { learnByOrder } from './internal/learn-by-order.ts';
import { orderProblem } from './internal/order-problem.ts';
import type { ParentRules } from './internal/parent-scorer.ts';
import type { LearnOptions, StructureMethod, StructureResult } from './structure-method.ts';

/** Settings of {@link flop}. */
export interface FlopOptions {
  /**
   * λ: what a parameter costs, in units of ln n. Default for continuous data 2, or 1 + 2 ln p / ln n where that is more
   * (more than √n variables), which measured best; for categories 1, the textbook BIC
   */
  readonly penalty?: number;
  /**
   * with regimes, whether a variable keeps its mean across them but for its parents (`'shared'`: interventions do
   * nothing else) or may shift (`'perEnvironment'`: batch effects); default `'auto'`: whichever scores better
   */
  readonly intercept?: 'auto' | InterceptMode;
  /** score of all-categorical data, default `'bdeu'`, which measured best; `'bic'` where a penalty is given */
  readonly discrete?: 'bic' | 'bdeu';
  /** of BDeu, default 1: larger values join what is independent in large networks */
  readonly equivalentSampleSize?: number;
  /**
   * of BDeu, default 1: how many parents a variable is expected to have before data are seen, each other variable being as likely;
   * `Infinity` for no such preference, which measured worse on large networks
   */
  readonly expectedParents?: number;
  /** most parents of one variable; default a fifth of the rows */
  readonly maxParents?: number;
}

/**
 * The order search FLOP, and I-FLOP where the table has regimes: the best-scoring DAG over all orders of the
 * variables, and its equivalence class. Assumes no hidden common causes, and for continuous data linear effects.
 *
 * Continuous columns get the Gaussian BIC on standardised data; all-categorical tables BDeu or the discrete BIC. In mixed
 * tables a category is the group of its level indicators (degenerate Gaussian score), so that it can be cause or effect.
 * Rows in which a variable was intervened on are left out of its own score only.
 *
 * @see Wienöbst, Henckel and Weichwald (2025), arXiv 2510.04970; Chen and Markham (2026), PMLR 343, 246–273
 * @example
 * import { createTable } from '@cfe/data';
 * import { edgesOf } from '@cfe/graph';
 * import { linearGaussian } from '@cfe/scm';
 * import { flop } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['a', 'b', 'c'], weights: [[0, 0, 1], [0, 0, 1], [0, 0, 0]] });
 * const rows = truth.sample(500, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const { graph } = await flop().learn(table, {});
 * edgesOf(graph).map(({ from, to }) => `${from} → ${to}`); // → ['a → c', 'b → c']
 */
export function flop(options: FlopOptions = {}): StructureMethod {
  return { name: 'flop', options, learn: (table, run) => learn(table, options, run) };
}

async function learn(table: Table, options: FlopOptions, run: LearnOptions): Promise<StructureResult> {
  const nodes = [...table.names].sort();
  const rules: ParentRules = checkKnowledge(run.knowledge, nodes) ?? {};
  const breathe = breather(run.signal);
  const problem = await orderProblem(table, nodes, options, rules, breathe);
  const { parents, interventional, targets, ...found } = await learnByOrder(
    table,
    problem,
    rules,
    run,
    'flop',
  );
  return {
    ...classOf(nodes, table.names, parents, { targets, ...rules }),
    ...found,
    method: interventional ? 'flop (interventional)' : 'flop',
  };
}
