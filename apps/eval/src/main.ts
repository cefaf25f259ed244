import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CfeError, inProcessRunner, messageOf, nearestName, type Runner } from '@cfe/base';
import { threadRunner } from '@cfe/base/threads';
import { Command, CommanderError, Option } from 'commander';
import { type Experiment, type Extent, type Fake, fakes } from './experiment.ts';
import { experiments } from './experiments/index.ts';
import { peerExperiments } from './experiments/peers.ts';
import {
  type Baseline,
  baselineCsv,
  compareWithBaseline,
  comparisonLines,
  readBaseline,
} from './suite/baseline.ts';
import { createProgress, duration, type Progress } from './suite/progress.ts';
import { reportPage } from './suite/report.ts';
import { currentCommit, type Results, resultsOf, writeResults } from './suite/results.ts';
import { resultsPage } from './suite/results-page.ts';
import { runSuite } from './suite/run-suite.ts';
import { writeAtomically } from './suite/write-atomically.ts';

interface Flags {
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly only?: string;
  readonly seeds: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly workers?: string;
  readonly fake?: Fake;
  readonly peers?: string | true;
  readonly check?: string | true;
  readonly json?: boolean;
  readonly list?: boolean;
  readonly page?: string;
}

/** The figures of the last full run, in the repository. */
const lastFull = fileURLToPath(new URL('../../../docs/results.csv', import.meta.url));

/**
 * Runs the evaluation suite.
 *
 * @returns the exit code: 0 done, 1 an experiment failed, a figure got worse or the run was stopped, 2 bad usage
 */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('cfe-eval')
    .description('Runs experiments against known truths and writes their results, figures and a report.')
    .addOption(new Option('--quick', 'one or two seeds each: minutes (default)').conflicts('full'))
    .option('--full', 'all seeds')
    .option('--only <ids>', 'these experiments alone, e.g. B1,G1')
    .option('--seeds <n>', 'data sets per setting (default: 2 quick, 10 full)', '')
    .option('--out <folder>', 'where results go (default: results/quick or results/full)')
    .option('--resume', 'go on with a run that was stopped in that folder')
    .option('--workers <n>', 'threads (0: none beside this one); the figures do not depend on it')
    .option(
      '--peers [pythons]',
      'compare with the established packages that a Python here has: one, or several as in PATH (default: CFE_PYTHON, else python3)',
    )
    .option(
      '--check [file]',
      'hold the figures against those of the last full run (default: docs/results.csv)',
    )
    .addOption(new Option('--fake <kind>', 'plant a cheat, which must come out refuted').choices([...fakes]))
    .option('--json', 'the results document on stdout, nothing else')
    .option('--page <file>', 'also write the results as a Markdown page, and its CSV beside it')
    .option('--list', 'list the experiments with their claims and rules')
    .exitOverride();
  try {
    program.parse([...argv], { from: 'user' });
    return await run(program.opts<Flags>());
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`eval: ${messageOf(error)}\n`);
    return error instanceof CfeError && error.code.startsWith('eval/usage') ? 2 : 1;
  }
}

async function run(flags: Flags): Promise<number> {
  if (typeof flags.peers === 'string') process.env.CFE_PYTHON = flags.peers;
  const known = flags.peers === undefined ? experiments : [...experiments, ...peerExperiments];
  const chosen = choose(flags.only, known);
  if (flags.list === true) {
    for (const { id, title, claim, rule } of chosen)
      process.stdout.write(`${id}  ${title}\n    claim: ${claim}\n    rule:  ${rule}\n`);
    return 0;
  }
  const extent: Extent = {
    size: flags.full === true ? 'full' : 'quick',
    seeds: Array.from(
      { length: wholeNumber('--seeds', flags.seeds, flags.full === true ? 10 : 2, 1) },
      (_, k) => k,
    ),
  };
  const folder = resolve(flags.out ?? join('results', flags.fake ?? extent.size));
  const workers = wholeNumber('--workers', flags.workers ?? '', undefined, 0);
  const baseline = baselineAt(flags.check);
  const runner = workers === 0 ? inProcessRunner() : threadRunner(workers === undefined ? {} : { workers });
  const stop = new AbortController();
  const onInterrupt = (): void =>
    stop.abort(new Error(`stopped. What was measured is kept; to go on: the same command with --resume`));
  process.once('SIGINT', onInterrupt);
  try {
    if (flags.resume !== true) rmSync(join(folder, 'cells'), { recursive: true, force: true });
    const document = await measured(chosen, { extent, folder, runner, stop: stop.signal, flags });
    return await told(document, { folder, chosen, baseline, extent, flags });
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    await runner.dispose();
  }
}

