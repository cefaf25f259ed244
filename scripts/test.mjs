// npm test: install, build, the static checks and every test in one run, closing with one line of totals.
// `npm test -- FILTER …` hands its arguments to Vitest and leaves the static checks out.
import { binOf, build, ensureInstalled, root, runNode } from './setup.mjs';

const args = process.argv.slice(2);
await ensureInstalled();
const built = await build();
report('build', built);
const checks = args.length === 0 ? await runChecks() : [];
const tests = await runTests(args);

for (const { name, reason } of tests.skipped)
  process.stdout.write(`skipped: ${name}${reason ? ` (${reason})` : ''}\n`);
const outcomes = [built, ...checks];
const passed = outcomes.filter(Boolean).length + tests.passed;
const failed = outcomes.filter((ok) => !ok).length + tests.failed;
const skipped = tests.skipped.length > 0 ? `, ${tests.skipped.length} skipped` : '';
process.stdout.write(`${passed} passed, ${failed} failed${skipped}\n`, () =>
  process.exit(failed > 0 ? 1 : 0),
);

async function runChecks() {
  const checks = {
    'lint and format (biome)': [binOf('@biomejs/biome'), 'check', '--error-on-warnings', '--colors=off', '.'],
    'types (tsc)': [binOf('typescript', 'tsc')],
    'unused code and dependencies (knip)': [binOf('knip'), '--no-progress', '--no-config-hints'],
    'packages (publint --strict)': ['scripts/check-packages.mjs', 'publint'],
    'package types (attw, esm-only)': ['scripts/check-packages.mjs', 'attw'],
  };
  return Promise.all(
    Object.entries(checks).map(async ([name, command]) => {
      const begun = performance.now();
      const { code, output } = await runNode(command, { output: 'keep' });
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      report(`${name} ${seconds} s`, code === 0, output);
      return code === 0;
    }),
  );
}

function report(name, ok, output = '') {
  process.stdout.write(` ${ok ? '✓' : '✗'} ${name}\n${ok ? '' : output}`);
}

async function runTests(args) {
  const { parseCLI, startVitest } = await import('vitest/node');
  const { filter, options } = parseCLI(['vitest', 'run', ...args]);
  const vitest = await startVitest('test', filter, { ...options, root, watch: false });
  const modules = vitest.state.getTestModules();
  const cases = modules.flatMap((module) => [...module.children.allTests()]);
  const byState = (state) => cases.filter((test) => test.result().state === state);
  // A file that does not load, an error outside any test, and an empty run are failures too.
  const brokenSuites = modules.flatMap((module) =>
    [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0),
  );
  const unfinished = byState('pending').length;
  const outside = vitest.state.getUnhandledErrors().length;
  const failed = byState('failed').length + brokenSuites.length + outside + unfinished;
  const skipped = byState('skipped').map((test) => ({
    name: `${test.module.relativeModuleId} > ${test.fullName}`,
    reason: test.result().note,
  }));
  const passed = byState('passed').length;
  await vitest.close();
  return { passed, failed: failed + (cases.length === 0 && failed === 0 ? 1 : 0), skipped };
}
