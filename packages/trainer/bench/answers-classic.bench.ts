/**
 * How far counterfactuals of fitted networks on the classic graphs' nonlinear twins are off, beside two fits that know the
 * form: w·(x + ½ sin 2x) with one free number for each edge, and a·x + b·sin 2x with two. 1,000 rows and 100 under each
 * intervention, do-values ±1 and ±2, errors pooled over `SEEDS` (20).
 */
import type { Columns } from '@cfe/base';
import { targetMask } from '@cfe/data';
import { incident, topologicalOrder } from '@cfe/graph';
import { createNetwork } from '@cfe/network';
import { counterfactualRows } from '@cfe/scm';
import { fitNetwork } from '@cfe/trainer';
import { bench, describe } from 'vitest';
import { leastSquares } from '../src/internal/least-squares.ts';
import {
  type ClassicName,
  classicEdges,
  classicTable,
  classicTruth,
  type Truth,
} from '../test/support/classic.ts';
import { type Answerer, cells, lowestSkill } from '../test/support/skill.ts';

const seeds = Number(process.env.SEEDS ?? 20);
type Basis = readonly ((x: number) => number)[];
const oneNumber: Basis = [(x) => x + 0.5 * Math.sin(2 * x)];
const twoNumbers: Basis = [(x) => x, (x) => Math.sin(2 * x)];

/** Least squares on known functions of every parent; counterfactuals add the change of what was fitted. */
function knowing(truth: Truth, table: ReturnType<typeof classicTable>, basis: Basis): Answerer {
  const { nodes, parents } = truth.graph;
  const curves = nodes.map((node, j) => {
    const omitted = targetMask(table, node);
    const kept = Array.from(omitted.keys()).filter((r) => omitted[r] === 0);
    const columnOf = (name: string): Float64Array => Float64Array.from(kept, (r) => table.column(name)[r]!);
    const own = [...incident(parents, j)];
    const columns = own.flatMap((i) => basis.map((b) => columnOf(nodes[i]!).map(b)));
    const { coefficients } = leastSquares(
      [new Float64Array(kept.length).fill(1), ...columns],
      columnOf(node),
    );
    return own.map((i, k) => ({
      parent: nodes[i]!,
      at: (x: number) => basis.reduce((sum, b, c) => sum + coefficients[1 + k * basis.length + c]! * b(x), 0),
    }));
  });
  return (factual, target, value) => {
    const after: Record<string, Float64Array> = {};
    for (const j of topologicalOrder(truth.graph)) {
      const node = nodes[j]!;
      after[node] = factual.column(node).map((y, r) => {
        if (node === target) return value;
        const change = curves[j]!.map(
          ({ parent, at }) => at(after[parent]![r]!) - at(factual.column(parent)[r]!),
        );
        return change.reduce((a, b) => a + b, y);
      });
    }
    return after;
  };
}

console.log(`\n### Nonlinear twins of the classic graphs, ${seeds} seeds\n`);
console.log('| twin | lowest skill | RMSE / one free number | RMSE / two | two / one |');
console.log('| --- | --- | --- | --- | --- |');
for (const name of Object.keys(classicEdges) as ClassicName[]) {
  const squares = { ours: 0, one: 0, two: 0 };
  let skill = 1;
  for (let seed = 0; seed < seeds; seed++) {
    const truth = classicTruth(name, seed, true);
    const table = classicTable(truth, seed, { perTarget: 100 });
    const network = createNetwork({ graph: truth.graph, mechanisms: 'mlp', seed });
    await fitNetwork(network, table, { seed });
    const ours: Answerer = (factual: Columns, target, value) => {
      const after = counterfactualRows(network, factual, { do: { [target]: value } });
      return Object.fromEntries(factual.names.map((node) => [node, after.column(node)]));
    };
    const judged = cells(truth, seed, ours);
    skill = Math.min(skill, lowestSkill(judged));
    for (const [who, found] of [
      ['ours', judged],
      ['one', cells(truth, seed, knowing(truth, table, oneNumber))],
      ['two', cells(truth, seed, knowing(truth, table, twoNumbers))],
    ] as const)
      for (const { error } of found) squares[who] += error / found.length;
  }
  const ratio = (a: number, b: number): string => Math.sqrt(a / b).toFixed(2);
  const { ours, one, two } = squares;
  console.log(
    `| ${name} | ${skill.toFixed(3)} | ${ratio(ours, one)} | ${ratio(ours, two)} | ${ratio(two, one)} |`,
  );
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
