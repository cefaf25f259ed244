import { defineJob, type Job, messageOf } from '@cfe/base';
import { rowEffects } from '@cfe/counterfactuals';
import { type ClassicGraph, type NoiseFamily, simulate, type Table } from '@cfe/data';
import { compareGraphs, cpdag, createDag, createGraph, type Dag, edgesOf, type Graph } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import { counterfactualsOf, fitted, type Oracle } from '../classic/contenders.ts';
import { classicData } from '../classic/data.ts';
import { scoreCounterfactuals } from '../classic/score-counterfactuals.ts';
import type { Cell, CellInput, Experiment, Judgement, Measured, MeasuredCell } from '../experiment.ts';
import { askPeer, type PeerAnswer, type PeerPackage, pythonWith } from '../peers/ask-peer.ts';
import { predictionLog } from '../prediction-log.ts';
import { summarise, summariseAll } from '../summarise.ts';
import { ignorability, replications } from './effects.ts';
import { here, logEdges, needs } from './real-tables.ts';

/** Seconds after which a package's answer is no longer waited for. */
const patience = 600;

/** What we and a package learn from the same 1,000 rows of a linear model over ten variables. */
export const measurePeerStructure: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measurePeerStructure',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { package: name, method, noise } = settings as Readonly<Record<string, string>>;
    const { table, graph } = simulate({
      nodes: 10,
      degree: 3,
      rows: 1000,
      seed,
      ...(noise === 'gaussian' ? {} : { noise: noise as NoiseFamily }),
    });
    const began = performance.now();
    const learned = await learnStructure(table, { seed });
    const seconds = (performance.now() - began) / 1000;
    // Gaussian rows identify the class, other noise the graph itself.
    const judged = (found: Graph): Graph =>
      noise === 'gaussian' && found.kind === 'dag' ? cpdag(found as Dag) : found;
    const truth = judged(graph);
    const ours = noise === 'gaussian' ? learned.graph : (learned.dag as Graph);
    const columns = table.names.map((column) => Array.from(table.column(column)));
    const answer = graphOf(
      table.names,
      await askPeer(name as PeerPackage, { task: 'structure', method, columns, seed }, patience),
    );
    const theirs = 'error' in answer ? undefined : judged(answer.graph);
    const log = predictionLog();
    logEdges(log, 'truth', truth);
    logEdges(log, 'ours', ours);
    if (theirs !== undefined) logEdges(log, 'theirs', theirs);
    const [own, other] = [ours, theirs].map((found) =>
      found === undefined ? undefined : compareGraphs(truth, found),
    );
    return {
      figures: {
        shd: own?.shd ?? null,
        'skeleton f1': own?.skeleton.f1 ?? null,
        'learning, seconds': seconds,
        'theirs, shd': other?.shd ?? null,
        'theirs, skeleton f1': other?.skeleton.f1 ?? null,
        'theirs, seconds': 'error' in answer ? null : answer.seconds,
        'theirs, unanswered': theirs === undefined ? 1 : 0,
        'empty graph, shd': compareGraphs(truth, createDag(table.names, [])).shd,
        'ours minus theirs': other === undefined || own === undefined ? null : own.shd - other.shd,
      },
      predictions: 'error' in answer ? { error: [answer.error] } : log.columns,
    };
  },
);

