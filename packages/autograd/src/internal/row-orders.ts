import { InputError, quoteName } from '@cfe/base';
import type { Floats } from '../floats.ts';
import type { Plan } from '../plan.ts';
import { levelsOf } from './levels.ts';

/** Rows of a batch, and topological levels that the open edges of all of them follow. */
export interface OrderedRows {
  readonly levels: readonly Int32Array[];
  /** ascending */
  readonly rows: Int32Array;
}

/** Rows that have been put together so far. */
interface Gathering {
  readonly open: Uint8Array;
  levels: readonly Int32Array[];
  readonly rows: number[];
}

/**
 * Puts rows together whose open edges (gate not 0) form no cycle, even all at once: what they run in is one order. Rows of
 * one pattern stay together; a pattern joins the first rows that it can.
 *
 * @param gates - `[edges]`, a graph that all rows share, or `[edges * rows]` by edge
 * @throws {@link InputError} `autograd/cyclic-gates` if a row's open edges form a cycle
 */
export function orderedRows(plan: Plan, gates: Floats, rows: number): OrderedRows[] {
  const edges = plan.parents.items.length;
  if (gates.length === edges) {
    const open = Uint8Array.from(gates, (gate) => (gate === 0 ? 0 : 1));
    return [{ levels: levelsOrThrow(plan, open, 0), rows: Int32Array.from({ length: rows }, (_, r) => r) }];
  }
  const found: Gathering[] = [];
  const byPattern = new Map<string, Gathering>();
  const open = new Uint8Array(edges);
  for (let r = 0; r < rows; r++) {
    for (let e = 0; e < edges; e++) open[e] = gates[e * rows + r] === 0 ? 0 : 1;
    const pattern = String.fromCharCode(...open);
    let home = byPattern.get(pattern);
    if (home === undefined) {
      home = homeOf(plan, open, r, found);
      byPattern.set(pattern, home);
    }
    home.rows.push(r);
  }
  return found.map((one) => ({ levels: one.levels, rows: Int32Array.from(one.rows) }));
}

/** The first gathering that a pattern can join, or a new one. */
function homeOf(plan: Plan, open: Uint8Array, row: number, found: Gathering[]): Gathering {
  const own = levelsOrThrow(plan, open, row);
  for (const home of found) {
    const both = open.map((bit, e) => bit | (home.open[e] as number));
    const levels = levelsOf(openParents(plan, both));
    if (levels.length === 0) continue;
    home.open.set(both);
    home.levels = levels;
    return home;
  }
  const fresh = { open: open.slice(), levels: own, rows: [] };
  found.push(fresh);
  return fresh;
}

function levelsOrThrow(plan: Plan, open: Uint8Array, row: number): Int32Array[] {
  const parents = openParents(plan, open);
  const levels = levelsOf(parents);
  if (levels.length > 0) return levels;
  const cycle = cycleIn(parents).map((j) => quoteName(plan.names[j] as string));
  throw new InputError(
    'autograd/cyclic-gates',
    `forward: in row ${row} the gates leave the cycle ${cycle.join(' → ')} open, so values do not follow from noise. Close one of its edges with a gate of 0; hardenGates chooses the weakest.`,
    { row, cycle },
  );
}

/** The parents that open edges leave. */
function openParents({ parents: { offsets, items } }: Plan, open: Uint8Array): Plan['parents'] {
  const kept = new Int32Array(offsets.length);
  const left: number[] = [];
  for (let j = 0; j + 1 < offsets.length; j++) {
    for (let e = offsets[j] as number; e < (offsets[j + 1] as number); e++)
      if (open[e] === 1) left.push(items[e] as number);
    kept[j + 1] = left.length;
  }
  return { offsets: kept, items: Int32Array.from(left) };
}

/** Some cycle of a graph that has one, its first node repeated at the end. */
function cycleIn({ offsets, items }: Plan['parents']): number[] {
  const d = offsets.length - 1;
  const done = new Uint8Array(d);
  const path: number[] = [];
  const climb = (j: number): number[] | undefined => {
    const seen = path.indexOf(j);
    if (seen >= 0) return [...path.slice(seen), j].reverse();
    if (done[j] === 1) return undefined;
    path.push(j);
    for (const i of items.subarray(offsets[j], offsets[j + 1])) {
      const cycle = climb(i);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done[j] = 1;
    return undefined;
  };
  for (let j = 0; j < d; j++) {
    const cycle = climb(j);
    if (cycle !== undefined) return cycle;
  }
  return [];
}
