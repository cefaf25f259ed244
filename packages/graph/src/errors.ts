import { InputError, quoteName } from '@cfe/base';

/** A graph that must be acyclic is not; `details.cycle` lists the names along one cycle, the first repeated at the end. */
export class CyclicGraphError extends InputError {
  constructor(where: string, cycle: readonly string[]) {
    super(
      'graph/cyclic',
      `${where}: the graph has the cycle ${cycle.map(quoteName).join(' → ')}. Remove one of these edges.`,
      { cycle },
    );
  }
}
