import { type Activation, createPlan, createReferenceExecutor, initialParameters } from '@cfe/autograd';
import { type Columns, InputError, rngFrom, type Seed, ShapeError, type Variable } from '@cfe/base';
import { createDag, type Dag } from '@cfe/graph';
import { counterfactualRows, type Do } from '@cfe/scm';
import type { CausalNetwork, ExecutorFactory, NoiseChoice } from './causal-network.ts';
import { type CausalUnit, causalUnits } from './causal-unit.ts';
import { buildNetwork } from './internal/build-network.ts';
import { columnsOf } from './internal/columns.ts';
import { outputMeans } from './internal/output-means.ts';
import { type MechanismOptions, mechanismsFor, specOf } from './mechanism-choice.ts';

/** Rows of inputs: a matrix `[rows][inputs]`, or columns by name. */
export type UnitRows = readonly ArrayLike<number>[] | Columns;

/** What {@link createCausalUnitNetwork} takes. */
export interface CausalUnitNetworkOptions {
  /** how many, named x1, x2, …, or their names */
  readonly inputs: number | readonly string[];
  /** hidden widths of every mechanism; default `[16]` */
  readonly hidden?: readonly number[] | undefined;
  /** how many, named y, or y1, y2, …, or their names; default 1 */
  readonly outputs?: number | readonly string[] | undefined;
  /** default `'tanh'` */
  readonly activation?: Activation | undefined;
  /** how noise enters; default `'mlp'`, additive */
  readonly mechanism?: 'mlp' | 'location-scale' | 'flow' | undefined;
  /**
   * who causes whom. `'learn'`: the trainer finds out, and until then every input causes every output and no input causes
   * another. `'given'`, the default: that stays. Or a DAG over the inputs and outputs in which no output causes an input
   */
  readonly structure?: 'learn' | 'given' | Dag | undefined;
  readonly noise?: NoiseChoice | undefined;
  /** default 0 */
  readonly seed?: Seed | undefined;
  readonly executor?: ExecutorFactory | undefined;
}

/** What a prediction may be asked under. */
export interface UnitPredictOptions {
  /** what is done: `{ x2: 0.5 }`, a value per row, or any intervention */
  readonly do?: Do | undefined;
  /** the outputs that went with the rows: then their noise is known too, and the answer is the counterfactual of each row */
  readonly outputs?: UnitRows | undefined;
  /** for interventions with draws; default 0 */
  readonly seed?: Seed | undefined;
}

/**
 * A network from inputs to outputs that can be acted on inside: its variables are the inputs and the outputs, each with a
 * mechanism of its own and no shared trunk, so that setting one input moves what that input causes and nothing else.
 */
export interface CausalUnitNetwork {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** the causal model over inputs and outputs: everything that takes a causal model takes this */
  readonly model: CausalNetwork;
  /** its layers, from the parents to the variables; present values */
  readonly units: readonly CausalUnit[];
  /**
   * The outputs of rows, under an action or none, by output.
   *
   * Without the factual outputs: E[Y under the action | X = x]. The noise of the inputs is what the rows tell; that of the
   * outputs is averaged over, which setting it to 0 would not do unless it is additive.
   *
   * @throws {@link ShapeError} if a row has another length than there are inputs
   */
  predict(rows: UnitRows, options?: UnitPredictOptions): Columns;
}

/**
 * A causal unit network: the causal form of a feed-forward network.
 *
 * @throws {@link InputError} if names repeat, or a given graph lets an output cause an input
 * @example
 * import { createCausalUnitNetwork } from '@cfe/network';
 * const unit = createCausalUnitNetwork({ inputs: 3, hidden: [16, 16], outputs: 1, structure: 'learn', seed: 1 });
 * const x = Array.from({ length: 32 }, (_, r) => [r / 32, 1, -1]);
 * const factual = unit.predict(x).column('y');
 * const whatIf = unit.predict(x, { do: { x2: 0.5 } }).column('y');
 * whatIf.length; // → 32
 * unit.predict(x, { do: { y: 7 } }).column('y')[0]; // → 7
 */
