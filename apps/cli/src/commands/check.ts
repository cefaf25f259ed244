import { type CheckCase, checkCase } from '@cfe/autograd';
import { CfeError, messageOf } from '@cfe/base';
import type { Command, Outcome } from '../command.ts';
import { parseJson, readText } from '../input/files.ts';
import { textOf } from '../input/options.ts';
import { type CheckedExecutor, checkGradients, gradientSentence } from '../model/check-gradients.ts';
import { shown } from '../output/numbers.ts';
import { textTable } from '../output/text-table.ts';

export const check: Command = {
  name: 'check',
  summary: 'hold the gradients against the truth: nothing may leak past an intervention',
  options: [
    [
      '--cases <file>',
      'small networks given in full, one JSON object a line: answers each with values and gradients',
    ],
  ],
  async run(_args, options) {
    const cases = textOf(options, 'cases');
    if (cases !== undefined) return answerCases(cases);
    const checked = await checkGradients();
    const [reference, ...others] = checked as [CheckedExecutor, ...CheckedExecutor[]];
    const scenarios = [
      ...reference.scenarios,
      ...others.flatMap((other) =>
        other.scenarios.map((scenario) => ({ ...scenario, name: `${other.executor}: ${scenario.name}` })),
      ),
    ];
    const passed = scenarios.every((scenario) => scenario.passed);
    const rows = scenarios.map(({ name, leak, maxRelativeError, passed: ok }) => [
      ok ? '✓' : '✗',
      name,
      shown(leak, 2),
      maxRelativeError.toExponential(1),
    ]);
    return {
      json: { passed, scenarios },
      text: [
        textTable([['', 'scenario', 'leak', 'relative error'], ...rows]),
        gradientSentence(checked),
      ].join('\n'),
      exitCode: passed ? 0 : 1,
    };
  },
};

/** Each line on its own: a case that cannot be read gets `{"error": …}` in its place, and exit code 2. */
async function answerCases(path: string): Promise<Outcome> {
  const out: string[] = [];
  let failures = 0;
  for (const [at, line] of (await readText(path)).split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    try {
      out.push(JSON.stringify(checkCase(parseJson(line, `${path}:${at + 1}`) as CheckCase)));
    } catch (error) {
      if (!(error instanceof CfeError)) throw error;
      if (failures++ === 0) process.stderr.write(`cfe: ${path}:${at + 1}: ${messageOf(error)}\n`);
      out.push(JSON.stringify({ error: messageOf(error), code: error.code }));
    }
  }
  return { json: undefined, text: out.map((line) => `${line}\n`), exitCode: failures > 0 ? 2 : 0 };
}
