import { InputError } from '@cfe/base';
import type { Command } from '../command.ts';
import { required, textOf } from '../input/options.ts';
import { readModel } from '../model/model-file.ts';
import { writeWhole } from '../output/write-file.ts';

export const report: Command = {
  name: 'report',
  summary: 'a page that stands alone: graph, fit, effects, a counterfactual, checks',
  arguments: [['<model>', 'what `cfe fit` wrote, or an exact model']],
  options: [
    ['--outcome <name>', 'the variable it is about; default the one with the most causes'],
    ['--out <file>', 'where the HTML page goes'],
  ],
  examples: ['cfe report cars.model --outcome mpg --out cars.html'],
  async run([path = ''], options, { seed, level, signal, say }) {
    const out = required(options, 'out');
    const file = await readModel(path);
    const { mainOutcome, modelPage } = await import('../page/model-page.ts');
    const outcome = textOf(options, 'outcome') ?? mainOutcome(file.model);
    if (outcome === undefined) {
      throw new InputError(
        'cli/no-outcome',
        `${path}: all variables are categories; a report is about a number.`,
        { path },
      );
    }
    say('Asking, drawing …');
    const page = await modelPage(file, { path, outcome, seed, level, signal });
    const written = await writeWhole(out, page);
    return { json: { report: written, outcome }, text: `Report: ${written}` };
  },
};
