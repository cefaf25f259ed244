import {
  type Columns,
  columnsFrom,
  messageOf,
  permutation,
  type Rng,
  rngFrom,
  type Seed,
  standardNormal,
} from '@cfe/base';
import { incident, topologicalOrder } from '@cfe/graph';
import type { AnyCausalModel } from './causal-model.ts';
import type { Do } from './intervention.ts';

/** One law that every causal model obeys, right or wrong about the world. */
export interface LawResult {
  readonly law: string;
  readonly passed: boolean;
  /** the largest deviation seen, in units of the variable's spread; 0 where a law asks for equality to the bit */
  readonly deviation: number;
  readonly message: string;
}

/**
 * Runs a model through the laws of structural causal models: consistency, effectiveness, edges cut per row,
 * non-descendants untouched, descendants recomputed, rows independent, order of rows irrelevant, abduction
 * reproducing its rows, composition, reversibility of a counterfactual, gradients against finite differences.
 *
 * They hold for every model, also one that is wrong about the world: passing them is no evidence of truth.
 *
 * @param options.rows - rows per law, default 24
 * @param options.tolerance - default 1e-9 for float64 models; a float32 model passes 1e-4
 * @returns one result per law that applies to the model's capabilities
 * @see Pearl (2009), Causality, section 7.3 (composition, effectiveness, reversibility)
 * @example
 * import { linearGaussian } from '@cfe/scm';
 * import { checkModel } from '@cfe/scm/conformance';
 * const results = await checkModel(linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] }));
 * results.every((result) => result.passed); // → true
 */
export async function checkModel(
  model: AnyCausalModel,
  {
    rows = 24,
    tolerance = 1e-9,
    seed,
  }: { readonly rows?: number; readonly tolerance?: number; readonly seed?: Seed } = {},
): Promise<LawResult[]> {
  const rng = rngFrom(seed);
  const subject: Subject = {
    model,
    rows,
    tolerance,
    rng,
    noise: await model.noise(rows, { seed: rng.fork('noise') }),
  };
  const results: LawResult[] = [];
  for (const [law, check] of Object.entries(laws)) {
    if (!check.applies(model)) continue;
    try {
      const deviation = await check.deviation({ ...subject, rng: rng.fork(law) });
      const bound = check.exact === true ? 0 : tolerance * (check.slack ?? 1);
      const passed = deviation <= bound;
      results.push({
        law,
        passed,
        deviation,
        message: passed
          ? 'holds'
          : `${check.failure} (deviation ${deviation.toExponential(2)}, allowed ${bound})`,
      });
    } catch (error) {
      results.push({
        law,
        passed: false,
        deviation: Number.POSITIVE_INFINITY,
        message: `threw: ${messageOf(error)}`,
      });
    }
  }
  return results;
}

interface Subject {
  readonly model: AnyCausalModel;
  readonly rows: number;
  readonly tolerance: number;
  readonly rng: Rng;
  readonly noise: Columns;
}

interface Law {
  readonly applies: (model: AnyCausalModel) => boolean;
  /** equality to the bit */
  readonly exact?: boolean;
  readonly slack?: number;
  readonly failure: string;
  readonly deviation: (subject: Subject) => Promise<number>;
}

const always = (): boolean => true;
const abducts = (model: AnyCausalModel): boolean => model.abduct !== undefined;

const hasEdges = (model: AnyCausalModel): boolean => model.graph.children.items.length > 0;

