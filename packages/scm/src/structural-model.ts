import {
  type Columns,
  columnsFrom,
  quoteName,
  type Rng,
  rngFrom,
  type Seed,
  ShapeError,
  type Variable,
} from '@cfe/base';
import { createDag, indexOf } from '@cfe/graph';
import type { AbductiveModel, CausalModel, ModelGradient } from './causal-model.ts';
import { checkDistribution, type Distribution, drawFrom } from './distribution.ts';
import { backwardPass } from './internal/backward-pass.ts';
import { checkLevels } from './internal/check-levels.ts';
import { completeColumns } from './internal/complete-columns.ts';
import { equationDensity } from './internal/equation-density.ts';
import { type Equation, forwardPass } from './internal/forward-pass.ts';
import type { Do } from './intervention.ts';
import type { InvertibleMechanism, Mechanism } from './mechanism.ts';

/** How a variable moves with its own noise, parents held: the same direction for all parents, or not so. */
export type Monotonicity = 'increasing' | 'decreasing' | 'neither';

/** One variable of a structural model. */
export interface StructuralVariable {
  readonly name: string;
  /** names of the direct causes, in the order in which the mechanism takes them; default none */
  readonly parents?: readonly string[];
  /** given for a categorical variable, whose mechanism then yields level indices */
  readonly levels?: readonly string[];
  readonly mechanism: Mechanism | InvertibleMechanism;
  /** the law of the variable's own noise, independent of everything else */
  readonly noise: Distribution;
  /** a promise about the mechanism, on which counterfactuals rest; left out, nothing is promised */
  readonly monotone?: Monotonicity;
  /** ln p(value | parents), `[rows]`, for a mechanism that has no `logSlope` */
  readonly logDensity?: (parents: readonly Float64Array[], values: Float64Array) => Float64Array;
  /** For a mechanism that does not invert: a draw of the noise from its posterior given values and parents. */
  readonly posterior?: (parents: readonly Float64Array[], values: Float64Array, rng: Rng) => Float64Array;
}

/** What {@link structuralModel} takes. */
export interface StructuralSpec<V extends StructuralVariable = StructuralVariable> {
  readonly variables: readonly V[];
}

/** A model made of mechanisms that are functions. */
export type StructuralModel = CausalModel & {
  /** what each variable promised of its mechanism; a name is missing where nothing was */
  readonly monotone: Readonly<Record<string, Monotonicity>>;
};

type Invertible = StructuralVariable & { readonly mechanism: InvertibleMechanism };

/**
 * A structural causal model from one mechanism per variable, each a function of the parents' columns and its own noise:
 * what simulators and a user's own equations are.
 *
 * What the mechanisms bring decides what the model can do. All of them invert (or have a `posterior`): `abduct`, so
 * exact counterfactuals of rows. All have `logSlope` (or the variable a `logDensity`): `logDensity`. All have `backward`:
 * `gradient`. Counterfactuals of rows whose noise is at hand need none of it: `predict(noise, { do })`.
 *
 * @throws {@link UnknownNameError} if a parent is no variable
 * @throws {@link InputError} for a duplicate name or parent, an impossible noise law, or fewer than two levels
 * @throws {@link CyclicGraphError} if the parents form a cycle
 * @see Pearl (2009), Causality, definition 7.1.1
 * @example
 * import { additive, structuralModel } from '@cfe/scm';
 * const noise = { kind: 'normal', mean: 0, sd: 1 } as const;
 * const model = structuralModel({
 *   variables: [
 *     { name: 'x', mechanism: additive(), noise },
 *     { name: 'y', parents: ['x'], mechanism: additive(([x]) => x!.map((v) => v * v)), noise },
 *   ],
 * });
 * const u = model.noise(3, { seed: 1 });
 * model.predict(u, { do: { x: 2 } }).column('y').map((y, r) => y - u.column('y')[r]!); // → Float64Array [4, 4, 4]
 */
