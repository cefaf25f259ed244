import type { Command, CommandGroup } from './command.ts';
import { check } from './commands/check.ts';
import { data } from './commands/data.ts';
import { discover } from './commands/discover.ts';
import { doctor } from './commands/doctor.ts';
import { effect } from './commands/effect.ts';
import { graph } from './commands/graph.ts';
import { plan } from './commands/plan.ts';
import { predict } from './commands/predict.ts';
import { query } from './commands/query.ts';
import { quickstart } from './commands/quickstart.ts';
import { sample } from './commands/sample.ts';

/** Every command, in the order of the help. */
export const commands: readonly (Command | CommandGroup)[] = [
  quickstart,
  discover,
  query,
  effect,
  predict,
  plan,
  sample,
  graph,
  data,
  check,
  doctor,
];
