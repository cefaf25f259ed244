import type { Table } from '@cfe/data';
import type { FlopOptions } from '../flop.ts';
import { methodNamed } from '../methods.ts';
import type { StructureMethod } from '../structure-method.ts';

/**
 * A score search as one for the most probable graph, with the prior that the data themselves suggest: two variables are joined
 * as often as the graph learned from the whole table joins them. A parameter then costs ln n and an edge twice the log odds against it. A method
 * without such a score, and one whose charges the user chose, stays what it is.
 *
 * @param edges - of the graph learned from the whole table
 */
export function withPriorFound(method: StructureMethod, table: Table, edges: number): StructureMethod {
  const d = table.names.length;
  const own: FlopOptions = method.options ?? {};
  const chosen = own.penalty !== undefined || own.expectedParents !== undefined || own.discrete === 'bic';
  if ((method.name !== 'flop' && method.name !== 'ges') || chosen || d < 2) return method;
  const joined = (edges + 1) / ((d * (d - 1)) / 2 + 2); // Laplace's rule of succession
  const odds = Math.max(1, (1 - joined) / joined);
  const prior: FlopOptions = table.variables.every(({ kind }) => kind === 'categorical')
    ? { expectedParents: (d - 1) / (1 + odds) }
    : { penalty: 1 + (2 * Math.log(odds)) / Math.log(table.rows) };
  return methodNamed(method.name, { ...own, ...prior }) ?? method;
}
