import type { Command } from '../command.ts';
import { textOf, wholeOf } from '../input/options.ts';
import { runOn } from '../model/executor.ts';
import { toldEdges } from '../output/edges.ts';
import { writeWhole } from '../output/write-file.ts';
import { withRunner } from '../runner.ts';
import { versions } from '../versions.ts';

export const quickstart: Command = {
  name: 'quickstart',
  summary: 'the main job on real cars: learn, fit, ask what if, check against a known truth, write a report',
  options: [
    ['--out <file>', 'where the report goes', 'cfe-report.html'],
    ['--replicates <n>', 'refits on resampled rows, for the intervals', '30'],
    ['--backend <name>', 'what computes: wasm, cpu or reference; the same answers on each'],
  ],
  async run(_args, options, context) {
    const begun = performance.now();
    const { seed, level, signal, say, onProgress } = context;
    await runOn(textOf(options, 'backend'));
    const replicates = wholeOf(options, 'replicates', 10) ?? 30;
    const [{ readCars, knowledge }, { fitEnsemble }, { answersOf }, { checkOnTwin }] = await Promise.all([
      import('../quickstart/cars.ts'),
      import('../model/fit-ensemble.ts'),
      import('../quickstart/answers.ts'),
      import('../quickstart/twin-check.ts'),
    ]);
    const [{ quickstartPage }, { summaryText }, { checkGradients, gradientSentence }] = await Promise.all([
      import('../quickstart/page.ts'),
      import('../quickstart/summary.ts'),
      import('../model/check-gradients.ts'),
    ]);
    const cars = await readCars(signal);
    say(`${cars.rowsInFile} cars. ${cars.dropped}`);
    say(`Learning the graph and fitting its mechanisms, ${replicates} times more on resampled rows …`);
    const fitted = await withRunner(true, (runner) =>
      fitEnsemble(
        cars.table,
        { mechanisms: 'mlp', learn: { method: 'flop', knowledge } },
        { replicates, seed, signal, onProgress, runner },
      ),
    );
    say('Asking what if …');
    const answers = await answersOf(cars, fitted, { level, seed, signal });
    say('The same on a simulated twin whose truth is known …');
    const small = await checkOnTwin(cars.table.rows, 'mlp', { seed, signal, onProgress });
    const large = await checkOnTwin(2000, 'mlp', { seed, signal, onProgress });
    say('Checking gradients, drawing …');
    const gradients = await checkGradients();
    const sentence = gradientSentence(gradients);
    const passed = gradients.every((checked) => checked.passed);
    const seconds = (performance.now() - begun) / 1000;
    const findings = {
      cars,
      fitted,
      answers,
      twins: [small, large],
      replicates,
      seed,
      level,
      seconds,
    } as const;
    const page = await quickstartPage(findings, gradients);
    signal.throwIfAborted();
    const report = await writeWhole(textOf(options, 'out') ?? 'cfe-report.html', page);
    const graph = fitted.learned?.graph ?? fitted.model.graph;
    return {
      json: {
        report,
        rows: cars.table.rows,
        dropped: cars.dropped,
        graph: {
          kind: graph.kind,
          nodes: graph.nodes,
          edges: toldEdges(graph, fitted.confidence, cars.table.names),
        },
        car: { name: cars.name, ...cars.car },
        answers,
        twins: [small, large],
        gradients: { passed, message: sentence },
        seed,
        level,
        versions: versions(),
        seconds: (performance.now() - begun) / 1000,
      },
      text: summaryText(findings, sentence, report),
      exitCode: passed ? 0 : 1,
    };
  },
};
