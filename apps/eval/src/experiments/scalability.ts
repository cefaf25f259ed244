import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { defineJob, type Job } from '@cfe/base';
import { counterfactualWorlds } from '@cfe/counterfactuals';
import { simulate, type Table } from '@cfe/data';
import { cpdag, createDag, interventionalCpdag, shd } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import { fitted } from '../classic/contenders.ts';
import type { CellInput, Curve, Experiment, Figures, Measured, MeasuredCell } from '../experiment.ts';
import { summarise } from '../summarise.ts';
import { exponent, lineAlong } from './curves.ts';

interface Size {
  readonly nodes: number;
  readonly rows: number;
  /** single-variable regimes of 100 rows each, beside the observational rows */
  readonly regimes: number;
  /** counterfactual worlds asked of 100 rows */
  readonly worlds: number;
  /** variables set at once in each world */
  readonly targets: number;
}

/** Seconds and memory of learning, fitting and asking for one size, and how right the graph still is. */
export const measureScale: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureScale',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const size = settings as unknown as Size;
    // A process of its own, so that its peak of memory is its own; sources that Node cannot run are measured here.
    if (!import.meta.url.endsWith('.js')) return { figures: await scaleFigures(size, seed) };
    const script = `import { scaleFigures } from ${JSON.stringify(import.meta.url)};
      const figures = await scaleFigures(${JSON.stringify(size)}, ${seed});
      console.log(JSON.stringify({ ...figures, 'peak memory, MiB': process.resourceUsage().maxRSS / 1024 }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    return { figures: JSON.parse(stdout) as Figures };
  },
);

/** What {@link measureScale} measures, in this process. */
export async function scaleFigures(size: Size, seed: number): Promise<Record<string, number>> {
  const { nodes, rows, regimes, worlds, targets } = size;
  const simulation = simulate({
    nodes,
    degree: 2,
    rows,
    seed,
    ...(regimes === 0 ? {} : { interventions: { rows: 100, targets: regimes / nodes } }),
  });
  const clock = stopwatch();
  const { graph } = await learnStructure(simulation.table, { seed, method: 'flop', budget: { restarts: 0 } });
  const learning = clock();
  const network = await fitted(simulation.graph, simulation.table, seed, 'linear');
  const fitting = clock();
  const names = simulation.table.names;
  const asked = simulation.model.sample(100, { seed });
  clock();
  await counterfactualWorlds(
    network,
    asked,
    Array.from({ length: worlds }, (_, k) =>
      Object.fromEntries(
        Array.from({ length: targets }, (_, t) => [names[(k + t) % names.length] as string, k / worlds]),
      ),
    ),
  );
  const asking = clock();
  const truth =
    regimes === 0
      ? cpdag(simulation.graph)
      : interventionalCpdag(simulation.graph, targetsOf(simulation.table));
  return {
    'learning, processor seconds': learning,
    'fitting, processor seconds': fitting,
    'asking, processor seconds': asking,
    'cpdag shd over variables': shd(truth, graph).count / nodes,
    'empty graph, cpdag shd over variables': shd(truth, createDag(truth.nodes, [])).count / nodes,
  };
}

function targetsOf({ regimes }: Table): readonly (readonly string[])[] {
  return (regimes?.list ?? []).map(({ targets }) =>
    targets === 'unknown' ? [] : targets.map(({ variable }) => variable),
  );
}

/** Processor time of this process since the last call, which a busy machine does not stretch. */
function stopwatch(): () => number {
  let last = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    return (user + system) / 1e6;
  };
}

const base: Size = { nodes: 20, rows: 1000, regimes: 0, worlds: 10, targets: 1 };

/** What is varied, from which size on, and over what. */
const sweeps = [
  { vary: 'nodes', from: base, full: [50, 100, 200, 400, 1000], quick: [25, 50, 100] },
  { vary: 'rows', from: base, full: [1000, 10_000, 100_000, 1_000_000], quick: [1000, 10_000] },
  { vary: 'worlds', from: base, full: [10, 100, 1000], quick: [10, 100, 1000] },
  {
    vary: 'targets',
    from: { ...base, nodes: 200, worlds: 100 },
    full: [1, 3, 10, 30, 100],
    quick: [1, 10, 100],
  },
  { vary: 'regimes', from: { ...base, nodes: 100 }, full: [10, 30, 100], quick: [10, 30] },
] as const;

const claims = [
  ['learning', 'nodes', 'learning, processor seconds', 'variables', 3],
  ['learning', 'rows', 'learning, processor seconds', 'rows', 1.3],
  ['fitting', 'rows', 'fitting, processor seconds', 'rows', 1.3],
  ['learning', 'regimes', 'learning, processor seconds', 'regimes', 1.5],
  ['asking', 'worlds', 'asking, processor seconds', 'worlds', 1.2],
  ['asking', 'targets', 'asking, processor seconds', 'variables set at once', 0.5],
] as const;

/** S1: how time and memory grow with variables, rows, regimes, worlds and interventions. */
export const scalability: Experiment = {
  id: 'S1',
  title: 'Scalability',
  claim:
    'Learning a sparse graph takes under the cube of the number of variables (to 1,000) and is close to linear in the rows (to a million), as fitting is. Asking is linear in the number of worlds, and to set a hundred variables at once costs hardly more than to set one.',
  rule: 'The exponent is the larger of the slope of log processor seconds over log size on all sizes and on the last two. Supported if it is at most 3 (learning, variables), 1.3 (learning and fitting, rows), 1.5 (learning, regimes), 1.2 (asking, worlds) and 0.5 (asking, variables set at once). Refuted if one exceeds its bound by 0.5. Otherwise inconclusive. Three data sets of each size, each in a process of its own.',
  cells: ({ size, seeds }) =>
    sweeps.flatMap(({ vary, from, full, quick }) =>
      (size === 'full' ? full : quick).flatMap((value) =>
        seeds.slice(0, 3).map((seed) => ({ seed, settings: { ...from, [vary]: value, vary } })),
      ),
    ),
  measure: measureScale,
  judge(cells) {
    const own = (vary: string): readonly MeasuredCell[] =>
      cells.filter(({ cell }) => cell.settings.vary === vary);
    const found = claims.map(([what, vary, figure, named, bound]) => {
      const points = lineAlong('', 'ours', own(vary), vary, figure).points.map(({ x, y }) => [x, y] as const);
      return { what, named, bound, slope: Math.max(exponent(points), exponent(points.slice(-2))) };
    });
    const largest = (vary: string, figure: string): string => {
      const last = lineAlong('', 'ours', own(vary), vary, figure).points.at(-1);
      return last === undefined ? '?' : String(Number(last.y.toPrecision(3)));
    };
    return {
      verdict: found.every(({ slope, bound }) => slope <= bound)
        ? 'supported'
        : found.some(({ slope, bound }) => slope > bound + 0.5)
          ? 'refuted'
          : 'inconclusive',
      reason: `Exponents: ${found.map(({ what, named, slope }) => `${what} in ${named} ${slope.toFixed(2)}`).join(', ')}. The largest sizes: the most variables learned in ${largest('nodes', 'learning, processor seconds')} processor seconds, the most rows learned in ${largest('rows', 'learning, processor seconds')} s and fitted in ${largest('rows', 'fitting, processor seconds')} s with ${largest('rows', 'peak memory, MiB')} MiB at the peak.`,
      metrics: [summarise('cpdag shd over variables', cells)],
      floors: [summarise('empty graph, cpdag shd over variables', cells)],
      ceiling: [],
      curves: sweeps.flatMap(({ vary, from }) => curvesOf(vary, from, own(vary))),
    };
  },
};

function curvesOf(vary: keyof Size, from: Size, cells: readonly MeasuredCell[]): readonly Curve[] {
  const named = {
    nodes: 'variables',
    rows: 'rows',
    regimes: 'regimes',
    worlds: 'worlds',
    targets: 'variables set at once',
  };
  const fixed = Object.entries(from)
    .filter(([name]) => name !== vary)
    .map(([name, value]) => `${value} ${named[name as keyof Size]}`)
    .join(', ');
  const curve = (title: string, y: string, figures: readonly string[]): Curve => ({
    title: `${title} against ${named[vary]} (${fixed})`,
    x: named[vary],
    y,
    scale: 'log',
    lines: figures
      .map((figure) => lineAlong(figure.split(',')[0] as string, 'ours', cells, vary, figure))
      .filter(({ points }) => points.length > 0),
  });
  const curves = [
    curve('Processor time', 'seconds', [
      'learning, processor seconds',
      'fitting, processor seconds',
      'asking, processor seconds',
    ]),
  ];
  if (vary === 'nodes' || vary === 'rows') curves.push(curve('Peak memory', 'MiB', ['peak memory, MiB']));
  return curves.filter(({ lines }) => lines.length > 0);
}
