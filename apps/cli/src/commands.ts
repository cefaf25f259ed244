import type { Command, CommandGroup } from './command.ts';
import { check } from './commands/check.ts';
import { data } from './commands/data.ts';
import { discover } from './commands/discover.ts';
import { doctor } from './commands/doctor.ts';
import { effect } from './commands/effect.ts';
import { fit } from './commands/fit.ts';
import { graph } from './commands/graph.ts';
import { plan } from './commands/plan.ts';
import { predict } from './commands/predict.ts';
import { query } from './commands/query.ts';
import { quickstart } from './commands/quickstart.ts';
import { report } from './commands/report.ts';
import { sample } from './commands/sample.ts';
import { simulate } from './commands/simulate.ts';

/** Every command, in the order of the help. */
export const commands: readonly (Command | CommandGroup)[] = [
  quickstart,
  discover,
  fit,
  predict,
  effect,
  query,
  plan,
  sample,
  report,
  simulate,
  graph,
  data,
  check,
  doctor,
];
