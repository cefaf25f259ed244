import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { edgesOf, formatGraph, parseGraph, readGraph } from '../src/index.ts';

// nodes and arcs as the bnlearn repository states them
const known: Readonly<Record<string, readonly [nodes: number, arcs: number]>> = {
  alarm: [37, 46],
  andes: [223, 338],
  asia: [8, 8],
  cancer: [5, 4],
  child: [20, 25],
  earthquake: [5, 4],
  hailfinder: [56, 66],
  hepar2: [70, 123],
  insurance: [27, 52],
  sachs: [11, 17],
  survey: [6, 6],
  water: [32, 66],
  win95pts: [76, 112],
};

test.for(Object.entries(known))('%s', ([name, [nodes, arcs]], ctx) => {
  const root = process.env.CFE_DATA_DIR;
  if (root === undefined) return ctx.skip('CFE_DATA_DIR is not set');
  const file = join(root, 'bnlearn-networks', `${name}.bif`);
  expect(existsSync(file), `${file} is missing`).toBe(true);
  const graph = parseGraph(readFileSync(file, 'utf8'), { fileName: file });
  expect([graph.kind, graph.nodes.length, edgesOf(graph).length]).toEqual(['dag', nodes, arcs]);
  for (const format of ['json', 'dot', 'dagitty', 'bif', 'gml', 'graphml', 'mermaid', 'csv'] as const) {
    const back = readGraph(formatGraph(graph, format));
    expect([back.format, back.graph.nodes, edgesOf(back.graph)]).toEqual([
      format,
      graph.nodes,
      edgesOf(graph),
    ]);
  }
});
