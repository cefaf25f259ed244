import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CfeError, inProcessRunner, messageOf, nearestName } from '@cfe/base';
import { threadRunner } from '@cfe/base/threads';
import { Command, CommanderError, Option } from 'commander';
import { type Experiment, type Extent, type Fake, fakes } from './experiment.ts';
import { experiments } from './experiments/index.ts';
import { reportPage } from './suite/report.ts';
import { resultsOf, writeResults } from './suite/results.ts';
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
  readonly json?: boolean;
  readonly list?: boolean;
  readonly page?: string;
}

/**
 * Runs the evaluation suite.
 *
 * @returns the exit code: 0 done, 1 an experiment failed or it was stopped, 2 bad usage
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
    .option('--workers <n>', 'threads; the figures do not depend on it')
    .addOption(new Option('--fake <kind>', 'plant a cheat, which must come out refuted').choices([...fakes]))
    .option('--json', 'the results document on stdout, nothing else')
    .option('--page <file>', 'also write the results as a Markdown page, such as docs/results.md')
    .option('--list', 'list the experiments with their claims and rules')
    .exitOverride();
  try {
    program.parse([...argv], { from: 'user' });
    return await run(program.opts<Flags>());
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`eval: ${messageOf(error)}\n`);
    return error instanceof CfeError && error.code.startsWith('eval/') ? 2 : 1;
  }
}

async function run(flags: Flags): Promise<number> {
  const chosen = choose(flags.only);
  if (flags.list === true) {
    for (const { id, title, claim, rule } of chosen)
      process.stdout.write(`${id}  ${title}\n    claim: ${claim}\n    rule:  ${rule}\n`);
    return 0;
  }
  const extent: Extent = {
    size: flags.full === true ? 'full' : 'quick',
    seeds: Array.from({ length: seedCount(flags) }, (_, seed) => seed),
  };
  const folder = resolve(flags.out ?? join('results', flags.fake ?? extent.size));
  const workers = flags.workers === undefined ? undefined : Number(flags.workers);
  const runner = workers === 1 ? inProcessRunner() : threadRunner(workers === undefined ? {} : { workers });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error(`stopped; --resume --out ${folder} goes on from here`)));
  const begun = performance.now();
  try {
    const results = await runSuite(chosen, {
      ...extent,
      folder: flags.resume === true ? folder : freshFolder(folder),
      runner,
      fake: flags.fake,
      signal: stop.signal,
      onCell: (done, total, id) => progress(done, total, id, begun, flags),
    });
    const document = resultsOf(results, { ...extent, fake: flags.fake });
    writeResults(folder, document);
    writeAtomically(join(folder, 'report.html'), await reportPage(document));
    if (flags.page !== undefined) {
      const command = `npm run eval -- --${extent.size} --seeds ${extent.seeds.length} --page ${flags.page}`;
      writeAtomically(resolve(flags.page), resultsPage(document, command));
    }
    if (flags.json === true) process.stdout.write(`${JSON.stringify(document)}\n`);
    else {
      for (const { id, verdict, reason } of document.experiments)
        process.stdout.write(`${id.padEnd(10)} ${verdict.padEnd(13)} ${reason}\n`);
      process.stdout.write(`Report: ${join(folder, 'report.html')}\n`);
    }
    return results.some(({ status }) => status === 'failed') ? 1 : 0;
  } finally {
    await runner.dispose();
  }
}

function choose(only: string | undefined): readonly Experiment[] {
  if (only === undefined) return experiments;
  const known = experiments.map(({ id }) => id);
  return only.split(',').map((wanted) => {
    const found = experiments.find(({ id }) => id.toLowerCase() === wanted.trim().toLowerCase());
    if (found !== undefined) return found;
    const nearest = nearestName(wanted.trim().toUpperCase(), known);
    throw new CfeError(
      'eval/unknown-experiment',
      `there is no experiment ${JSON.stringify(wanted)}. ${nearest === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${nearest}?`}`,
      { wanted, nearest },
    );
  });
}

function seedCount({ seeds, full }: Flags): number {
  if (seeds === '') return full === true ? 10 : 2;
  const count = Number(seeds);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new CfeError(
    'eval/seeds',
    `--seeds takes a whole number of at least 1, got ${JSON.stringify(seeds)}.`,
  );
}

/** Without --resume a run starts anew: cells of an earlier one are not mixed in. */
function freshFolder(folder: string): string {
  rmSync(join(folder, 'cells'), { recursive: true, force: true });
  return folder;
}

function progress(done: number, total: number, id: string, begun: number, { json }: Flags): void {
  if (json === true || !process.stderr.isTTY) return;
  const left = done === 0 ? 0 : ((performance.now() - begun) / done) * (total - done);
  process.stderr.write(
    `\r${id} ${done}/${total}, about ${Math.ceil(left / 1000)} s left   ${done === total ? '\n' : ''}`,
  );
}
