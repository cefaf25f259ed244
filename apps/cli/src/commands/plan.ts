import { InputError } from '@cfe/base';
import { type Goal, planIntervention } from '@cfe/counterfactuals';
import type { Command } from '../command.ts';
import { namesOf, required, textOf } from '../input/options.ts';
import { readRows } from '../input/rows.ts';
import { readModel } from '../model/model-file.ts';
import { basisLines } from '../output/basis.ts';
import { shown } from '../output/numbers.ts';

export const plan: Command = {
  name: 'plan',
  summary: 'the cheapest values to set so that an outcome reaches a goal',
  arguments: [['<model>', 'what `cfe fit` wrote, or a linear-Gaussian JSON file']],
  options: [
    ['--target <goal>', "such as 'y>=30', 'y<=2', or 'P(y=level)>=0.8' of a category"],
    ['--row <file>', 'CSV with one row: for this individual, with its own noise; default: for everybody'],
    ['--may <names>', 'what may be set, with commas between; default everything upstream'],
  ],
  examples: ["cfe plan model.json --target 'mpg>=30' --may weight,horsepower"],
  async run([path = ''], options, context) {
    const subject = await readModel(path);
    const target = goalFrom(required(options, 'target'));
    const file = textOf(options, 'row');
    const rows = file === undefined ? [] : await readRows(file, subject.model, context);
    if (file !== undefined && rows.length !== 1) {
      throw new InputError('cli/one-row', `${file}: a plan is for one row, this file has ${rows.length}.`, {
        file,
      });
    }
    const may = namesOf(textOf(options, 'may'));
    const { seed, signal, onProgress } = context;
    const found = await planIntervention(subject, {
      target,
      ...(rows[0] === undefined ? {} : { row: rows[0] }),
      ...(may.length === 0 ? {} : { may }),
      seed,
      signal,
      onProgress,
    });
    const { message, confidence, cost } = found;
    return {
      json: found,
      text: [
        message,
        ...(confidence === undefined
          ? []
          : [`${Math.round(100 * confidence)}% of the refits agree that it suffices.`]),
        ...(found.reached
          ? [`Cost ${shown(cost, 3)}: squared distances in standard deviations, summed.`]
          : []),
        ...basisLines(found),
      ].join('\n'),
    };
  },
};

function goalFrom(text: string): Goal {
  const probability = /^\s*P\(\s*(.+?)\s*=\s*(.+?)\s*\)\s*(>=|<=)\s*(\S+)\s*$/.exec(text);
  if (probability !== null && Number.isFinite(Number(probability[4]))) {
    const [, outcome = '', level = '', side, bound] = probability;
    return { outcome, level, [side === '>=' ? 'atLeast' : 'atMost']: Number(bound) };
  }
  const match = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^"<>=]+?))\s*(>=|<=)\s*(\S+)\s*$/.exec(text);
  const [, quoted, plain, side, bound] = match ?? [];
  const value = Number(bound);
  if (match === null || !Number.isFinite(value)) {
    throw new InputError(
      'cli/goal',
      `--target ${text}: expected NAME>=NUMBER, NAME<=NUMBER or P(NAME=LEVEL)>=NUMBER.`,
    );
  }
  const outcome = quoted === undefined ? (plain as string) : quoted.replaceAll(/\\(.)/g, '$1');
  return side === '>=' ? { outcome, atLeast: value } : { outcome, atMost: value };
}
