import { InputError } from '@cfe/base';
import { readCsv, writeCsv } from './formats/adjacency-csv.ts';
import { readBif, writeBif } from './formats/bif.ts';
import { detectFormat } from './formats/detect-format.ts';
import { readDot, writeDagitty, writeDot } from './formats/dot.ts';
import { readGml, writeGml } from './formats/gml.ts';
import type { GraphFile, GraphFormat, VariableRoles } from './formats/graph-file.ts';
import { readGraphml, writeGraphml } from './formats/graphml.ts';
import { readJson, writeJson } from './formats/json-text.ts';
import { readMermaid, writeMermaid } from './formats/mermaid.ts';
import { Scanner } from './formats/scanner.ts';
import type { Graph } from './graph.ts';
import { graphFromEdges } from './json.ts';
import { latentProjection } from './latent-projection.ts';
import { edgesOf } from './queries.ts';

/** How to read a graph file. */
export interface ReadOptions {
  /** default: by the file's extension, then by its content */
  readonly format?: GraphFormat;
  /** for the format and for messages; nothing is opened */
  readonly fileName?: string;
}

const readers: Readonly<Record<GraphFormat, (scanner: Scanner) => GraphFile>> = {
  json: readJson,
  dot: readDot,
  dagitty: readDot,
  bif: readBif,
  gml: readGml,
  graphml: readGraphml,
  mermaid: readMermaid,
  csv: readCsv,
};

/**
 * The graph in the text of a file, and what the file says of its variables' roles.
 *
 * Formats: JSON, DOT, dagitty, BIF (its structure), GML, GraphML, Mermaid flowcharts, adjacency CSV. The graph is of
 * the kind that the file states, otherwise the narrowest that holds its edges.
 *
 * @param options.format - default: by the file's extension, then by its content
 * @throws {@link GraphSyntaxError} with line and column, if the text cannot be read
 * @throws {@link CyclicGraphError} if the directed edges form a cycle
 * @example
 * import { readGraph } from '@cfe/graph';
 * readGraph('dag { x [exposure] y [outcome] u [latent] x -> y x <- u -> y }').latent; // → ['u']
 */
export function readGraph(text: string, { format, fileName }: ReadOptions = {}): GraphFile {
  if (typeof text !== 'string') {
    throw new InputError(
      'graph/text',
      'readGraph: it reads the text of a file, not its bytes. Decode them as UTF-8.',
    );
  }
  const found = format ?? detectFormat(text, fileName);
  if (found !== undefined) {
    if (!Object.hasOwn(readers, found)) throw unknownFormat('readGraph', found);
    return readers[found](new Scanner(text, found, fileName));
  }
  const scanner = new Scanner(text, 'json', fileName);
  scanner.match(/\s+/y);
  return scanner.fail(
    scanner.done
      ? 'the text is empty'
      : `this starts no graph file: ${scanner.here()}; name the format, one of ${Object.keys(readers).join(', ')}`,
  );
}

/**
 * The graph in the text of a file. Variables that the file calls latent are projected out, which leaves the
 * separations and effects among the measured ones as they are; with `latent: 'keep'` they stay as ordinary nodes.
 *
 * @param options.format - default: by the file's extension, then by its content
 * @param options.latent - default `'project'`
 * @throws {@link GraphSyntaxError} with line and column, if the text cannot be read
 * @throws {@link CyclicGraphError} if the directed edges form a cycle
 * @example
 * import { edgesOf, parseGraph } from '@cfe/graph';
 * edgesOf(parseGraph('digraph { a -> b }')); // → [{ from: 'a', to: 'b', type: 'directed' }]
 */
export function parseGraph(
  text: string,
  options: ReadOptions & { readonly latent?: 'project' | 'keep' } = {},
): Graph {
  const { graph, latent } = readGraph(text, options);
  const keeps = latent.length === 0 || options.latent === 'keep' || graph.neighbours.items.length > 0;
  if (keeps) return graph;
  const projected = latentProjection(graph, latent);
  return graphFromEdges(projected.nodes, edgesOf(projected));
}

/**
 * A graph as the text of a file; `parseGraph` reads the same graph back.
 *
 * A kind that the edges do not tell (an interventional class, say) is written along where the format has room for it:
 * not in dagitty, BIF and CSV. BIF holds DAGs, with placeholder tables; CSV holds no bidirected edges.
 *
 * @param options.latent - variables to mark as latent, where the format can: JSON, DOT, dagitty, GML, GraphML
 * @param options.exposure - likewise, as `outcome` and `adjusted`: JSON and dagitty
 * @throws {@link InputError} if the format cannot hold the graph
 * @example
 * import { createDag, formatGraph } from '@cfe/graph';
 * formatGraph(createDag(['a', 'b'], [['a', 'b']]), 'mermaid'); // → 'flowchart LR\n  a\n  b\n  a --> b\n'
 */
export function formatGraph(graph: Graph, format: GraphFormat, options: Partial<VariableRoles> = {}): string {
  const marked = Object.fromEntries(
    (['latent', 'exposure', 'outcome', 'adjusted'] as const).flatMap((role) => {
      const names = options[role] ?? [];
      return names.length === 0 ? [] : [[role, names]];
    }),
  ) as Partial<VariableRoles>;
  const kind = graphFromEdges(graph.nodes, edgesOf(graph)).kind === graph.kind ? undefined : graph.kind;
  switch (format) {
    case 'json':
      return writeJson(graph, marked);
    case 'dot':
      return writeDot(graph, kind, marked);
    case 'dagitty':
      return writeDagitty(graph, marked);
    case 'bif':
      if (graph.neighbours.items.length + graph.spouses.items.length > 0) {
        throw new InputError(
          'graph/format-kind',
          'formatGraph: BIF holds DAGs only. Write JSON, DOT or dagitty.',
          {
            kind: graph.kind,
          },
        );
      }
      return writeBif(graph);
    case 'gml':
      return writeGml(graph, kind, marked);
    case 'graphml':
      return writeGraphml(graph, kind, marked);
    case 'mermaid':
      return writeMermaid(graph, kind);
    case 'csv':
      return writeCsv(graph);
    default:
      throw unknownFormat('formatGraph', format);
  }
}

function unknownFormat(where: string, format: string): InputError {
  return new InputError(
    'graph/format',
    `${where}: the format ${JSON.stringify(format)} is unknown; it is one of ${Object.keys(readers).join(', ')}.`,
    { format },
  );
}
