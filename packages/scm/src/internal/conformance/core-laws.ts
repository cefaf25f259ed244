import { permutation } from '@cfe/base';
import { incident } from '@cfe/graph';
import {
  abduct,
  abducts,
  always,
  descendants,
  distance,
  hasEdges,
  type Law,
  newValues,
  pick,
  withColumn,
  worstOver,
  worstRow,
} from './subject.ts';

/** What an action means: effectiveness, cuts per row, composition, reversibility, rows apart. */
export const coreLaws: Readonly<Record<string, Law>> = {
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
};