/** A package's graph; what is no graph, such as one with a cycle, is no answer. */
function graphOf(
  names: readonly string[],
  answer: PeerAnswer,
): { readonly graph: Graph; readonly seconds: number | null } | { readonly error: string } {
  if (answer.error !== undefined) return { error: answer.error };
  const at = (edges: unknown, type: 'directed' | 'undirected') =>
    (edges as readonly (readonly [number, number])[]).map(([i, j]) => ({
      from: names[i] as string,
      to: names[j] as string,
      type,
    }));
  try {
    const edges = [...at(answer.directed, 'directed'), ...at(answer.undirected, 'undirected')];
    const isDag = edges.every(({ type }) => type === 'directed');
    return {
      graph: createGraph(isDag ? 'dag' : 'pdag', names, edges),
      seconds: answer.seconds ?? null,
    };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** Counterfactuals of unseen rows from the same training rows and the true graph, ours and DoWhy's. */
export const measurePeerCounterfactuals: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measurePeerCounterfactuals',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { graph, twin } = settings as { graph: ClassicGraph; twin: 'linear' | 'nonlinear' };
    const { observed, unseen, training } = classicData({ graph, twin, noise: 1 }, seed);
    const began = performance.now();
    const network = await fitted(training.graph, observed, seed);
    const fitting = (performance.now() - began) / 1000;
    const ours = scoreCounterfactuals(unseen, counterfactualsOf(network));
    const asked: { target: string; value: number }[] = [];
    scoreCounterfactuals(unseen, (rows, action) => {
      for (const [target, value] of Object.entries(action as Readonly<Record<string, number>>))
        asked.push({ target, value });
      return rows;
    });
    const answer = await askPeer(
      'dowhy',
      {
        task: 'counterfactuals',
        train: columnsOf(observed, observed.names),
        unseen: columnsOf(unseen.complete, observed.names),
        edges: edgesOf(training.graph).map(({ from, to }) => [from, to]),
        questions: asked,
        seed,
      },
      patience,
    );
    const answers = (answer.answers ?? []) as readonly Readonly<Record<string, readonly number[]>>[];
    let next = 0;
    const repeated: Oracle = (rows) => {
      const said = answers[next++] ?? {};
      return { ...rows, column: (name) => Float64Array.from(said[name] ?? []) };
    };
    const theirs = answer.error === undefined ? scoreCounterfactuals(unseen, repeated) : undefined;
    return {
      figures: {
        skill: ours.minSkill,
        rmse: ours.rmse,
        'fitting, seconds': fitting,
        'theirs, skill': theirs?.minSkill ?? null,
        'theirs, rmse': theirs?.rmse ?? null,
        'theirs, seconds': answer.seconds ?? null,
        'theirs, unanswered': theirs === undefined ? 1 : 0,
        'ours minus theirs': theirs === undefined ? null : Math.log(ours.rmse / theirs.rmse),
      },
      predictions: theirs?.predictions ?? { error: [answer.error ?? ''] },
    };
  },
);

function columnsOf(
  rows: { column(name: string): Float64Array },
  names: readonly string[],
): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(names.map((name) => [name, Array.from(rows.column(name))]));
}

/** Effects row by row on an IHDP file, ours and EconML's. */
export const measurePeerEffects: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measurePeerEffects',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { table, effects } = await here(settings.dataset as string);
    const rows = table as Table;
    const truth = effects as Float64Array;
    const covariates = rows.names.filter((name) => name !== 'treatment' && name !== 'y');
    const network = await fitted(ignorability(rows, 'treatment', 'y'), rows, seed, 'mlp', rows.variables);
    const isCategory = rows.variable('treatment').kind === 'categorical';
    const level = (value: 0 | 1): number | string => (isCategory ? String(value) : value);
    const told = await rowEffects(network, rows, {
      treatment: { treatment: level(1) },
      control: { treatment: level(0) },
      outcome: 'y',
      seed,
    });
    const answer = await askPeer(
      'econml',
      {
        task: 'effects',
        method: settings.method,
        covariates: covariates.map((name) => Array.from(rows.column(name))),
        treatment: Array.from(rows.column('treatment')),
        outcome: Array.from(rows.column('y')),
        seed,
      },
      patience,
    );
    const theirs = answer.error === undefined ? Float64Array.from(answer.effects as number[]) : undefined;
    const pehe = (said: Float64Array): number =>
      Math.sqrt(truth.reduce((sum, t, r) => sum + ((said[r] as number) - t) ** 2, 0) / truth.length);
    const [own, other] = [pehe(told), theirs === undefined ? undefined : pehe(theirs)];
    return {
      figures: {
        'root pehe': own,
        'theirs, root pehe': other ?? null,
        'theirs, seconds': answer.seconds ?? null,
        'theirs, unanswered': theirs === undefined ? 1 : 0,
        'ours minus theirs': other === undefined ? null : Math.log(own / other),
      },
      predictions:
        theirs === undefined
          ? { error: [answer.error ?? ''] }
          : { truth: Array.from(truth), ours: Array.from(told), theirs: Array.from(theirs) },
    };
  },
);

