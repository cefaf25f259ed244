import type { Command, CommandGroup } from './command.ts';
import { discover } from './commands/discover.ts';
import { graph } from './commands/graph.ts';

/** Every command, in the order of the help. */
export const commands: readonly (Command | CommandGroup)[] = [discover, graph];
