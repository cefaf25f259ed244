import { type Columns, InputError, quoteName, type Seed } from '@cfe/base';
import { childrenOf, descendantsOf, parentsOf, topologicalOrder } from '@cfe/graph';
import type { AnyCausalModel } from '@cfe/scm';
import { actedOn } from './distribution.ts';
import {
  type Effect,
  type EffectOptions,
  type EffectPopulation,
  effectAnswer,
  populationOf,
  readEffect,
} from './effect.ts';
import { counterfactualAssumptions, crossWorldAssumptions } from './internal/assumptions.ts';
import type { Particles } from './internal/particles.ts';
import { weightedMean } from './internal/weighted.ts';
import type { Subject } from './subject.ts';

/**
 * The effect that runs along certain edges only: on them a variable passes on its treated value, on all others the
 * value it would have without the treatment.
 *
 * Where a variable both passes the change on and withholds it (a recanting witness), no experiment can measure the
 * effect: it then rests on the mechanisms' form, and the answer says so.
 *
 * @param options.edges - the edges [from, to] that carry the treatment
 * @throws {@link InputError} if an edge is not in the graph, or as {@link effect}
 * @see Avin, Shpitser and Pearl (2005), IJCAI 19, theorem 5
 * @example
 * import { pathEffect } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'm', 'y'], weights: [[0, 2, 1], [0, 0, 3], [0, 0, 0]] });
 * const asked = { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y' };
 * (await pathEffect(model, { ...asked, edges: [['x', 'm'], ['m', 'y']] })).value; // → 6.000
 */
export async function pathEffect(
  subject: Subject,
  options: EffectOptions &
    EffectPopulation & { readonly edges: readonly (readonly [from: string, to: string])[] },
): Promise<Effect> {
  const { treatment, control, outcome, edges } = options;
  const asked = readEffect('pathEffect', subject, options, {});
  const { graph } = asked.ensemble.model;
  for (const [from, to] of edges) {
    if (graph.nodes.includes(from) && childrenOf(graph, from).includes(to)) continue;
    throw new InputError(
      'counterfactuals/no-edge',
      `pathEffect: there is no edge ${quoteName(from)} → ${quoteName(to)} in the model's graph.`,
      { from, to },
    );
  }
  const carries = (from: string, to: string): boolean => edges.some(([a, b]) => a === from && b === to);
  const carried = async (member: AnyCausalModel, seed: Seed | undefined): Promise<number> => {
    const before = await populationOf(member, { ...options, seed });
    const base = await actedOn(member, before, control, seed);
    const after = await alongEdges(member, before, base, treatment, carries, seed);
    return weightedMean(asked.read(after), before.weights) - weightedMean(asked.read(base), before.weights);
  };
  const witness = recantingWitness(asked.ensemble.model, Object.keys(treatment), outcome, carries);
  const answer = await effectAnswer(
    asked,
    options,
    carried,
    witness === undefined
      ? { part: 'share', identifiedBy: 'graph', assumptions: crossWorldAssumptions() }
      : {
          part: 'share',
          identifiedBy: 'functional-form',
          assumptions: counterfactualAssumptions('functional-form'),
        },
  );
  if (witness === undefined) return answer;
  return {
    ...answer,
    warnings: [
      ...answer.warnings,
      `${quoteName(witness)} passes the change on along one edge and withholds it along another, so no experiment could measure this effect: it rests on the fitted mechanisms' form.`,
    ],
  };
}

/** Variables in causal order, each reading the treated value of a parent where the edge carries it. */
async function alongEdges(
  model: AnyCausalModel,
  before: Pick<Particles, 'rows' | 'noise'>,
  base: Columns,
  treatment: EffectOptions['treatment'],
  carries: (from: string, to: string) => boolean,
  seed: Seed | undefined,
): Promise<Columns> {
  const { graph } = model;
  const targets = Object.keys(treatment);
  const reached = new Set(descendantsOf(graph, targets));
  const values = new Map<string, Float64Array>();
  const set = await actedOn(model, before, treatment, seed);
  for (const j of topologicalOrder(graph)) {
    const name = graph.nodes[j] as string;
    if (targets.includes(name)) values.set(name, set.column(name));
    else if (!reached.has(name)) values.set(name, base.column(name));
    else {
      const parents = Object.fromEntries(
        parentsOf(graph, name).map((parent) => [
          parent,
          carries(parent, name) ? (values.get(parent) as Float64Array) : base.column(parent),
        ]),
      );
      values.set(name, (await model.predict(before.noise, { do: parents, seed })).column(name));
    }
  }
  return { ...base, column: (name) => values.get(name) ?? base.column(name) };
}

/** A variable that is reached by carrying edges and has causal ways on to the outcome both along them and off them. */
function recantingWitness(
  { graph }: AnyCausalModel,
  targets: readonly string[],
  outcome: string,
  carries: (from: string, to: string) => boolean,
): string | undefined {
  const order = Array.from(topologicalOrder(graph), (j) => graph.nodes[j] as string);
  const changed = new Set(targets);
  for (const name of order)
    if (parentsOf(graph, name).some((parent) => changed.has(parent) && carries(parent, name)))
      changed.add(name);
  const onward = (name: string, along: boolean): boolean =>
    childrenOf(graph, name).some(
      (child) =>
        carries(name, child) === along &&
        (along ? reachesAlong(child) : child === outcome || descendantsOf(graph, child).includes(outcome)),
    );
  const reachesAlong = (name: string): boolean => name === outcome || onward(name, true);
  return order.find(
    (name) => changed.has(name) && !targets.includes(name) && onward(name, true) && onward(name, false),
  );
}
