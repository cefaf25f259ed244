import { createRng, defineJob, type Job, permutation } from '@cfe/base';
import type { ClassicGraph, Table } from '@cfe/data';
import {
  compareGraphs,
  cpdag,
  createDag,
  type Dag,
  edgesOf,
  type Graph,
  interventionalCpdag,
} from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import type { CellInput, Fake, Figures, Measured } from '../experiment.ts';
import {
  associational,
  copyFactual,
  correctlySpecified,
  counterfactualsOf,
  fitted,
  type Oracle,
  residualVariance,
  reversed,
  untrained,
} from './contenders.ts';
import { type ClassicData, type ClassicSetting, classicData } from './data.ts';
import { scoreCounterfactuals } from './score-counterfactuals.ts';

/** Learns, fits and answers on one classic data set, with nothing of the truth handed in, and judges by the truth. */
export const measureClassic: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureClassic',
  async ({ cell, fake }: CellInput): Promise<Measured> => {
    const { graph, twin = 'linear', noise = 1 } = cell.settings;
    const setting: ClassicSetting = {
      graph: graph as ClassicGraph,
      twin: twin as ClassicSetting['twin'],
      noise: noise as number,
    };
    const data = classicData(setting, cell.seed);
    const learned = await learnBoth(data, cell.seed, fake);
    const network = await fitted(learned.dag, data.training.table, cell.seed);
    const answers = disguised(counterfactualsOf(network), fake);
    const ours = scoreCounterfactuals(data.unseen, answers);
    const specified = correctlySpecified(data.training.simulator, data.training.table);
    const ceiling = scoreCounterfactuals(data.unseen, counterfactualsOf(specified));
    const rows = data.unseen.complete;
    const y = rows.column(data.outcome);
    const mean = y.reduce((a, b) => a + b, 0) / y.length;
    const skillOf = (oracle: Oracle): number => scoreCounterfactuals(data.unseen, oracle).minSkill;
    const backwards = await fitted(reversed(data.training.graph), data.training.table, cell.seed);
    return {
      figures: {
        ...structureFigures(data, learned, cell.seed),
        'prediction mse': residualVariance(network, rows, data.outcome),
        'irreducible mse': residualVariance(data.unseen.model, rows, data.outcome),
        'constant mse': y.reduce((a, b) => a + (b - mean) ** 2, 0) / y.length,
        'counterfactual skill': ours.minSkill,
        'counterfactual rmse': ours.rmse,
        'ceiling skill': ceiling.minSkill,
        'ceiling rmse': ceiling.rmse,
        'rmse over ceiling': ours.rmse / ceiling.rmse,
        'copy-factual skill': skillOf(copyFactual),
        'associational skill, residual kept': skillOf(associational(data.observed, 'patched')),
        'associational skill': skillOf(associational(data.observed, 'predicted')),
        'reversed-graph skill': skillOf(counterfactualsOf(backwards)),
        'untrained skill': skillOf(counterfactualsOf(untrained(learned.dag, network, cell.seed))),
      },
      predictions: ours.predictions,
    };
  },
);

interface Learned {
  /** from observational rows */
  readonly observational: Graph;
  /** from all rows */
  readonly interventional: Graph;
  readonly dag: Dag;
}

async function learnBoth(
  { observed, training }: ClassicData,
  seed: number,
  fake: Fake | undefined,
): Promise<Learned> {
  if (fake === 'column-order') {
    const dag = orderTakenFromColumns(training.table);
    return { observational: cpdag(dag), interventional: dag, dag };
  }
  const first = await learnStructure(observed, { seed });
  const second = await learnStructure(training.table, { seed });
  const dag = second.dag as Dag;
  if (fake !== 'reversed-graph') return { observational: first.graph, interventional: second.graph, dag };
  const turned = reversed(dag);
  return { observational: cpdag(turned), interventional: turned, dag: turned };
}

/** A learner that trusts the order of the columns: every earlier column that correlates is a cause. */
function orderTakenFromColumns(table: Table): Dag {
  const { names } = table;
  const correlated = (a: string, b: string): boolean => {
    const [x, y] = [table.column(a), table.column(b)];
    const mean = (v: Float64Array): number => v.reduce((s, e) => s + e, 0) / v.length;
    const [mx, my] = [mean(x), mean(y)];
    let [xy, xx, yy] = [0, 0, 0];
    for (let r = 0; r < x.length; r++) {
      const [dx, dy] = [(x[r] as number) - mx, (y[r] as number) - my];
      xy += dx * dy;
      xx += dx * dx;
      yy += dy * dy;
    }
    return Math.abs(xy) / Math.sqrt(xx * yy) > 0.1;
  };
  return createDag(
    names,
    names.flatMap((to, j) =>
      names
        .slice(0, j)
        .filter((from) => correlated(from, to))
        .map((from): [string, string] => [from, to]),
    ),
  );
}

/** The answers as a cheat would give them. */
function disguised(answers: Oracle, fake: Fake | undefined): Oracle {
  if (fake === 'copy-factual') return copyFactual;
  if (fake !== 'half-effect') return answers;
  return (rows, action) => {
    const told = answers(rows, action);
    return {
      ...told,
      column: (name) =>
        name in (action as object)
          ? told.column(name)
          : rows.column(name).map((y, r) => y + 0.5 * ((told.column(name)[r] as number) - y)),
    };
  };
}

function structureFigures({ training }: ClassicData, learned: Learned, seed: number): Figures {
  const truth = training.graph;
  const empty = createDag(truth.nodes, []);
  const random = randomLike(truth, seed);
  const observational = compareGraphs(cpdag(truth), learned.observational);
  const targets = truth.nodes.map((name) => [name]);
  const interventional = compareGraphs(interventionalCpdag(truth, targets), learned.interventional);
  const dag = compareGraphs(truth, learned.dag);
  return {
    'cpdag shd': observational.shd,
    'skeleton f1': observational.skeleton.f1,
    'arrowhead f1': observational.arrowhead.f1,
    'dag shd': dag.shd,
    'directed f1': dag.directed.f1,
    'parent aid': interventional.parentAid,
    'exact dag': dag.shd === 0 ? 1 : 0,
    'empty graph, cpdag shd': compareGraphs(cpdag(truth), cpdag(empty)).shd,
    'empty graph, dag shd': compareGraphs(truth, empty).shd,
    'random graph, dag shd': compareGraphs(truth, random).shd,
  };
}

/** As many edges as the truth, between random pairs, along a random order. */
function randomLike(truth: Dag, seed: number): Dag {
  const rng = createRng(seed).fork('random graph');
  const d = truth.nodes.length;
  const order = permutation(rng.fork('order'), d);
  const pairs: [string, string][] = [];
  for (let j = 0; j < d; j++)
    for (let i = 0; i < j; i++)
      pairs.push([truth.nodes[order[i] as number] as string, truth.nodes[order[j] as number] as string]);
  const chosen = permutation(rng.fork('edges'), pairs.length).subarray(0, edgesOf(truth).length);
  return createDag(
    truth.nodes,
    Array.from(chosen, (k) => pairs[k] as [string, string]),
  );
}