const laws: Readonly<Record<string, Law>> = {
  'prediction is deterministic': {
    applies: always,
    exact: true,
    failure: 'the same noise gave two different answers',
    deviation: async ({ model, noise }) => distance(await model.predict(noise), await model.predict(noise)),
  },
  'an empty action changes nothing': {
    applies: always,
    exact: true,
    failure: 'do({}) differs from no action',
    deviation: async ({ model, noise }) =>
      distance(await model.predict(noise), await model.predict(noise, { do: {} })),
  },
  'effectiveness: a variable takes the value that was set': {
    applies: always,
    exact: true,
    failure: 'a variable under do(x = v) has another value than v',
    deviation: (subject) =>
      worstOver(subject, async (target, values) => {
        const after = await subject.model.predict(subject.noise, { do: { [target]: values } });
        return worstRow(subject.rows, (r) => {
          const wanted = values[r] as number;
          return Number.isNaN(wanted) ? 0 : Math.abs((after.column(target)[r] as number) - wanted);
        });
      }),
  },
  'edges are cut per row: a row left alone is as without the action': {
    applies: always,
    failure: 'an intervention on some rows changed another row',
    deviation: (subject) =>
      worstOver(subject, async (target, values) => {
        const before = await subject.model.predict(subject.noise);
        const after = await subject.model.predict(subject.noise, { do: { [target]: values } });
        return distance(before, after, (r) => Number.isNaN(values[r]));
      }),
  },
  'non-descendants keep their values': {
    applies: always,
    failure: 'an intervention changed a variable that it cannot reach',
    deviation: (subject) =>
      worstOver(subject, async (target, values) => {
        const before = await subject.model.predict(subject.noise);
        const after = await subject.model.predict(subject.noise, { do: { [target]: values } });
        const below = descendants(subject.model, target);
        return distance(before, after, undefined, (name) => !below.has(name));
      }),
  },
  'children see the value that was set': {
    applies: always,
    failure:
      'setting every variable above another to its own value, or to new ones, does not give what its mechanism says',
    // do on all parents at once must give the same child as do on all parents and their ancestors at once
    deviation: async (subject) => {
      const { model, rng, noise } = subject;
      let worst = 0;
      for (const [j, name] of model.graph.nodes.entries()) {
        const parents = Array.from(incident(model.graph.parents, j), (k) => model.graph.nodes[k] as string);
        if (parents.length === 0) continue;
        const values = Object.fromEntries(
          parents.map((parent) => [parent, newValues(subject, parent, rng.fork(`${name}/${parent}`))]),
        );
        const others = Object.fromEntries(
          model.graph.nodes
            .filter((other) => other !== name)
            .map((other) => [
              other,
              values[other] ?? newValues(subject, other, rng.fork(`${name}/o/${other}`)),
            ]),
        );
        const direct = await model.predict(noise, { do: values });
        const all = await model.predict(noise, { do: others });
        const factual = await model.predict(noise);
        worst = Math.max(
          worst,
          distance(direct, all, undefined, (column) => column === name, factual),
        );
      }
      return worst;
    },
  },
  'composition: setting a variable to what it would be changes nothing': {
    applies: always,
    failure: 'do(x = what x already is) changed another variable',
    deviation: async ({ model, noise }) => {
      const before = await model.predict(noise);
      let worst = 0;
      for (const name of model.graph.nodes) {
        worst = Math.max(
          worst,
          distance(before, await model.predict(noise, { do: { [name]: before.column(name) } })),
        );
      }
      return worst;
    },
  },
  'rows are independent': {
    applies: always,
    failure: 'a row alone differs from the same row in a batch',
    deviation: async (subject) => {
      const { model, noise, rows } = subject;
      const target = model.graph.nodes[0] as string;
      const values = newValues(subject, target, subject.rng).map((v, r) => (r % 2 === 0 ? v : Number.NaN));
      const batch = await model.predict(noise, { do: { [target]: values } });
      let worst = 0;
      for (const r of [0, 1, rows - 1]) {
        const alone = await model.predict(pick(noise, [r]), { do: { [target]: [values[r] as number] } });
        worst = Math.max(worst, distance(pick(batch, [r]), alone));
      }
      return worst;
    },
  },
  'the order of rows does not matter': {
    applies: always,
    failure: 'reordering the rows changed their values',
    deviation: async (subject) => {
      const { model, noise, rows, rng } = subject;
      const order = [...permutation(rng, rows)];
      const target = model.graph.nodes.at(-1) as string;
      const values = newValues(subject, target, rng.fork('values'));
      const straight = await model.predict(noise, { do: { [target]: values } });
      const shuffled = await model.predict(pick(noise, order), {
        do: { [target]: order.map((r) => values[r] as number) },
      });
      return distance(pick(straight, order), shuffled);
    },
  },
  'abduction: the noise found reproduces the rows': {
    applies: abducts,
    slack: 10,
    failure: 'predicting from the abducted noise does not return the rows',
    deviation: async (subject) => {
      const rows = await subject.model.sample(subject.rows, { seed: subject.rng });
      return distance(rows, await subject.model.predict(await abduct(subject, rows)));
    },
  },
  'descendants are recomputed: an action leaves the noise of the variables it does not touch': {
    applies: (model) => abducts(model) && model.abduction === 'point',
    slack: 100,
    failure: 'rows under an action are not explained by the noise they were made from: descendants are stale',
    deviation: (subject) =>
      worstOver(subject, async (target, values) => {
        const { model, noise } = subject;
        const found = await abduct(subject, await model.predict(noise, { do: { [target]: values } }));
        return distance(
          noise,
          found,
          undefined,
          (name) => name !== target && model.graph.nodes.includes(name),
        );
      }),
  },
  'some variable answers when its parents are set': {
    applies: (model) => !(abducts(model) && model.abduction === 'point') && hasEdges(model),
    failure: 'no variable changed when its parents were set: descendants are not recomputed',
    deviation: async (subject) => {
      const before = await subject.model.predict(subject.noise);
      let largest = 0;
      await worstOver(subject, async (target, values) => {
        const after = await subject.model.predict(subject.noise, { do: { [target]: values } });
        largest = Math.max(
          largest,
          distance(before, after, undefined, (name) => name !== target),
        );
        return 0;
      });
      return largest > 0 ? 0 : 1;
    },
  },
  'reversibility: undoing a counterfactual returns the rows': {
    applies: (model) => abducts(model) && model.abduction === 'point',
    slack: 100,
    failure: 'setting a variable and then setting it back does not return the rows',
    deviation: (subject) =>
      worstOver(subject, async (target, drawn) => {
        const { model } = subject;
        const rows = await model.sample(subject.rows, { seed: subject.rng });
        const back = rows.column(target);
        const values = drawn.map((v, r) => (Number.isNaN(v) ? (back[r] as number) : v));
        const noise = await abduct(subject, rows);
        const changed = await model.predict(noise, { do: { [target]: values } });
        const kept = withColumn(changed, target, back);
        const restored = await model.predict(await abduct(subject, changed), { do: { [target]: back } });
        const parents = incident(model.graph.parents, model.graph.nodes.indexOf(target)).length;
        return parents === 0
          ? distance(rows, restored)
          : distance(kept, restored, undefined, (name) => name === target);
      }),
  },
  'gradients agree with finite differences': {
    applies: (model) => model.gradient !== undefined,
    slack: 1e4,
    failure: 'a gradient differs from the central difference',
    deviation: gradientDeviation,
  },
  'the gradient into a mechanism that is cut off is exactly zero': {
    applies: (model) => model.gradient !== undefined,
    exact: true,
    failure: 'noise of an intervened variable has a gradient',
    deviation: (subject) =>
      worstOver(subject, async (target, values) => {
        if (subject.model.gradient === undefined) return 0;
        const upstream = await subject.model.predict(subject.noise);
        const gradient = await subject.model.gradient(subject.noise, upstream, { do: { [target]: values } });
        const column = gradient.noise.names.includes(target) ? gradient.noise.column(target) : undefined;
        return worstRow(subject.rows, (r) =>
          Number.isNaN(values[r]) || column === undefined ? 0 : Math.abs(column[r] as number),
        );
      }),
  },
};

