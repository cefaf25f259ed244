import { InputError, quoteName } from '@cfe/base';
import type { Table } from '@cfe/data';
import { type MethodChoice, methodOf } from './auto.ts';
import { bootstrapConfidence } from './bootstrap.ts';
import { checkKnowledge } from './check-knowledge.ts';
import { checkTable } from './internal/check-table.ts';
import { determinedCategories } from './internal/determined.ts';
import { variesLeftAlone } from './internal/rows-left-alone.ts';
import { type MethodName, methodNamed, methodNames } from './methods.ts';
import type { LearnOptions, StructureMethod, StructureResult } from './structure-method.ts';

export interface LearnStructureOptions extends LearnOptions {
  /** a method, or the name of one with its defaults; default `'auto'`, which chooses by the data */
  readonly method?: StructureMethod | MethodName;
  /** resamples from which each edge's confidence is told, as `bootstrapConfidence` does; default 0: none */
  readonly bootstrap?: number;
}

/**
 * Learns a causal graph from data: as much of it as the data and the knowledge identify.
 *
 * The result is an equivalence class (`graph`), a member of it that can be fitted (`dag`), and how it was found. Without
 * regimes some directions stay open; regimes with known targets and knowledge close them. Scale and order of the columns and
 * the number of workers change nothing.
 *
 * @param table - without missing values; rows are independent
 * @throws {@link InputError} naming the variable, if a column is constant, incomplete or determined by others, if a
 * variable is intervened on in every row, if knowledge contradicts itself, or if there are under 10 rows
 * @throws `signal.reason` on abort
 * @example
 * import { createTable } from '@cfe/data';
 * import { edgesOf } from '@cfe/graph';
 * import { linearGaussian } from '@cfe/scm';
 * import { learnStructure } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 1], [0, 0]] });
 * const rows = truth.sample(200, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const { graph } = await learnStructure(table, { knowledge: { tiers: [['x'], ['y']] } });
 * edgesOf(graph); // → [{ from: 'x', to: 'y', type: 'directed' }]
 */
export async function learnStructure(
  table: Table,
  options: LearnStructureOptions = {},
): Promise<StructureResult> {
  const { method: wanted = 'auto', bootstrap = 0, ...run } = options;
  run.signal?.throwIfAborted();
  checkTable(table);
  checkKnowledge(run.knowledge, table.names);
  checkBudget(run);
  if (!Number.isInteger(bootstrap) || bootstrap < 0) {
    throw new InputError(
      'structure/bootstrap',
      `learnStructure: 'bootstrap' is ${bootstrap}; it is a number of resamples, 0 or more.`,
    );
  }
  const method = typeof wanted === 'string' ? methodFor(wanted) : wanted;
  const result = warned(table, await method.learn(table, run));
  if (bootstrap === 0) return result;
  // what was chosen for the table is what its resamples are learned with
  const choice = result.details.choice as MethodChoice | undefined;
  const repeated = method.name === 'auto' && choice !== undefined ? methodOf(choice) : method;
  return {
    ...result,
    confidence: await bootstrapConfidence(table, repeated, {
      ...run,
      resamples: bootstrap,
      learned: result.graph,
    }),
  };
}

/** With a word on what these data cannot tell: categories that follow from their parents exactly, and variables that vary only where they were set. */
function warned(table: Table, result: StructureResult): StructureResult {
  const determined = result.dag === undefined ? [] : determinedCategories(table, result.dag);
  const still = table.names.filter((name) => !variesLeftAlone(table, name));
  if (determined.length + still.length === 0) return result;
  const told = determined.map(
    ({ variable, by }) =>
      `${quoteName(variable)} follows from ${by.map(quoteName).join(' and ')} in every row`,
  );
  return {
    ...result,
    message: [
      result.message,
      ...(told.length === 0
        ? []
        : [
            `${told.join(', and ')}: without noise, which of them is the effect cannot be told from data like these.`,
          ]),
      ...still.map(
        (name) =>
          `${quoteName(name)} varies only where it was set, so nothing shows whether anything causes it.`,
      ),
    ].join(' '),
    details: {
      ...result.details,
      ...(told.length === 0 ? {} : { determined }),
      ...(still.length === 0 ? {} : { variesOnlyWhereSet: still }),
    },
  };
}

function methodFor(name: string): StructureMethod {
  const method = methodNamed(name);
  if (method !== undefined) return method;
  throw new InputError(
    'structure/unknown-method',
    `learnStructure: there is no method ${quoteName(name)}. Known: ${methodNames.map(quoteName).join(', ')}.`,
    { method: name, known: methodNames },
  );
}

function checkBudget({ budget = {} }: LearnOptions): void {
  const { restarts, seconds } = budget;
  if (restarts !== undefined && !(Number.isInteger(restarts) && restarts >= 0)) {
    throw new InputError(
      'structure/budget',
      `learnStructure: 'restarts' is ${restarts}; it is a whole number, 0 or more.`,
      { restarts },
    );
  }
  if (seconds !== undefined && !(seconds > 0)) {
    throw new InputError('structure/budget', `learnStructure: 'seconds' is ${seconds}; it must be above 0.`, {
      seconds,
    });
  }
}
