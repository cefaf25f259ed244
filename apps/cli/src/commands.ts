import type { Command, CommandGroup } from './command.ts';
import { check } from './commands/check.ts';
import { data } from './commands/data.ts';
import { discover } from './commands/discover.ts';
import { effect } from './commands/effect.ts';
import { graph } from './commands/graph.ts';
import { predict } from './commands/predict.ts';
import { query } from './commands/query.ts';
import { sample } from './commands/sample.ts';

/** Every command, in the order of the help. */
export const commands: readonly (Command | CommandGroup)[] = [
  discover,
  query,
  effect,
  predict,
  sample,
  graph,
  data,
  check,
];
