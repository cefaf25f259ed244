import { InputError, throwUnknownName } from '@cfe/base';
import { effect as averageEffect } from '@cfe/counterfactuals';
import type { Evidence } from '@cfe/scm';
import type { Command } from '../command.ts';
import { evidenceFrom } from '../input/action.ts';
import { listOf, namesOf, required, textOf, wholeOf } from '../input/options.ts';
import { readModel } from '../model/model-file.ts';
import { basisLines } from '../output/basis.ts';
import { measured } from '../output/numbers.ts';

export const effect: Command = {
  name: 'effect',
  summary: 'the average effect of a treatment against a control on an outcome',
  arguments: [['<model>', 'what `cfe fit` wrote, a linear-Gaussian JSON file, or a BIF file']],
  options: [
    ['--treatment <assignment>', 'such as x=1 (repeatable)'],
    ['--control <assignment>', 'such as x=0 (repeatable)'],
    ['--outcome <name>', 'the variable it is measured on'],
    ['--outcome-level <level>', 'of a categorical outcome: the level whose probability is compared'],
    [
      '--hold <assignment>',
      'set in both worlds: holding every mediator gives the controlled direct effect (repeatable)',
    ],
    ['--among <assignment>', 'only among those of whom this is observed (repeatable)'],
    [
      '--confounded <pair>',
      'two names with a comma between that a hidden cause is feared to move together: refused, adjusted for or flagged, as the graph has it (repeatable)',
    ],
    ['--samples <n>', 'simulated individuals', '10000'],
  ],
  examples: ['cfe effect model.json --treatment weight=2500 --control weight=3000 --outcome mpg'],
  async run([path = ''], options, { seed, level }) {
    const subject = await readModel(path);
    const { model } = subject;
    const setting = (key: string): Evidence => {
      const found = evidenceFrom(options, key, model);
      if (found !== undefined) return found;
      throw new InputError('cli/missing-option', `--${key} is needed, such as --${key} x=1.`);
    };
    const [treatment, control] = [setting('treatment'), setting('control')];
    const among = evidenceFrom(options, 'among', model);
    const outcome = required(options, 'outcome');
    const confounded = listOf(options, 'confounded').map((pair) => pairOf(pair, model.graph.nodes));
    const answer = await averageEffect(subject, {
      treatment,
      control,
      outcome,
      outcomeLevel: textOf(options, 'outcomeLevel'),
      hold: evidenceFrom(options, 'hold', model),
      ...(among === undefined ? {} : { among }),
      ...(confounded.length === 0 ? {} : { confounded }),
      level,
      samples: wholeOf(options, 'samples', 100) ?? 10_000,
      seed,
    });
    const { value, interval, assumptions, warnings, sensitivity, identifiedBy, samples } = answer;
    const overlap = answer.positivity;
    const told = measured(value, interval);
    return {
      json: {
        effect: value,
        interval: interval ?? [value, value],
        level,
        samples,
        outcome,
        treatment,
        control,
        identifiedBy,
        assumptions,
        support: answer.support,
        sensitivity,
        positivity: overlap && { share: overlap.share, rows: overlap.rows, message: overlap.message },
        warnings,
      },
      text: [
        `${outcome} changes by ${told.value}${
          interval === undefined
            ? ' (the model is taken as certain: no interval)'
            : `, ${Math.round(100 * level)}% interval ${told.interval}`
        }`,
        ...(sensitivity === undefined ? [] : [sensitivity.message]),
        ...basisLines(answer),
      ].join('\n'),
    };
  },
};

function pairOf(text: string, known: readonly string[]): readonly [string, string] {
  const names = namesOf(text);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throwUnknownName('effect', 'variable', unknown, known);
  const [a, b, ...more] = names;
  if (a === undefined || b === undefined || more.length > 0)
    throw new InputError('cli/pair', `--confounded ${text}: expected two names with a comma between.`);
  return [a, b];
}
