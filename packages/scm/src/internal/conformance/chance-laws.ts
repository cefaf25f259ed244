import type { AnyCausalModel } from '../../causal-model.ts';
import type { Do } from '../../intervention.ts';
import { abduct, abducts, always, distance, type Law, type Subject } from './subject.ts';

/** What randomness means: seeds decide, abducted noise has the noise's law, densities add up, closed forms hold. */
export const chanceLaws: Readonly<Record<string, Law>> = {
  'a seed decides the sample, and another seed another one': {
    applies: always,
    exact: true,
    failure: 'the same seed gave two samples, or two seeds the same',
    deviation: async ({ model, rows }) => {
      const sample = await model.sample(rows, { seed: 5 });
      const same = distance(sample, await model.sample(rows, { seed: 5 }));
      return same > 0 ||
        distance(await model.noise(rows, { seed: 5 }), await model.noise(rows, { seed: 6 })) === 0
        ? 1
        : 0;
    },
  },
  'the abducted noise of new rows is distributed as noise': {
    applies: abducts,
    // two samples' greatest gap between distribution functions exceeds 2.3 √(2/n) by chance once in 20,000 columns
    bound: 2.3,
    failure: 'noise found for sampled rows has another distribution than noise',
    deviation: async (subject) => {
      const n = 600;
      const found = await abduct(subject, await subject.model.sample(n, { seed: subject.rng.fork('rows') }));
      const fresh = await subject.model.noise(n, { seed: subject.rng.fork('fresh') });
      let worst = 0;
      for (const name of fresh.names)
        worst = Math.max(worst, smirnov(fresh.column(name), found.column(name)));
      return worst * Math.sqrt(n / 2);
    },
  },
  'the density is a sum of one term per variable, and a cut leaves its own out': {
    applies: (model) => model.logDensity !== undefined,
    slack: 1e3,
    failure:
      'the terms that single cuts leave out do not add up to the log density, or something is left when all are cut',
    deviation: async ({ model, rows, rng }) => {
      const sample = await model.sample(rows, { seed: rng });
      const density = async (action?: Do): Promise<Float64Array> =>
        (await model.logDensity?.(sample, { do: action })) as Float64Array;
      const whole = await density();
      const total = new Float64Array(rows);
      for (const name of model.graph.nodes) {
        const without = await density({ [name]: sample.column(name) });
        for (let r = 0; r < rows; r++)
          total[r] = (total[r] as number) + (whole[r] as number) - (without[r] as number);
      }
      const cut = await density(
        Object.fromEntries(model.graph.nodes.map((name) => [name, sample.column(name)])),
      );
      return Math.max(
        ...total.map(
          (t, r) => Math.abs(t - (whole[r] as number)) / Math.max(1, Math.abs(whole[r] as number)),
        ),
        ...cut.map(Math.abs),
      );
    },
  },
  'closed forms are those of the samples': {
    applies: (model) => model.exact !== undefined,
    // in standard errors
    bound: 5,
    failure: 'a mean or probability in closed form is more than five standard errors from the samples',
    deviation: async (subject) => {
      let worst = 0;
      for (const action of [
        undefined,
        ...subject.model.graph.nodes.map((target) => settingOf(subject, target)),
      ]) {
        worst = Math.max(worst, await againstSamples(subject, action));
      }
      return worst;
    },
  },
};

function settingOf({ model }: Subject, target: string): Do {
  const variable = model.variables[model.graph.nodes.indexOf(target)];
  return { [target]: variable?.kind === 'categorical' ? variable.levels.length - 1 : 1.5 };
}

async function againstSamples({ model, rng }: Subject, action: Do | undefined): Promise<number> {
  const n = 2000;
  const sample = await model.sample(n, { do: action, seed: rng.fork('sample') });
  const answer = await (model as AnyCausalModel & Required<Pick<AnyCausalModel, 'exact'>>).exact({
    do: action,
  });
  let worst = 0;
  const compare = (seen: number, expected: number, variance: number): void => {
    worst = Math.max(
      worst,
      Math.abs(seen - expected) / Math.max(Math.sqrt(variance / n), 1e-9 * Math.max(1, Math.abs(expected))),
    );
  };
  for (const variable of model.variables) {
    const column = sample.column(variable.name);
    if (variable.kind === 'continuous') {
      compare(
        meanOf(column),
        answer.mean[variable.name] as number,
        (answer.sd[variable.name] as number) ** 2,
      );
      continue;
    }
    for (const [k, level] of variable.levels.entries()) {
      const p = answer.probabilities?.[variable.name]?.[level] as number;
      // a level that was hardly ever to be seen has no normal count: 1/n stands for one row more or less
      compare(
        meanOf(column.map((x) => (x === k ? 1 : 0))),
        p,
        Math.max(p * (1 - p), p > 0 && p < 1 ? 1 / n : 0),
      );
    }
  }
  return worst;
}

/** The greatest distance between two empirical distribution functions. */
function smirnov(a: Float64Array, b: Float64Array): number {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  let [i, j, worst] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i] as number, y[j] as number);
    while (i < x.length && (x[i] as number) <= at) i++;
    while (j < y.length && (y[j] as number) <= at) j++;
    worst = Math.max(worst, Math.abs(i / x.length - j / y.length));
  }
  return worst;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
