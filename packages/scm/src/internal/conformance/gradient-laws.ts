import { type Columns, columnsFrom, standardNormal } from '@cfe/base';
import type { Do, Intervention } from '../../intervention.ts';
import { type Law, newValues, type Subject, withColumn, worstOver, worstRow } from './subject.ts';

/** What a gradient means: central differences agree, and nothing flows back through a cut. */
export const gradientLaws: Readonly<Record<string, Law>> = {
  'gradients agree with finite differences': {
    applies: (model) => model.gradient !== undefined,
    slack: 1e4,
    failure: 'a gradient differs from the central difference',
    deviation: gradientDeviation,
  },
  'gradients by the numbers inside an action agree with finite differences': {
    applies: (model) => model.gradient !== undefined,
    slack: 1e4,
    failure:
      'the derivative by a scale, a noise factor, a blend or a law differs from the central difference',
    deviation: innerDeviation,
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
  const { model, noise, rng } = subject;
  const { target, upstream, loss, gap, h } = probe(subject);
  const values = newValues(subject, target, rng.fork('value')).map((v, r) => (r % 3 === 0 ? Number.NaN : v));
  const set = (by: number): Do => ({ [target]: values.map((v) => v + by) });
  const found = await model.gradient?.(noise, upstream, { do: set(0) });
  if (found === undefined) return 0;
  let worst = 0;
  for (const name of noise.names) {
    const moved = (by: number): Promise<Float64Array> =>
      loss(
        withColumn(
          noise,
          name,
          noise.column(name).map((u) => u + by),
        ),
        set(0),
      );
    worst = Math.max(worst, gap(found.noise.column(name), await moved(h), await moved(-h)));
  }
  const ofValue = found.interventions[0];
  if (ofValue === undefined) return Number.POSITIVE_INFINITY;
  worst = Math.max(worst, gap(ofValue, await loss(noise, set(h)), await loss(noise, set(-h))));
  const shift = (by: number): Do => [{ target, kind: 'shift', by: values.map((v) => v + by) }];
  const ofShift = (await model.gradient?.(noise, upstream, { do: shift(0) }))?.interventions[0];
  if (ofShift !== undefined)
    worst = Math.max(worst, gap(ofShift, await loss(noise, shift(h)), await loss(noise, shift(-h))));
  return worst;
}

/** Numbers inside interventions, each as a function that moves it; the model may leave any of them out. */
function movable(target: string, rows: number): Readonly<Record<string, (by: number) => Intervention>> {
  const hard = (by: number): Intervention => ({
    target,
    kind: 'hard',
    value: Float64Array.from({ length: rows }, (_, r) => (r % 4 === 1 ? Number.NaN : 0.75 + by + r / 8)),
  });
  const normal = (mean: number, sd: number): Intervention => ({
    target,
    kind: 'stochastic',
    distribution: { kind: 'normal', mean, sd },
  });
  const uniform = (low: number, high: number): Intervention => ({
    target,
    kind: 'stochastic',
    distribution: { kind: 'uniform', low, high },
  });
  return {
    scale: (by) => ({ target, kind: 'scale', by: 1.5 + by }),
    noise: (by) => ({ target, kind: 'noise', factor: 1.5 + by }),
    blend: (by) => ({ target, kind: 'blend', weight: 0.375, with: hard(by) }),
    'blend of a noise factor': (by) => ({
      target,
      kind: 'blend',
      weight: 0.375,
      with: { target, kind: 'noise', factor: 2 + by },
    }),
    sometimes: (by) => ({ target, kind: 'sometimes', probability: 0.5, with: hard(by) }),
    'blend weight': (by) => ({ target, kind: 'blend', weight: 0.375 + by, with: hard(0) }),
    'normal mean': (by) => normal(1 + by, 2),
    'normal sd': (by) => normal(1, 2 + by),
    'uniform low': (by) => uniform(-1 + by, 2),
    'uniform high': (by) => uniform(-1, 2 + by),
  };
}

async function innerDeviation(subject: Subject): Promise<number> {
  const { model, noise, rows } = subject;
  const { target, upstream, loss, gap, h } = probe(subject);
  if (model.variables[model.graph.nodes.indexOf(target)]?.kind !== 'continuous') return 0;
  let worst = 0;
  for (const [what, intervention] of Object.entries(movable(target, rows))) {
    const found = await told(() => model.gradient?.(noise, upstream, { do: [intervention(0)], seed: 0 }));
    const parameter = /^(?:blend|normal|uniform) (\w+)$/.exec(what)?.[1];
    const got = parameter === undefined ? found?.interventions[0] : found?.parameters?.[0]?.[parameter];
    if (got === undefined) continue;
    const [up, down] = [await loss(noise, [intervention(h)]), await loss(noise, [intervention(-h)])];
    worst = Math.max(worst, gap(got, up, down));
  }
  return worst;
}

/** What a gradient gives, unless the model says that it has none for such an action. */
async function told<Answer>(ask: () => Answer | Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code === 'string' && code.endsWith('/no-gradient')) return undefined;
    throw error;
  }
}

/** A random linear loss of all variables, and central differences of it, for a variable in the middle of the graph. */
function probe({ model, rng, rows, tolerance }: Subject): {
  readonly target: string;
  readonly upstream: Columns;
  readonly h: number;
  loss(at: Columns, action: Do): Promise<Float64Array>;
  gap(got: Float64Array, up: Float64Array, down: Float64Array): number;
} {
  const upstream = columnsFrom(
    Object.fromEntries(model.graph.nodes.map((name) => [name, standardNormal(rng.fork(name), rows)])),
  );
  const h = Math.cbrt(Math.max(tolerance, 1e-12)) * 1e-2;
  return {
    target: model.graph.nodes[Math.floor(model.graph.nodes.length / 2)] as string,
    upstream,
    h,
    async loss(at, action): Promise<Float64Array> {
      const x = await model.predict(at, { do: action, seed: 0 });
      const out = new Float64Array(rows);
      for (const name of model.graph.nodes) {
        const [g, column] = [upstream.column(name), x.column(name)];
        for (let r = 0; r < rows; r++) out[r] = (out[r] as number) + (g[r] as number) * (column[r] as number);
      }
      return out;
    },
    gap: (got, up, down) =>
      worstRow(rows, (r) => {
        const difference = ((up[r] as number) - (down[r] as number)) / (2 * h);
        return Math.abs((got[r] as number) - difference) / Math.max(1, Math.abs(difference));
      }),
  };
}
