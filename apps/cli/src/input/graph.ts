import { type Graph, graphFromJson } from '@cfe/graph';
import { parseJson, readText } from './files.ts';

/** A graph from a file. */
export async function readGraph(path: string): Promise<Graph> {
  return graphFromJson(parseJson(await readText(path), path));
}

/** A graph from a line of JSON: the graph itself, or a text in any of the formats. */
export function graphFrom(value: unknown): Graph {
  return graphFromJson(value);
}
