import { InputError } from '@cfe/base';
import { toCsvPieces } from '@cfe/data';
import type { Command } from '../command.ts';
import { actionFrom } from '../input/action.ts';
import { wholeOf } from '../input/options.ts';
import { readModel } from '../model/model-file.ts';
import { recordsOf, tableOf } from '../output/rows.ts';

export const sample: Command = {
  name: 'sample',
  summary: 'new rows from a model, as it is or under an action (CSV on stdout)',
  arguments: [['<model>', 'what `cfe fit` wrote, a linear-Gaussian JSON file, or a BIF file']],
  options: [
    ['-n, --rows <n>', 'how many'],
    ['--do <assignment>', 'the action, such as x=1, x+=0.5, x*=2 or x~normal(0,1) (repeatable)'],
  ],
  examples: ['cfe sample model.json -n 1000 --do weight=2500 > light.csv'],
  async run([path = ''], options, { seed }) {
    const { model } = await readModel(path);
    const n = wholeOf(options, 'rows', 1);
    if (n === undefined) throw new InputError('cli/missing-option', '-n is needed: how many rows.');
    const drawn = await model.sample(n, { do: actionFrom(options, model), seed });
    const table = tableOf(model, drawn);
    return { json: { rows: options.json === true ? recordsOf(table) : [] }, text: toCsvPieces(table) };
  },
};
