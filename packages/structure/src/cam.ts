import { breather, InputError } from '@cfe/base';
import type { Table } from '@cfe/data';
import { checkKnowledge } from './check-knowledge.ts';
import { additiveProblem } from './internal/additive-problem.ts';
import { dagOf } from './internal/class-of.ts';
import { learnByOrder } from './internal/learn-by-order.ts';
import { onlyNumbers } from './internal/only-numbers.ts';
import type { ParentRules } from './internal/parent-scorer.ts';
import type { LearnOptions, StructureMethod, StructureResult } from './structure-method.ts';

/** Settings of {@link cam}. */
export interface CamOptions {
  /** λ: what a function of a parent costs, in units of ln n; default 1, the textbook BIC */
  readonly penalty?: number;
  /** most parents of one variable; default no limit */
  readonly maxParents?: number;
}

/**
 * Causal additive models: the whole DAG from effects that are curves and noise that is Gaussian and added.
 *
 * The score is CAM's, with lines and cubic splines for curves; the search is the order search of `flop`, where CAM adds
 * one edge at a time. Where effects are lines the score says nothing about direction, and `flop` with its class is the honest
 * answer. Rows in which a variable was intervened on are left out of its own score only.
 *
 * @see Bühlmann, Peters and Ernest (2014), Annals of Statistics 42, 2526–2556
 * @example
 * import { createRng } from '@cfe/base';
 * import { createTable } from '@cfe/data';
 * import { edgesOf } from '@cfe/graph';
 * import { cam } from '@cfe/structure';
 * const rng = createRng(1);
 * const x = Float64Array.from({ length: 500 }, () => rng.normal());
 * const y = x.map((value) => Math.sin(2 * value) + 0.3 * rng.normal());
 * const table = createTable([
 *   { variable: { name: 'y', kind: 'continuous' }, values: y },
 *   { variable: { name: 'x', kind: 'continuous' }, values: x },
 * ]);
 * const { graph } = await cam().learn(table, {});
 * edgesOf(graph); // → [{ from: 'x', to: 'y', type: 'directed' }]
 */
export function cam(options: CamOptions = {}): StructureMethod {
  return { name: 'cam', options, learn: (table, run) => learn(table, options, run) };
}

async function learn(table: Table, options: CamOptions, run: LearnOptions): Promise<StructureResult> {
  onlyNumbers(table, 'cam');
  const nodes = [...table.names].sort();
  if (table.rows <= nodes.length) {
    throw new InputError(
      'structure/too-few-rows',
      `cam: ${table.rows} rows are too few for ${nodes.length} variables, of which curves fit any. Use 'flop', or fewer variables.`,
      { rows: table.rows, variables: nodes.length },
    );
  }
  const rules: ParentRules = checkKnowledge(run.knowledge, nodes) ?? {};
  const problem = await additiveProblem(table, nodes, options, rules, breather(run.signal));
  const { parents, interventional, targets, ...found } = await learnByOrder(
    table,
    problem,
    rules,
    run,
    'cam',
    10,
  );
  const dag = dagOf(nodes, table.names, parents);
  return {
    graph: dag,
    dag,
    ...found,
    method: interventional ? 'cam (interventional)' : 'cam',
    message: `${found.message} Directions rest on effects being curves and noise being added.`,
  };
}