export function createCausalUnitNetwork({
  inputs: givenInputs,
  hidden = [16],
  outputs: givenOutputs = 1,
  activation = 'tanh',
  mechanism: kind = 'mlp',
  structure = 'given',
  noise = 'empirical',
  seed,
  executor = (plan) => createReferenceExecutor(plan),
}: CausalUnitNetworkOptions): CausalUnitNetwork {
  const inputs = namesOf(givenInputs, 'x');
  const outputs = namesOf(givenOutputs, 'y');
  const names = [...inputs, ...outputs];
  const graph =
    typeof structure === 'object'
      ? checkedGraph(structure, inputs, outputs)
      : createDag(
          names,
          inputs.flatMap((from) => outputs.map((to): [string, string] => [from, to])),
        );
  const variables = graph.nodes.map((name): Variable => ({ name, kind: 'continuous' }));
  const choice: MechanismOptions = { kind, hidden, activation };
  const mechanisms = mechanismsFor(variables, choice);
  const plan = createPlan({
    graph,
    mechanism: variables.map((variable, j) => specOf(variable, mechanisms[j]!)),
  });
  const model = buildNetwork(
    {
      variables,
      mechanisms,
      noiseChoice: noise,
      structure: structure === 'learn' ? 'learn' : 'given',
      executor,
    },
    {
      graph,
      parameters: initialParameters(plan, { seed: rngFrom(seed).fork('network') }),
      scales: variables.map(() => ({ centre: 0, scale: 1 })),
      noise: variables.map(() => ({ kind: 'standard' })),
      fit: [],
      rows: 0,
    },
  );
  return unitNetwork(model, inputs, outputs);
}

function unitNetwork(
  model: CausalNetwork,
  inputs: readonly string[],
  outputs: readonly string[],
): CausalUnitNetwork {
  const names = [...inputs, ...outputs];
  return {
    inputs,
    outputs,
    model,
    get units() {
      return causalUnits(model);
    },
    predict(rows, { do: action, outputs: known, seed } = {}) {
      const x = columnsFor(rows, inputs, 'input');
      const n = x[0]?.length ?? 0;
      if (known !== undefined) {
        const factual = columnsOf(names, [...x, ...columnsFor(known, outputs, 'output', n)], n);
        const after = counterfactualRows(model, factual, { do: action ?? {}, seed });
        return columnsOf(outputs, outputs.map(after.column), n);
      }
      // the outputs do not cause the inputs, so whatever stands for them leaves the inputs' noise alone
      const any = outputs.map((name) => {
        const { centre } = model.state.scales[model.graph.nodes.indexOf(name)] as { centre: number };
        return new Float64Array(n).fill(centre);
      });
      const noise = model.abduct(columnsOf(names, [...x, ...any], n));
      return columnsOf(outputs, outputMeans(model, outputs, noise, action ?? {}, seed), n);
    },
  };
}

function namesOf(given: number | readonly string[], letter: string): string[] {
  if (typeof given !== 'number') return [...given];
  if (!Number.isInteger(given) || given < 1) {
    throw new InputError(
      'network/unit-count',
      `createCausalUnitNetwork: ${given} is no number of ${letter === 'x' ? 'inputs' : 'outputs'}; give a whole number from 1, or names.`,
      { given },
    );
  }
  if (given === 1 && letter === 'y') return ['y'];
  return Array.from({ length: given }, (_, k) => `${letter}${k + 1}`);
}

function checkedGraph(graph: Dag, inputs: readonly string[], outputs: readonly string[]): Dag {
  const expected = [...inputs, ...outputs];
  const isSame =
    graph.nodes.length === expected.length && expected.every((name) => graph.nodes.includes(name));
  if (!isSame) {
    throw new InputError(
      'network/unit-graph',
      `createCausalUnitNetwork: the graph is over ${graph.nodes.join(', ')}; the inputs and outputs are ${expected.join(', ')}.`,
    );
  }
  for (const output of outputs) {
    const from = graph.nodes.indexOf(output);
    const { offsets, items } = graph.children;
    for (const to of items.subarray(offsets[from], offsets[from + 1])) {
      const child = graph.nodes[to] as string;
      if (!inputs.includes(child)) continue;
      throw new InputError(
        'network/output-causes-input',
        `createCausalUnitNetwork: the output ${JSON.stringify(output)} causes the input ${JSON.stringify(child)}. Make it an input, or use createNetwork, whose variables have no such roles.`,
        { output, input: child },
      );
    }
  }
  return graph;
}

function columnsFor(
  rows: UnitRows,
  names: readonly string[],
  what: string,
  expected?: number,
): Float64Array[] {
  const columns = isMatrix(rows)
    ? names.map((_, k) =>
        Float64Array.from(rows, (row, r) => {
          if (row.length !== names.length) {
            throw new ShapeError(
              'network/unit-row',
              `predict: row ${r} has ${row.length} values for ${names.length} ${what}s.`,
              { row: r, length: row.length },
            );
          }
          return row[k] as number;
        }),
      )
    : names.map((name) => rows.column(name));
  const n = columns[0]?.length ?? 0;
  if (expected !== undefined && n !== expected) {
    throw new ShapeError(
      'network/unit-rows',
      `predict: ${n} rows of ${what}s for ${expected} rows of inputs.`,
    );
  }
  return columns;
}

function isMatrix(rows: UnitRows): rows is readonly ArrayLike<number>[] {
  return Array.isArray(rows);
}
