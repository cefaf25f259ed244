import { breather, InputError } from '@cfe/base';
import type { Table } from '@cfe/data';
import { checkKnowledge } from './check-knowledge.ts';
import { dagOf } from './internal/class-of.ts';
import { dagmaWeights } from './internal/dagma-weights.ts';
import { momentsOf, standardise } from './internal/moments.ts';
import { observationalPart } from './internal/observational.ts';
import { onlyNumbers } from './internal/only-numbers.ts';
import { orderProblem } from './internal/order-problem.ts';
import type { ParentRules } from './internal/parent-scorer.ts';
import { strongestAcyclic } from './internal/strongest-acyclic.ts';
import { totalScore } from './internal/total-score.ts';
import type { LearnOptions, StructureMethod, StructureResult } from './structure-method.ts';

/** Settings of {@link dagma}. */
export interface DagmaOptions {
  /** weight of the sum of absolute coefficients; default 0.03 */
  readonly sparsity?: number;
  /** coefficients smaller than this are dropped; default 0.3 */
  readonly threshold?: number;
  /**
   * default `'standardised'`. `'raw'` reads the causal order off the variances where noise has equal variance, and off the
   * units of measurement where it has not
   */
  readonly scale?: 'standardised' | 'raw';
}

/**
 * DAGMA, linear: least squares and a sum of absolute coefficients, minimised under a log-determinant that keeps the graph
 * acyclic. A differentiable baseline; on standardised data `flop` is far more accurate.
 *
 * Its directions rest on noise of equal variance, which standardising destroys and `scale: 'raw'` assumes. Of a table
 * with regimes only the rows without interventions are used.
 *
 * @throws {@link InputError} if `sparsity` or `threshold` is negative
 * @see Bello, Aragam and Ravikumar (2022), NeurIPS; Reisach, Seiler and Weichwald (2021), NeurIPS, on scales
 * @example
 * import { createTable } from '@cfe/data';
 * import { edgesOf } from '@cfe/graph';
 * import { linearGaussian } from '@cfe/scm';
 * import { dagma } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['a', 'b', 'c'], weights: [[0, 1, 0], [0, 0, 1], [0, 0, 0]] });
 * const rows = truth.sample(500, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const { graph } = await dagma({ scale: 'raw' }).learn(table, {});
 * edgesOf(graph).map(({ from, to }) => `${from} → ${to}`); // → ['a → b', 'b → c']
 */
export function dagma(options: DagmaOptions = {}): StructureMethod {
  const { sparsity = 0.03, threshold = 0.3 } = options;
  if (!(sparsity >= 0 && threshold >= 0)) {
    throw new InputError(
      'structure/dagma',
      `dagma: 'sparsity' is ${sparsity} and 'threshold' ${threshold}; both must be 0 or more.`,
      { sparsity, threshold },
    );
  }
  return { name: 'dagma', options, learn: (table, run) => learn(table, options, run) };
}

async function learn(table: Table, options: DagmaOptions, run: LearnOptions): Promise<StructureResult> {
  const { sparsity = 0.03, threshold = 0.3, scale = 'standardised' } = options;
  const started = performance.now();
  onlyNumbers(table, 'dagma');
  const deadline = started + (run.budget?.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const breathe = breather(run.signal);
  const nodes = [...table.names].sort();
  const d = nodes.length;
  const rules: ParentRules = checkKnowledge(run.knowledge, nodes) ?? {};
  const { data, note } = observationalPart(table, 'dagma');
  if (data.rows <= nodes.length) {
    throw new InputError(
      'structure/too-few-rows',
      `dagma: ${data.rows} rows are too few for ${nodes.length} variables. Use 'flop', or fewer variables.`,
      { rows: data.rows, variables: nodes.length },
    );
  }
  const { local, details } = await orderProblem(data, nodes, {}, rules, breathe);
  const own = nodes.map((name) => data.column(name));
  const { products, sums, rows } = await momentsOf(
    scale === 'raw' ? own : standardise(own),
    undefined,
    breathe,
  );
  const matrix = products.map(
    (product, k) => product / rows - (sums[Math.floor(k / d)]! / rows) * (sums[k % d]! / rows),
  );
  const trace: { seconds: number; step: number; score: number }[] = [];
  const { weights, expired, steps } = await dagmaWeights(matrix, d, {
    ...rules,
    sparsity,
    breathe,
    expired: () => performance.now() >= deadline,
    onStep(step, score) {
      trace.push({ seconds: (performance.now() - started) / 1000, step, score });
      run.onProgress?.({ phase: 'descent', done: step, value: score });
    },
  });
  const { parents, dropped } = strongestAcyclic(weights, d, threshold, rules);
  const dag = dagOf(nodes, table.names, parents);
  return {
    graph: dag,
    dag,
    method: 'dagma',
    score: totalScore(dag, nodes, local(undefined)),
    trace,
    status: expired ? 'budget' : 'converged',
    message:
      (expired
        ? `The time limit ended the descent after ${steps} steps. `
        : `The descent took ${steps} steps. `) +
      (dropped === 0 ? '' : `${dropped} edges were dropped to break cycles. `) +
      (scale === 'raw'
        ? 'Directions rest on noise of equal variance in the units of the columns.'
        : 'On standardised columns its directions rest on little: prefer flop.') +
      note,
    details: {
      ...details,
      sparsity,
      threshold,
      scale,
      weights: Array.from({ length: d }, (_, i) => weights.slice(i * d, i * d + d)),
      order: nodes,
    },
  };
}