export function structuralModel(spec: StructuralSpec<Invertible>): StructuralModel & AbductiveModel;
export function structuralModel(spec: StructuralSpec): StructuralModel;
export function structuralModel({ variables: given }: StructuralSpec): StructuralModel {
  const parts = given.map((variable) => ({ ...variable, parents: [...(variable.parents ?? [])] }));
  const names = parts.map(({ name }) => name);
  const graph = createDag(
    names,
    parts.flatMap(({ name, parents }) => parents.map((parent): [string, string] => [parent, name])),
  );
  const variables = parts.map(({ name, levels, noise }): Variable => {
    checkDistribution(noise);
    return levels === undefined
      ? { name, kind: 'continuous' }
      : { name, kind: 'categorical', levels: checkLevels('structuralModel', name, levels) };
  });
  const equations = parts.map(
    ({ name, parents, mechanism }): Equation => ({
      parents: Int32Array.from(parents, (parent) => indexOf(graph, parent, 'structuralModel')),
      mechanism: checked(name, mechanism),
    }),
  );
  const { abduction, findNoise } = abductionOf(parts, equations);
  const densities = equationDensity(parts, equations);
  const hasGradient = parts.every(
    ({ mechanism, levels }) => mechanism.backward !== undefined && levels === undefined,
  );

  const model: StructuralModel = {
    variables,
    graph,
    monotone: Object.fromEntries(
      parts.flatMap(({ name, monotone }) => (monotone === undefined ? [] : [[name, monotone]])),
    ),
    noise(rows, { seed } = {}) {
      const rng = rngFrom(seed).fork('noise');
      return columnsFrom(
        Object.fromEntries(parts.map(({ name, noise }) => [name, drawFrom(noise, rows, rng.fork(name))])),
      );
    },
    predict: (noise, options = {}) => forwardPass(model, equations, noise, options),
    sample: (rows, options = {}) => model.predict(model.noise(rows, options), options),
    ...(findNoise && {
      abduction,
      abduct(rows: Columns, { seed }: { readonly seed?: Seed | undefined } = {}) {
        const columns = completeColumns('abduct', variables, rows);
        const rng = rngFrom(seed).fork('abduct');
        return columnsFrom(
          Object.fromEntries(names.map((name, j) => [name, findNoise(j, columns, rng.fork(name))])),
        );
      },
    }),
    ...(densities && {
      logDensity: (rows: Columns, options: { readonly do?: Do | undefined } = {}) =>
        densities(model, completeColumns('logDensity', variables, rows), options),
    }),
    ...(hasGradient && {
      gradient: (
        noise: Columns,
        upstream: Columns,
        options: { readonly do?: Do | undefined; readonly seed?: Seed | undefined } = {},
      ): ModelGradient => backwardPass(model, equations, noise, upstream, options),
    }),
  };
  return model;
}

type Part = StructuralVariable & { readonly parents: readonly string[] };

function abductionOf(
  parts: readonly Part[],
  equations: readonly Equation[],
): {
  readonly abduction: 'point' | 'draw';
  readonly findNoise?: (j: number, columns: readonly Float64Array[], rng: Rng) => Float64Array;
} {
  const inverts = parts.map(({ mechanism }) => ('abduct' in mechanism ? mechanism : undefined));
  const abduction = inverts.every((mechanism) => mechanism !== undefined) ? 'point' : 'draw';
  if (!parts.every(({ posterior }, j) => inverts[j] !== undefined || posterior !== undefined))
    return { abduction };
  return {
    abduction,
    findNoise(j, columns, rng) {
      const parents = Array.from((equations[j] as Equation).parents, (k) => columns[k] as Float64Array);
      const values = columns[j] as Float64Array;
      const found = inverts[j]?.abduct(parents, values) ?? parts[j]?.posterior?.(parents, values, rng);
      return checkLength(parts[j]?.name as string, found, values.length, 'abduct');
    },
  };
}

/** The mechanism, its answers held against the number of rows. */
function checked(name: string, mechanism: Mechanism): Mechanism {
  return {
    ...(mechanism.backward && { backward: mechanism.backward.bind(mechanism) }),
    evaluate: (parents, noise) =>
      checkLength(name, mechanism.evaluate(parents, noise), noise.length, 'evaluate'),
  };
}

function checkLength(
  name: string,
  values: Float64Array | undefined,
  rows: number,
  what: string,
): Float64Array {
  if (values?.length === rows) return values;
  throw new ShapeError(
    'scm/mechanism-rows',
    `structuralModel: the mechanism of ${quoteName(name)} answered ${values?.length} rows in ${what} for ${rows}. Return one number per row.`,
    { variable: name, length: values?.length, rows },
  );
}
