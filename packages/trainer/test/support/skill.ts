import { type Columns, columnsFrom, createRng } from '@cfe/base';
import { type Dag, incident, topologicalOrder } from '@cfe/graph';
import type { Truth } from './classic.ts';

/** What is judged: the world of unseen rows after do(target = value), all variables. */
export type Answerer = (factual: Columns, target: string, value: number) => Record<string, Float64Array>;

/** One cell of a judgement: a target and a value, all true descendants together. */
export interface Cell {
  readonly target: string;
  readonly value: number;
  /** Σ(ŷ′ − y′)² */
  readonly error: number;
  /** Σ(y − y′)² */
  readonly change: number;
}

/** Of an answerer against the truth, over all targets that have descendants, on rows it has not seen. */
export function cells(
  truth: Truth,
  seed: number,
  answer: Answerer,
  values: readonly number[] = [-2, -1, 1, 2],
): Cell[] {
  const rows = 400;
  const noise = truth.noise(rows, createRng(10_000 + seed));
  const factual = truth.predict(noise);
  const { nodes } = truth.graph;
  return nodes.flatMap((target) => {
    const descendants = descendantsIn(truth.graph, target);
    if (descendants.length === 0) return [];
    return values.map((value): Cell => {
      const after = truth.predict(noise, target, new Float64Array(rows).fill(value));
      const answered = answer(columnsFrom(factual), target, value);
      let [error, change] = [0, 0];
      for (const name of descendants) {
        for (let r = 0; r < rows; r++) {
          const y = (after[name] as Float64Array)[r] as number;
          error += ((answered[name]?.[r] as number) - y) ** 2;
          change += ((factual[name]?.[r] as number) - y) ** 2;
        }
      }
      return { target, value, error, change };
    });
  });
}

/** The lowest skill of any cell. */
export function lowestSkill(of: readonly Cell[]): number {
  return Math.min(...of.map(({ error, change }) => 1 - error / change));
}

/** Root mean square error over all cells. */
export function rmse(of: readonly Cell[]): number {
  return Math.sqrt(of.reduce((sum, { error }) => sum + error, 0) / of.length);
}

function descendantsIn(graph: Dag, target: string): string[] {
  const reached = new Set([graph.nodes.indexOf(target)]);
  for (const j of topologicalOrder(graph))
    if (incident(graph.parents, j).some((i) => reached.has(i))) reached.add(j);
  return Array.from(reached, (j) => graph.nodes[j] as string).filter((name) => name !== target);
}
