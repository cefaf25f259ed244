import { InputError, quoteName } from '@cfe/base';

/**
 * A graph that must be acyclic is not; `details.cycle` lists the names along one cycle, the first repeated at the end.
 *
 * @example
 * import { createDag, CyclicGraphError } from '@cfe/graph';
 * let cycle: unknown;
 * try {
 *   createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c'], ['c', 'a']]);
 * } catch (error) {
 *   if (error instanceof CyclicGraphError) cycle = error.details.cycle;
 * }
 * cycle; // → ['a', 'b', 'c', 'a']
 */
export class CyclicGraphError extends InputError {
  constructor(where: string, cycle: readonly string[]) {
    super(
      'graph/cyclic',
      `${where}: the graph has the cycle ${cycle.map(quoteName).join(' → ')}. Remove one of these edges.`,
      { cycle },
    );
  }
}
