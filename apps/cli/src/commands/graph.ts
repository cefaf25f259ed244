import type { CommandGroup } from '../command.ts';
import { adjust } from './graph/adjust.ts';
import { convert } from './graph/convert.ts';
import { cpdagVerb } from './graph/cpdag.ts';
import { dsep } from './graph/dsep.ts';
import { metrics } from './graph/metrics.ts';
import { verbCommand } from './graph/verb.ts';

export const graph: CommandGroup = {
  name: 'graph',
  summary: 'graph files: convert, compare, separation, equivalence classes, adjustment',
  commands: [
    verbCommand(convert),
    verbCommand(metrics),
    verbCommand(cpdagVerb),
    verbCommand(dsep),
    verbCommand(adjust),
  ],
};