async function gradientDeviation(subject: Subject): Promise<number> {
  const { model, noise, rng, rows } = subject;
  if (model.gradient === undefined) return 0;
  const upstream = columnsFrom(
    Object.fromEntries(model.graph.nodes.map((name) => [name, standardNormal(rng.fork(name), rows)])),
  );
  const target = model.graph.nodes[Math.floor(model.graph.nodes.length / 2)] as string;
  const values = newValues(subject, target, rng.fork('value')).map((v, r) => (r % 3 === 0 ? Number.NaN : v));
  const gradient = await model.gradient(noise, upstream, { do: { [target]: values } });
  const loss = async (at: Columns, action: Do): Promise<Float64Array> => {
    const x = await model.predict(at, { do: action });
    const out = new Float64Array(rows);
    for (const name of model.graph.nodes) {
      const [g, column] = [upstream.column(name), x.column(name)];
      for (let r = 0; r < rows; r++) out[r] = (out[r] as number) + (g[r] as number) * (column[r] as number);
    }
    return out;
  };
  const h = Math.cbrt(Math.max(subject.tolerance, 1e-12)) * 1e-2;
  const compare = async (
    got: Float64Array,
    up: Promise<Float64Array>,
    down: Promise<Float64Array>,
  ): Promise<number> => {
    const [plus, minus] = [await up, await down];
    return worstRow(rows, (r) => {
      const difference = ((plus[r] as number) - (minus[r] as number)) / (2 * h);
      return Math.abs((got[r] as number) - difference) / Math.max(1, Math.abs(difference));
    });
  };
  let worst = 0;
  for (const name of noise.names) {
    const moved = (by: number): Columns =>
      withColumn(
        noise,
        name,
        noise.column(name).map((u) => u + by),
      );
    worst = Math.max(
      worst,
      await compare(
        gradient.noise.column(name),
        loss(moved(h), { [target]: values }),
        loss(moved(-h), { [target]: values }),
      ),
    );
  }
  const ofValue = gradient.interventions[0];
  if (ofValue !== undefined) {
    const shifted = (by: number): Do => ({ [target]: values.map((v) => v + by) });
    worst = Math.max(worst, await compare(ofValue, loss(noise, shifted(h)), loss(noise, shifted(-h))));
  }
  return worst;
}

