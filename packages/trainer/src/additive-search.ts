import { breather, InputError, quoteName, rngFrom } from '@cfe/base';
import type { Table } from '@cfe/data';
import { createDag, createGraph, type Dag, type EdgeInput, incident } from '@cfe/graph';
import {
  checkKnowledge,
  type LearnOptions,
  learnStructure,
  type StructureMethod,
  type StructureResult,
  type TracePoint,
} from '@cfe/structure';
import { curveScorer } from './internal/curve-scorer.ts';
import { climb, openEdges, type ParentSets, perturb, type SearchRules } from './internal/dag-search.ts';
import { featureMoments } from './internal/feature-moments.ts';

/** Settings of {@link additiveSearch}. */
export interface AdditiveSearchOptions {
  /** price of a degree of freedom, in units of BIC's; default 2 */
  readonly penalty?: number | undefined;
  /** rounds of random changes and climbing after the first optimum; default 20 */
  readonly restarts?: number | undefined;
}

/**
 * Learns a graph together with curved mechanisms: a `StructureMethod` for `learnStructure`.
 *
 * It begins where the linear search ends, and climbs from there and from the empty graph, edge by edge, on a score in which
 * every variable is a sum of curves of its parents, fitted in closed form. Rows in which a variable was intervened on leave
 * its own term out. Where neither interventions nor bends tell a direction (an equivalent graph has it the other way and
 * scores less than ln n worse), the edge is left undirected.
 *
 * For continuous variables. Interactions of parents are not seen.
 *
 * @throws {@link InputError} (on learning) if a variable is categorical
 * @see Bühlmann, Peters and Ernest (2014), CAM: Causal additive models, Ann. Statist. 42, 2526–2556
 * @example
 * import { additiveSearch } from '@cfe/trainer';
 * additiveSearch({ restarts: 5 }).name; // → additive-search
 */
export function additiveSearch(options: AdditiveSearchOptions = {}): StructureMethod {
  return { name: 'additive-search', options, learn: (table, run) => learn(table, options, run) };
}

async function learn(
  table: Table,
  options: AdditiveSearchOptions,
  run: LearnOptions,
): Promise<StructureResult> {
  const { penalty = 2 } = options;
  const restarts = run.budget?.restarts ?? options.restarts ?? 20;
  const most = run.budget?.seconds ?? Number.POSITIVE_INFINITY;
  const categorical = table.variables.find(({ kind }) => kind === 'categorical');
  if (categorical !== undefined) {
    throw new InputError(
      'trainer/categorical',
      `additiveSearch: ${quoteName(categorical.name)} is categorical; this method is for continuous variables. Leave the method to learnStructure.`,
      { variable: categorical.name },
    );
  }
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const { names } = table;
  const d = names.length;
  const knowledge = checkKnowledge(run.knowledge, names);
  const rules: SearchRules = {
    isAllowed: (from, to) => knowledge?.allowed[to * d + from] !== 0,
    isRequired: (from, to) => knowledge?.required[to * d + from] === 1,
  };
  const rng = rngFrom(run.seed).fork('additive-search');
  const linear = await learnStructure(table, {
    knowledge: run.knowledge,
    seed: run.seed,
    signal: run.signal,
  });
  const scorer = curveScorer(featureMoments(table), penalty);
  const breathe = breather(run.signal);
  const trace: TracePoint[] = [];
  const tick = (): void => run.signal?.throwIfAborted();
  const required = names.map((_, j) =>
    names.flatMap((_, i) => (i !== j && rules.isRequired(i, j) ? [i] : [])),
  );
  const starts: ParentSets[] = [required, ...(linear.dag === undefined ? [] : [parentSets(linear.dag)])];
  let best = climb(starts[0] as ParentSets, scorer, rules, tick);
  for (const start of starts.slice(1)) {
    const found = climb(start, scorer, rules, tick);
    if (found.score < best.score) best = found;
  }
  let round = 0;
  for (; round < restarts && seconds() < most; round++) {
    trace.push({ seconds: seconds(), step: round, score: best.score });
    run.onProgress?.({ phase: 'climbing', done: round, total: restarts, value: best.score });
    const changes = 2 + rng.integer(Math.max(2, Math.ceil(d / 3)));
    const found = climb(perturb(best.parents, changes, rules, rng), scorer, rules, tick);
    if (found.score < best.score - 1e-9) best = found;
    const wait = breathe();
    if (wait !== undefined) await wait;
  }
  trace.push({ seconds: seconds(), step: round, score: best.score });

  const edges = best.parents.flatMap((set, j) => set.map((i): [number, number] => [i, j]));
  const dag = createDag(
    names,
    edges.map(([i, j]): EdgeInput => [names[i] as string, names[j] as string]),
  );
  const turned = openEdges(best, scorer, rules, Math.log(table.rows));
  const isOpen = edges.map(([i, j]) => turned.has(j * d + i));
  const open = isOpen.filter(Boolean).length;
  const graph =
    open === 0
      ? dag
      : createGraph(
          'pdag',
          names,
          edges.map(
            ([i, j], k): EdgeInput => ({
              from: names[i] as string,
              to: names[j] as string,
              type: isOpen[k] === true ? 'undirected' : 'directed',
            }),
          ),
        );
  return {
    graph,
    dag,
    method: 'additive-search',
    score: best.score,
    trace,
    status: round < restarts ? 'budget' : 'converged',
    message: `Found ${edges.length} edges, ${open} of them without a direction, in ${scorer.evaluations} scores.`,
    details: { penalty, scores: scorer.evaluations },
  };
}

function parentSets({ nodes, parents }: Dag): number[][] {
  return nodes.map((_, j) => [...incident(parents, j)]);
}
