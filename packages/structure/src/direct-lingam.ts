import { breather, InputError } from '@cfe/base';
import type { Table } from '@cfe/data';
import { checkKnowledge } from './check-knowledge.ts';
import { dagOf } from './internal/class-of.ts';
import { adaptiveLasso } from './internal/lars.ts';
import { lingamOrder } from './internal/lingam-order.ts';
import { momentsOf, standardise } from './internal/moments.ts';
import { normality } from './internal/normality.ts';
import { observationalPart } from './internal/observational.ts';
import { onlyNumbers } from './internal/only-numbers.ts';
import { orderProblem } from './internal/order-problem.ts';
import type { ParentRules } from './internal/parent-scorer.ts';
import { residualsOf } from './internal/residuals.ts';
import { totalScore } from './internal/total-score.ts';
import type { LearnOptions, StructureMethod, StructureResult } from './structure-method.ts';

/**
 * DirectLiNGAM: the whole DAG, directions included, from linear effects and noise that is not Gaussian.
 *
 * Finds the variable least dependent on the residuals of the others, takes it for the next cause, regresses it out and
 * goes on; then keeps the parents that the adaptive lasso keeps. With Gaussian noise the directions mean nothing, and the
 * message says so. Of a table with regimes only the rows without interventions are used.
 *
 * @throws {@link InputError} if a column is categorical, or there are fewer rows than variables
 * @see Shimizu et al. (2011), JMLR 12, 1225–1248; Hyvärinen and Smith (2013), JMLR 14, 111–152
 * @example
 * import { createRng } from '@cfe/base';
 * import { createTable } from '@cfe/data';
 * import { edgesOf } from '@cfe/graph';
 * import { directLingam } from '@cfe/structure';
 * const rng = createRng(1);
 * const x = Float64Array.from({ length: 500 }, () => rng.uniform());
 * const y = x.map((value) => value + rng.uniform());
 * const table = createTable([
 *   { variable: { name: 'y', kind: 'continuous' }, values: y },
 *   { variable: { name: 'x', kind: 'continuous' }, values: x },
 * ]);
 * const { graph } = await directLingam().learn(table, {});
 * edgesOf(graph); // → [{ from: 'x', to: 'y', type: 'directed' }]
 */
export function directLingam(): StructureMethod {
  return { name: 'direct-lingam', learn };
}

async function learn(table: Table, run: LearnOptions): Promise<StructureResult> {
  const started = performance.now();
  onlyNumbers(table, 'direct-lingam');
  const deadline = started + (run.budget?.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const breathe = breather(run.signal);
  const nodes = [...table.names].sort();
  const d = nodes.length;
  const rules: ParentRules = checkKnowledge(run.knowledge, nodes) ?? {};
  const { data, note } = observationalPart(table, 'direct-lingam');
  if (data.rows <= d + 2) {
    throw new InputError(
      'structure/too-few-rows',
      `direct-lingam: ${data.rows} rows are too few for ${d} variables, since each is regressed on all before it. Use 'flop', or fewer variables.`,
      { rows: data.rows, variables: d },
    );
  }
  const { local, details } = await orderProblem(data, nodes, {}, rules, breathe);
  const columns = standardise(nodes.map((name) => data.column(name)));
  const trace: { seconds: number; step: number; score: number }[] = [];
  const { order, expired } = await lingamOrder(columns, rules, {
    breathe,
    expired: () => performance.now() >= deadline,
    onStep(step, dependence) {
      trace.push({ seconds: (performance.now() - started) / 1000, step, score: dependence });
      run.onProgress?.({ phase: 'order', done: step + 1, total: d, value: dependence });
    },
  });
  const { products } = await momentsOf(columns, undefined, breathe);
  const matrix = products.map((product) => product / data.rows);
  const parents: number[][] = Array.from({ length: d }, () => []);
  for (const [at, v] of order.entries()) {
    const before = order
      .slice(0, at)
      .filter((w) => rules.allowed === undefined || rules.allowed[v * d + w] === 1);
    const kept = adaptiveLasso(matrix, d, data.rows, v, before);
    parents[v] = before.filter((w) => kept.includes(w) || rules.required?.[v * d + w] === 1);
  }
  const dag = dagOf(nodes, table.names, parents);
  const gaussian = residualsOf(columns, parents).flatMap((residual, v) =>
    normality(residual) > 0.01 ? [nodes[v]!] : [],
  );
  return {
    graph: dag,
    dag,
    method: 'direct-lingam',
    score: totalScore(dag, nodes, local(undefined)),
    trace,
    status: expired ? 'budget' : 'converged',
    message:
      (expired ? 'The time limit ended the search; the rest of the order is by name. ' : '') +
      (gaussian.length > 1
        ? `The noise of ${gaussian.length} of ${d} variables looks Gaussian, so directions among them mean little.`
        : 'The noise is not Gaussian, as this method needs.') +
      note,
    details: { ...details, order: order.map((v) => nodes[v]!), gaussianResiduals: gaussian },
  };
}