/** The worst deviation over all targets, each set to new values on two rows of three. */
async function worstOver(
  subject: Subject,
  deviation: (target: string, values: Float64Array) => Promise<number>,
): Promise<number> {
  let worst = 0;
  for (const target of subject.model.graph.nodes) {
    const values = newValues(subject, target, subject.rng.fork(target)).map((v, r) =>
      r % 3 === 2 ? Number.NaN : v,
    );
    worst = Math.max(worst, await deviation(target, values));
  }
  return worst;
}

function newValues({ model, rows }: Subject, target: string, rng: Rng): Float64Array {
  const variable = model.variables[model.graph.nodes.indexOf(target)];
  if (variable?.kind === 'categorical') {
    const { length } = variable.levels;
    return Float64Array.from({ length: rows }, () => rng.integer(length));
  }
  // representable in float32, so that a float32 model can take the value to the bit
  return standardNormal(rng, rows).map((z) => Math.round(z * 256) / 128);
}

async function abduct({ model, rng }: Subject, rows: Columns): Promise<Columns> {
  if (model.abduct === undefined) throw new Error('no abduction');
  return model.abduct(rows, { seed: rng.fork('abduct') });
}

function descendants({ graph }: AnyCausalModel, target: string): Set<string> {
  const below = new Set([target]);
  for (const j of topologicalOrder(graph)) {
    if (incident(graph.parents, j).some((k) => below.has(graph.nodes[k] as string)))
      below.add(graph.nodes[j] as string);
  }
  return below;
}

/** The largest difference, each column in units of its spread in the first argument (or `scaleFrom`). */
function distance(
  a: Columns,
  b: Columns,
  rowsWhere: (row: number) => boolean = always,
  columnsWhere: (name: string) => boolean = always,
  scaleFrom: Columns = a,
): number {
  let worst = 0;
  for (const name of a.names) {
    if (!columnsWhere(name)) continue;
    const [x, y] = [a.column(name), b.column(name)];
    const scale = Math.max(1e-3, ...scaleFrom.column(name).map(Math.abs));
    worst = Math.max(
      worst,
      worstRow(a.rows, (r) => (rowsWhere(r) ? gap(x[r] as number, y[r] as number) / scale : 0)),
    );
  }
  return worst;
}

function gap(x: number, y: number): number {
  if (Object.is(x, y)) return 0;
  const difference = Math.abs(x - y);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function worstRow(rows: number, deviation: (row: number) => number): number {
  let worst = 0;
  for (let r = 0; r < rows; r++) worst = Math.max(worst, deviation(r));
  return worst;
}

function pick(columns: Columns, rows: readonly number[]): Columns {
  return columnsFrom(
    Object.fromEntries(
      columns.names.map((name) => [name, rows.map((r) => columns.column(name)[r] as number)]),
    ),
  );
}

function withColumn(columns: Columns, name: string, values: Float64Array): Columns {
  return columnsFrom(
    Object.fromEntries(columns.names.map((n) => [n, n === name ? values : columns.column(n)])),
  );
}
