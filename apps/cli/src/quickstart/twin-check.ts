import type { Columns, RunOptions } from '@cfe/base';
import { counterfactualSkill, counterfactualWorlds, effect } from '@cfe/counterfactuals';
import { descendantsOf, type Graph, shd } from '@cfe/graph';
import { createNetwork } from '@cfe/network';
import type { AnyCausalModel, StructuralModel } from '@cfe/scm';
import { regressionModel } from '../model/associational.ts';
import { fitEnsemble } from '../model/fit-ensemble.ts';
import type { Recipe } from '../model/refit.ts';
import { knowledge } from './cars.ts';
import { twinModel, twinRows } from './twin.ts';

/** How well one way of answering foretells what an action really changes. */
export interface Contender {
  readonly name: string;
  /** counterfactual skill of mpg under weight := v, the smallest over the values v */
  readonly asked: number;
  /** the mean change of mpg per row it claims for 500 lb less, beside the truth of {@link TwinCheck} */
  readonly effect: number;
}

/** One cause and one of its effects in the twin. */
export interface SkillRow {
  readonly target: string;
  readonly outcome: string;
  /** smallest over the values */
  readonly skill: number;
}

/** What the pipeline of the main job finds where the truth is known. */
export interface TwinCheck {
  readonly rows: number;
  readonly unseen: number;
  /** pairs joined differently from the truth, of so many edges */
  readonly shd: number;
  readonly edges: number;
  readonly trueEffect: number;
  /** the pipeline first, then the floors */
  readonly contenders: readonly Contender[];
  /** every continuous cause and every true descendant of it, worst first */
  readonly skills: readonly SkillRow[];
}

const [treatment, outcome, less] = ['weight', 'mpg', 500] as const;
const shares = [0.1, 0.5, 0.9];

/** Learns and fits as the main job does, from the twin's rows alone, and holds the answers against the twin's truth. */
export async function checkOnTwin(
  rows: number,
  mechanisms: Recipe['mechanisms'],
  { seed, signal, onProgress }: RunOptions,
): Promise<TwinCheck> {
  const truth = twinModel();
  const table = twinRows(truth, rows, seed ?? 0);
  const recipe: Recipe = { mechanisms, learn: { method: 'flop', knowledge } };
  const { model } = await fitEnsemble(table, recipe, { replicates: 0, seed, signal, onProgress });
  const unseen = truth.sample(1000, { seed: 1 + Number(seed ?? 0) });
  const everything = table.names.filter((name) => name !== outcome);
  const untrained = createNetwork({ graph: model.graph, variables: table.variables, mechanisms, seed: 1 });
  untrained.update({ ...model.state, parameters: untrained.state.parameters });
  const floors: [string, AnyCausalModel | undefined][] = [
    ['copying the factual value', undefined],
    ['regression on all other columns', await regressionModel(table, outcome, everything)],
    ['regression on weight alone', await regressionModel(table, outcome, [treatment])],
    ['the same network, untrained', untrained],
  ];
  const contenders: Contender[] = [];
  for (const [name, contender] of [['this pipeline', model] as const, ...floors]) {
    contenders.push({
      name,
      asked: Math.min(
        ...(await skillsOf(truth, contender, unseen, treatment)).map(({ [outcome]: s }) => s ?? 1),
      ),
      effect: contender === undefined ? 0 : await lighterEffect(contender, unseen),
    });
  }
  const skills: SkillRow[] = [];
  for (const { name, kind } of truth.variables) {
    if (kind !== 'continuous' || descendantsOf(truth.graph, name).length < 2) continue;
    const byValue = await skillsOf(truth, model, unseen, name);
    for (const below of Object.keys(byValue[0] ?? {}))
      skills.push({
        target: name,
        outcome: below,
        skill: Math.min(...byValue.map(({ [below]: s }) => s ?? 1)),
      });
  }
  return {
    rows,
    unseen: unseen.rows,
    shd: shd(truth.graph, model.graph as Graph).count,
    edges: truth.graph.children.items.length,
    trueEffect: await lighterEffect(truth, unseen),
    contenders,
    skills: skills.sort((a, b) => a.skill - b.skill),
  };
}

/** For each value of the target, the skill at each of its true descendants. */
async function skillsOf(
  truth: StructuralModel,
  contender: AnyCausalModel | undefined,
  unseen: Columns,
  target: string,
): Promise<Record<string, number>[]> {
  const sorted = Float64Array.from(unseen.column(target)).sort();
  const actions = shares.map((share) => ({
    [target]: sorted[Math.round(share * (sorted.length - 1))] as number,
  }));
  const real = await counterfactualWorlds(truth, unseen, actions);
  const told = contender === undefined ? undefined : await counterfactualWorlds(contender, unseen, actions);
  const below = descendantsOf(truth.graph, target).filter((name) => name !== target);
  return actions.map((_, k) =>
    Object.fromEntries(
      below.flatMap((name): [string, number][] => {
        const factual = unseen.column(name);
        const known = contender === undefined || contender.graph.nodes.includes(name);
        if (!known) return [];
        const skill = counterfactualSkill(
          factual,
          real[k]?.column(name) ?? factual,
          told?.[k]?.column(name) ?? factual,
        );
        return skill === null ? [] : [[name, skill]];
      }),
    ),
  );
}

/** The mean change of the outcome if everything were 500 lb lighter than the median, against the median. */
async function lighterEffect(model: AnyCausalModel, rows: Columns): Promise<number> {
  const sorted = Float64Array.from(rows.column(treatment)).sort();
  const median = sorted[sorted.length >> 1] as number;
  const answer = await effect(model, {
    treatment: { [treatment]: median - less },
    control: { [treatment]: median },
    outcome,
    rows,
  });
  return answer.value;
}
