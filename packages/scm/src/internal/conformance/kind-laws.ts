import type { Columns } from '@cfe/base';
import type { AnyCausalModel } from '../../causal-model.ts';
import type { Do, Intervention } from '../../intervention.ts';
import {
  always,
  descendants,
  distance,
  type Law,
  newValues,
  type Subject,
  withColumn,
  worstRow,
} from './subject.ts';

const hasContinuous = (model: AnyCausalModel): boolean =>
  model.variables.some(({ kind }) => kind === 'continuous');

/** What each kind of intervention means, told by setting the variable to the value that it should take. */
export const kindLaws: Readonly<Record<string, Law>> = {
  'shift: the variable is what it would be, plus the shift; edges stay': {
    applies: hasContinuous,
    slack: 100,
    failure: 'a shift does not add to what the variable would be',
    deviation: (subject) =>
      overContinuous(subject, async (target, before) => {
        const by = amounts(subject, target);
        return comparedToSetting(
          subject,
          target,
          [{ target, kind: 'shift', by }],
          (r) => (before.column(target)[r] as number) + (Number.isNaN(by[r]) ? 0 : (by[r] as number)),
        );
      }),
  },
  'scale: the variable is what it would be, times the scale; edges stay': {
    applies: hasContinuous,
    slack: 100,
    failure: 'a scale does not multiply what the variable would be',
    deviation: (subject) =>
      overContinuous(subject, async (target, before) => {
        const by = amounts(subject, target);
        return comparedToSetting(
          subject,
          target,
          [{ target, kind: 'scale', by }],
          (r) => (before.column(target)[r] as number) * (Number.isNaN(by[r]) ? 1 : (by[r] as number)),
        );
      }),
  },
  'shifts add, and a scale multiplies what comes before it': {
    applies: hasContinuous,
    slack: 100,
    failure: 'interventions on one variable do not apply in order',
    deviation: (subject) =>
      overContinuous(subject, async (target, before) =>
        comparedToSetting(
          subject,
          target,
          [
            { target, kind: 'shift', by: 0.5 },
            { target, kind: 'scale', by: -2 },
            { target, kind: 'shift', by: 0.25 },
            { target, kind: 'shift', by: 1 },
          ],
          (r) => -2 * ((before.column(target)[r] as number) + 0.5) + 1.25,
        ),
      ),
  },
  'noise: the mechanism sees its noise times the factor': {
    applies: hasContinuous,
    slack: 100,
    failure: 'a noise factor differs from multiplying the noise',
    deviation: (subject) =>
      overContinuous(subject, async (target) => {
        const { model, noise } = subject;
        if (!noise.names.includes(target)) return 0;
        const scaled = withColumn(
          noise,
          target,
          noise.column(target).map((u) => 0.5 * u),
        );
        const expected = await model.predict(scaled);
        return distance(
          expected,
          await model.predict(noise, { do: [{ target, kind: 'noise', factor: 0.5 }] }),
        );
      }),
  },
  'stochastic: the law drawn from decides, whatever the parents and the noise': {
    applies: always,
    slack: 100,
    failure:
      'a variable under a stochastic intervention still depends on its parents or noise, or its descendants do not follow it',
    deviation: async (subject) => {
      const { model, noise, rng } = subject;
      const other = await model.noise(subject.rows, { seed: rng.fork('other noise') });
      let worst = 0;
      for (const target of model.graph.nodes) {
        const values = support(subject, target);
        const action: Do = [{ target, kind: 'stochastic', distribution: { kind: 'empirical', values } }];
        const after = await model.predict(noise, { do: action, seed: 1 });
        const drawn = after.column(target);
        const again = (await model.predict(other, { do: action, seed: 1 })).column(target);
        const different = (await model.predict(noise, { do: action, seed: 2 })).column(target);
        if (drawn.some((v) => !values.includes(v)) || drawn.every((v, r) => v === different[r])) return 1;
        worst = Math.max(
          worst,
          worstRow(subject.rows, (r) => (drawn[r] === again[r] ? 0 : 1)),
          distance(await model.predict(noise, { do: { [target]: drawn } }), after),
        );
      }
      return worst;
    },
  },
  'sometimes: each row has the other intervention in full, or none of it': {
    applies: always,
    slack: 100,
    failure:
      'under `sometimes` a row is neither as with the intervention nor as without it, or all rows are alike',
    deviation: async (subject) => {
      const { model, noise } = subject;
      const before = await model.predict(noise);
      let worst = 0;
      for (const target of model.graph.nodes) {
        const value = newValues(subject, target, subject.rng.fork(target))[0] as number;
        const inner: Intervention = { target, kind: 'hard', value };
        const full = await model.predict(noise, { do: [inner] });
        const taken = (probability: number): Promise<Columns> | Columns =>
          model.predict(noise, { do: [{ target, kind: 'sometimes', probability, with: inner }], seed: 1 });
        worst = Math.max(worst, distance(before, await taken(0)), distance(full, await taken(1)));
        const half = await taken(0.5);
        const with_ = new Uint8Array(subject.rows);
        for (let r = 0; r < subject.rows; r++) {
          const own = (row: number): boolean => row === r;
          const [off, on] = [distance(before, half, own), distance(full, half, own)];
          worst = Math.max(worst, Math.min(off, on));
          with_[r] = on < off ? 1 : 0;
        }
        const telling =
          distance(before, full) > 0 && model.variables.find((v) => v.name === target)?.kind === 'continuous';
        if (telling && subject.rows >= 24 && (with_.every((w) => w === 1) || with_.every((w) => w === 0)))
          return 1;
      }
      return worst;
    },
  },
  'blend: every row is between, in proportion': {
    applies: hasContinuous,
    slack: 100,
    failure: 'a blend is not (1 − w) times what the variable would be, plus w times the other value',
    deviation: (subject) =>
      overContinuous(subject, async (target, before) => {
        const other: Intervention = { target, kind: 'hard', value: 2 };
        return comparedToSetting(
          subject,
          target,
          [{ target, kind: 'blend', weight: 0.25, with: other }],
          (r) => 0.75 * (before.column(target)[r] as number) + 0.5,
        );
      }),
  },
  'replace: the other mechanism decides, from its own parents': {
    applies: (model) => hasContinuous(model) && model.graph.nodes.length > 1,
    slack: 100,
    failure: 'a replaced mechanism is not evaluated on its own parents and noise',
    deviation: (subject) =>
      overContinuous(subject, async (target, before) => {
        const { model, noise } = subject;
        const below = descendants(model, target);
        const above = model.graph.nodes.filter((name) => !below.has(name)).slice(-2);
        const own = noise.names.includes(target) ? noise.column(target) : undefined;
        if (own === undefined) return 0;
        const mechanism = {
          evaluate: (parents: readonly Float64Array[], u: Float64Array): Float64Array =>
            u.map(
              (value, r) =>
                1 +
                0.5 * value +
                parents.reduce((sum, parent, k) => sum + (k + 1) * (parent[r] as number), 0),
            ),
        };
        const values = mechanism.evaluate(
          above.map((name) => before.column(name)),
          own,
        );
        return comparedToSetting(
          subject,
          target,
          [{ target, kind: 'replace', mechanism, parents: above }],
          (r) => values[r] as number,
        );
      }),
  },
  'the order in which variables are listed does not matter': {
    applies: always,
    slack: 10,
    failure: 'listing the noise columns or the targets in another order changed the values',
    deviation: async (subject) => {
      const { model, noise } = subject;
      const reversed: Columns = { ...noise, names: [...noise.names].reverse() };
      const targets = model.graph.nodes.filter((_, j) => j % 2 === 0);
      const values = targets.map((name) => [name, newValues(subject, name, subject.rng.fork(name))] as const);
      const straight = await model.predict(noise, { do: Object.fromEntries(values) });
      return distance(
        straight,
        await model.predict(reversed, { do: Object.fromEntries([...values].reverse()) }),
      );
    },
  },
  'contradictory and unknown interventions are refused': {
    applies: always,
    exact: true,
    failure:
      'two values for one variable and row, a variable that is not there, or a wrong number of rows were accepted',
    deviation: async ({ model, noise, rows }) => {
      const target = model.graph.nodes[0] as string;
      const hard: Intervention = { target, kind: 'hard', value: 0 };
      const bad: Do[] = [
        [hard, hard],
        { [`no ${model.graph.nodes.join(' ')}`]: 0 },
        { [target]: new Float64Array(rows + 1) },
      ];
      let accepted = 0;
      for (const action of bad) {
        try {
          await model.predict(noise, { do: action });
          accepted++;
        } catch {
          // as it should be
        }
      }
      return accepted;
    },
  },
};