async function measured(
  chosen: readonly Experiment[],
  at: {
    readonly extent: Extent;
    readonly folder: string;
    readonly runner: Runner;
    readonly stop: AbortSignal;
    readonly flags: Flags;
  },
): Promise<Results> {
  const { extent, folder, runner, stop, flags } = at;
  const progress = createProgress(
    chosen.map((experiment) => ({ id: experiment.id, cells: experiment.cells(extent).length })),
    costsOfLastFull(),
  );
  const results = await runSuite(chosen, {
    ...extent,
    folder,
    runner,
    fake: flags.fake,
    commit: currentCommit(),
    signal: stop,
    onCell(id, how) {
      progress.ended(id, how);
      showProgress(id, progress, flags);
    },
    onExperiment(results) {
      const last = results.at(-1);
      if (last === undefined) return;
      progress.closed(last.id);
      writeResults(folder, resultsOf(results, { ...extent, fake: flags.fake }, false));
      const verdict = last.judgement?.verdict ?? last.status;
      const left = progress.secondsLeft();
      if (flags.json !== true && !process.stderr.isTTY)
        process.stderr.write(
          `${last.id}: ${verdict}, ${last.seconds.toFixed(1)} s; ${progress.done} of ${progress.total} data sets${left === undefined ? '' : `, about ${duration(left)} left`}\n`,
        );
    },
  });
  return resultsOf(results, { ...extent, fake: flags.fake });
}

async function told(
  document: Results,
  at: {
    readonly folder: string;
    readonly chosen: readonly Experiment[];
    readonly baseline: Baseline | undefined;
    readonly extent: Extent;
    readonly flags: Flags;
  },
): Promise<number> {
  const { folder, chosen, baseline, extent, flags } = at;
  writeResults(folder, document);
  writeAtomically(join(folder, 'report.html'), await reportPage(document));
  if (flags.page !== undefined) {
    const peers = flags.peers === undefined ? '' : ' --peers';
    const command = `npm run eval -- --${extent.size} --seeds ${extent.seeds.length}${peers} --page ${flags.page}`;
    writeAtomically(resolve(flags.page), resultsPage(document, command));
    writeAtomically(resolve(flags.page.replace(/(\.md)?$/, '.csv')), baselineCsv(document, chosen));
  }
  const comparison = baseline === undefined ? undefined : compareWithBaseline(document, baseline);
  if (flags.json === true) process.stdout.write(`${JSON.stringify(document)}\n`);
  else {
    for (const { id, verdict, reason } of document.experiments)
      process.stdout.write(`${id.padEnd(10)} ${verdict.padEnd(13)} ${reason}\n`);
    process.stdout.write(`Report: ${join(folder, 'report.html')}\n`);
  }
  if (comparison !== undefined)
    (flags.json === true ? process.stderr : process.stdout).write(
      `${comparisonLines(comparison).join('\n')}\n`,
    );
  const worse = comparison?.changes.some(({ direction }) => direction === 'worse') === true;
  return worse || document.experiments.some(({ status }) => status === 'failed') ? 1 : 0;
}

function choose(only: string | undefined, known: readonly Experiment[]): readonly Experiment[] {
  if (only === undefined) return known;
  const ids = known.map(({ id }) => id);
  return only.split(',').map((wanted) => {
    const found = known.find(({ id }) => id.toLowerCase() === wanted.trim().toLowerCase());
    if (found !== undefined) return found;
    const nearest = nearestName(wanted.trim().toUpperCase(), ids);
    throw new CfeError(
      'eval/usage',
      `there is no experiment ${JSON.stringify(wanted)}. ${nearest === undefined ? `Known: ${ids.join(', ')}.` : `Did you mean ${nearest}?`}`,
      { wanted, nearest },
    );
  });
}

function wholeNumber<Absent>(flag: string, text: string, absent: Absent, least: number): number | Absent {
  if (text === '') return absent;
  const count = Number(text);
  if (Number.isInteger(count) && count >= least) return count;
  throw new CfeError(
    'eval/usage',
    `${flag} takes a whole number of at least ${least}, got ${JSON.stringify(text)}.`,
  );
}

/** What data sets cost in the last full run, to tell how long the rest takes; not needed for anything else. */
function costsOfLastFull(): Baseline['costs'] {
  try {
    return readBaseline(readFileSync(lastFull, 'utf8')).costs;
  } catch {
    return {};
  }
}

/** `true` is the last full run's. */
function baselineAt(check: string | true | undefined): Baseline | undefined {
  if (check === undefined) return undefined;
  const path = check === true ? lastFull : resolve(check);
  try {
    return readBaseline(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new CfeError(
      'eval/usage',
      `--check: ${path} cannot be read: ${messageOf(error)}. A full run writes it: npm run eval -- --full --page docs/results.md`,
      { path },
    );
  }
}

function showProgress(id: string, progress: Progress, { json }: Flags): void {
  if (json === true || !process.stderr.isTTY) return;
  const left = progress.secondsLeft();
  process.stderr.write(
    `\r\u001b[K${id} ${progress.done}/${progress.total}${left === undefined ? '' : `, about ${duration(left)} left`}${progress.done === progress.total ? '\n' : ''}`,
  );
}