/** What is measured, and by how much ours may be behind without being worse. */
interface Contest {
  readonly what: string;
  readonly margin: number;
  readonly told: (difference: number) => string;
  readonly metrics: readonly string[];
  readonly floors: readonly string[];
}

const structureContest: Contest = {
  what: 'SHD',
  margin: 0.5,
  told: (difference) => `${difference >= 0 ? '+' : ''}${difference.toFixed(2)}`,
  metrics: ['shd', 'skeleton f1', 'learning, seconds'],
  floors: ['empty graph, shd'],
};

/** Differences are logarithms of ratios of errors. */
const ratioContest = (what: string, metrics: readonly string[]): Contest => ({
  what,
  margin: Math.log(1.1),
  told: (difference) => `×${Math.exp(difference).toFixed(2)}`,
  metrics,
  floors: [],
});

/** Judged for each method, or kind of data, by itself, since a mean over unlike ones says nothing of either. */
function judge(cells: readonly MeasuredCell[], name: string, by: string, contest: Contest): Judgement {
  const groups = [...new Set(cells.map(({ cell }) => cell.settings[by]))].map((value) => {
    const own = cells.filter(({ cell }) => cell.settings[by] === value);
    const { mean, interval, n } = summarise('ours minus theirs', own);
    const [low, high] = interval ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const label = value === undefined || value === '' ? '' : `${value} `;
    const text =
      n === 0
        ? `${label}answered on none of ${own.length} data sets`
        : `${label}${contest.told(mean ?? 0)} (95% interval ${contest.told(low)} to ${contest.told(high)}, ${n} pairs)`;
    return { low, high, text };
  });
  const unanswered = cells.filter(({ figures }) => figures['theirs, unanswered'] === 1).length;
  const theirs = Object.keys(cells[0]?.figures ?? {}).filter((figure) => figure.startsWith('theirs'));
  return {
    verdict: groups.some(({ low }) => low > 0)
      ? 'refuted'
      : groups.every(({ high }) => high <= contest.margin)
        ? 'supported'
        : 'inconclusive',
    reason: `${contest.what}, ours against ${name}'s: ${groups.map(({ text }) => text).join('; ')}.${unanswered === 0 ? '' : ` ${unanswered} questions were not answered.`}`,
    metrics: summariseAll(contest.metrics, cells),
    peers: summariseAll(theirs, cells).filter(({ name, max }) => name !== 'theirs, unanswered' || max !== 0),
    floors: summariseAll(contest.floors, cells),
    ceiling: [],
  };
}

const ruleFor = (what: string, margin: string): string =>
  `For each method or kind of data, the 95% interval of the mean paired difference in ${what}, ours minus theirs: supported if all end at or below ${margin}, refuted if one lies above 0, otherwise inconclusive. Answers that take over ${patience} s, or are no graph, are counted and left out.`;