/** The action against setting its target to the value that it should take: no variable may tell the two apart. */
async function comparedToSetting(
  { model, noise, rows }: Subject,
  target: string,
  action: Do,
  value: (row: number) => number,
): Promise<number> {
  const values = Float64Array.from({ length: rows }, (_, r) => value(r));
  return distance(
    await model.predict(noise, { do: { [target]: values } }),
    await model.predict(noise, { do: action }),
  );
}

async function overContinuous(
  subject: Subject,
  deviation: (target: string, before: Columns) => Promise<number>,
): Promise<number> {
  const { model } = subject;
  const before = await model.predict(subject.noise);
  let worst = 0;
  for (const { name, kind } of model.variables) {
    if (kind === 'continuous') worst = Math.max(worst, await deviation(name, before));
  }
  return worst;
}

/** New values on two rows of three, NaN on the others. */
function amounts(subject: Subject, target: string): Float64Array {
  return newValues(subject, target, subject.rng.fork(target)).map((v, r) => (r % 3 === 2 ? Number.NaN : v));
}

function support({ model }: Subject, target: string): number[] {
  const variable = model.variables[model.graph.nodes.indexOf(target)];
  return variable?.kind === 'categorical' ? variable.levels.map((_, k) => k) : [-1.5, 0.25, 2, 3];
}
