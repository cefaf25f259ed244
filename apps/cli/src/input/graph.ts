import { InputError } from '@cfe/base';
import { type Graph, graphFromJson, parseGraph } from '@cfe/graph';
import { readText } from './files.ts';

/**
 * A graph from a file in any of the formats: JSON, DOT, dagitty, BIF, GML, GraphML, Mermaid, adjacency CSV.
 *
 * @throws {@link InputError} naming line and column
 */
export async function readGraph(path: string): Promise<Graph> {
  return parseGraph(await readText(path), { fileName: path });
}

/** A graph from a request: the JSON form itself, or the text of a graph file. */
export function graphFrom(value: unknown): Graph {
  if (value === undefined) throw new InputError('cli/request', 'a graph is missing from the request.');
  return typeof value === 'string' ? parseGraph(value) : graphFromJson(value);
}
