import { quoteName } from '@cfe/base';
import { incident } from '../queries.ts';
import type { MarkedGraph } from './cut.ts';

/**
 * A shortest open walk from one of the sources to one of the targets, written with its arrows, or `undefined`.
 * For messages: `openWalks` answers whether there is one.
 */
export function openPathText(
  graph: MarkedGraph & { readonly nodes: readonly string[] },
  sources: Int32Array,
  targets: Int32Array,
  given: Uint8Array,
): string | undefined {
  const starts = new Set(sources);
  const goals = new Set(targets);
  // state = 2·node + (arrived at an arrowhead)
  const before = new Map<number, { readonly state: number; readonly arrow: string }>();
  const queue: number[] = [];
  const step = (state: number, arrow: string, j: number, head: 0 | 1): void => {
    const next = 2 * j + head;
    if (starts.has(j) || before.has(next)) return;
    before.set(next, { state, arrow });
    queue.push(next);
  };
  const expand = (state: number, i: number, down: boolean, up: boolean): void => {
    if (down) for (const j of incident(graph.children, i)) step(state, '→', j, 1);
    if (up) for (const j of incident(graph.parents, i)) step(state, '←', j, 0);
    if (up) for (const j of incident(graph.spouses, i)) step(state, '↔', j, 1);
  };
  for (const i of sources) expand(-1 - i, i, true, true);
  for (const state of queue) {
    const i = state >> 1;
    if (goals.has(i)) return textOf(graph.nodes, before, state);
    const head = (state & 1) === 1;
    const inSet = given[i] === 1;
    expand(state, i, !inSet, head ? inSet : !inSet);
  }
  return undefined;
}

function textOf(
  nodes: readonly string[],
  before: ReadonlyMap<number, { readonly state: number; readonly arrow: string }>,
  end: number,
): string {
  let text = '';
  let state = end;
  for (let link = before.get(state); link !== undefined; link = before.get(state)) {
    text = ` ${link.arrow} ${quoteName(nodes[state >> 1] as string)}${text}`;
    state = link.state;
  }
  return `${quoteName(nodes[-1 - state] as string)}${text}`;
}
