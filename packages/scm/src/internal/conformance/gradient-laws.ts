import { type Columns, columnsFrom, standardNormal } from '@cfe/base';
import type { Do } from '../../intervention.ts';
import { type Law, newValues, type Subject, withColumn, worstOver, worstRow } from './subject.ts';

/** What a gradient means: central differences agree, and nothing flows back through a cut. */
export const gradientLaws: Readonly<Record<string, Law>> = {
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
  const shift = (by: number): Do => [{ target, kind: 'shift', by: values.map((v) => v + by) }];
  const ofShift = (await model.gradient(noise, upstream, { do: shift(0) })).interventions[0];
  if (ofShift !== undefined) {
    worst = Math.max(worst, await compare(ofShift, loss(noise, shift(h)), loss(noise, shift(-h))));
  }
  return worst;
}