/** A package that learns graphs. */
function structurePeer(
  id: string,
  name: PeerPackage,
  methods: readonly string[],
  { noise, about }: { readonly noise: string; readonly about: string },
): Experiment {
  return {
    id,
    title: `Beside ${name}`,
    claim: `From 1,000 rows of a linear model over ten variables with ${noise} noise, our graph is at least as near to the truth as that of ${name}${methods[0] === '' ? '' : ` (${methods.join(', ')})`}. ${about}`,
    rule: ruleFor('SHD', 'half an edge'),
    cells: ({ seeds }): readonly Cell[] =>
      methods.flatMap((method) =>
        atLeast(seeds.slice(0, 5), 3).map((seed) => ({ seed, settings: { package: name, method, noise } })),
      ),
    measure: measurePeerStructure,
    missing: () => missingPackage(name),
    ...(methods.length > 1
      ? {
          breakdown: {
            by: 'method',
            figures: ['shd', 'theirs, shd', 'ours minus theirs', 'theirs, seconds'],
          },
        }
      : {}),
    judge: (cells) => judge(cells, name, 'method', structureContest),
  };
}

async function missingPackage(name: PeerPackage): Promise<string | undefined> {
  const found = await pythonWith(name);
  return 'reason' in found ? found.reason : undefined;
}

/** Paired intervals need three data sets. */
function atLeast(seeds: readonly number[], least: number): readonly number[] {
  return Array.from({ length: Math.max(least, seeds.length) }, (_, k) => seeds[k] ?? k);
}

const fair = 'Everyone gets the same columns in the same random order.';

/** P1–P7: established Python packages on the same rows, scored by the same code. */
export const peerExperiments: readonly Experiment[] = [
  {
    id: 'P1',
    title: 'Beside DoWhy (gcm)',
    claim:
      'From the same 1,000 observational rows and the true graph, counterfactuals of unseen rows are at least as right as those of DoWhy’s gcm with mechanisms that it assigns itself.',
    rule: ruleFor('log RMSE', '10%'),
    cells: ({ seeds }) =>
      atLeast(seeds.slice(0, 3), 3).flatMap((seed) =>
        ['linear', 'nonlinear'].map((twin) => ({ seed, settings: { graph: 'complex', twin } })),
      ),
    measure: measurePeerCounterfactuals,
    missing: () => missingPackage('dowhy'),
    breakdown: { by: 'twin', figures: ['skill', 'theirs, skill', 'rmse', 'theirs, rmse'] },
    judge: (cells) =>
      judge(cells, 'DoWhy', 'twin', ratioContest('RMSE', ['skill', 'rmse', 'fitting, seconds'])),
  },
  structurePeer('P2', 'causal-learn', ['PC', 'GES'], {
    noise: 'gaussian',
    about: `PC with level 0.01, GES with its BIC. ${fair}`,
  }),
  structurePeer('P3', 'dagma', ['raw columns', 'standardised columns'], {
    noise: 'gaussian',
    about: `Its loss wants raw columns of equal noise, which these have; on standardised ones it is out of its element, and ours does not change. ${fair}`,
  }),
  structurePeer('P4', 'flopsearch', [''], {
    noise: 'gaussian',
    about: `Penalty 2 and 20 restarts, the search that ours reimplements. ${fair}`,
  }),
  structurePeer('P5', 'gcastle', ['PC', 'GES'], { noise: 'gaussian', about: fair }),
  structurePeer('P6', 'lingam', [''], {
    noise: 'laplace',
    about: `Such noise identifies the graph itself, so graphs are compared and not classes. ${fair}`,
  }),
  {
    id: 'P7',
    title: 'Beside EconML',
    claim:
      'On nine IHDP files, effects row by row are at least as right as those of EconML’s XLearner (gradient boosting) and LinearDML.',
    rule: ruleFor('log root PEHE', '10%'),
    cells: () =>
      replications.flatMap((dataset) =>
        ['XLearner', 'LinearDML'].map((method) => ({ seed: 0, settings: { dataset, method } })),
      ),
    measure: measurePeerEffects,
    missing: async (extent) => (await needs(...replications)(extent)) ?? (await missingPackage('econml')),
    breakdown: { by: 'method', figures: ['root pehe', 'theirs, root pehe', 'theirs, seconds'] },
    judge: (cells) => judge(cells, 'EconML', 'method', ratioContest('root PEHE', ['root pehe'])),
  },
];
