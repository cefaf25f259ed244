import { edgesOf, type Graph } from '@cfe/graph';
import { instance } from '@viz-js/viz';

/** What a drawing of a graph shows beside its edges. */
export interface GraphSvgOptions {
  /** `[d][d]` in the order of the graph's nodes: share of resamples with i → j. Shown at the edge and as its weight. */
  readonly confidence?: readonly ArrayLike<number>[];
  /** directed edges [from, to] to draw in the accent colour, such as the paths an answer runs through */
  readonly highlight?: readonly (readonly [from: string, to: string])[];
  /** variables whose incoming edges an action cuts: drawn as set, the cut edges dashed */
  readonly set?: readonly string[];
}

/**
 * A graph as an SVG picture, laid out from causes at the top to effects at the bottom. Colours come from the CSS
 * variables `--ink`, `--muted` and `--accent` of the page around it.
 */
export async function graphSvg(graph: Graph, options: GraphSvgOptions = {}): Promise<string> {
  const viz = await instance();
  const svg = viz.renderString(dotOf(graph, options), { format: 'svg' });
  return svg
    .slice(svg.indexOf('<svg'))
    .replaceAll('#010101', 'var(--ink)')
    .replaceAll('#020202', 'var(--muted)')
    .replaceAll('#030303', 'var(--accent)')
    .replace('<svg ', '<svg role="img" aria-label="Causal graph" class="graph" ');
}

const [ink, muted, accent] = ['#010101', '#020202', '#030303'];

function dotOf(graph: Graph, { confidence, highlight = [], set = [] }: GraphSvgOptions): string {
  const index = new Map(graph.nodes.map((name, i) => [name, i]));
  const quoted = (text: string): string =>
    `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;
  const nodes = graph.nodes.map((name) => {
    const style = set.includes(name) ? `penwidth=2.4 color="${accent}"` : '';
    return `${quoted(`n${index.get(name)}`)} [label=${quoted(name)} ${style}];`;
  });
  const edges = edgesOf(graph).map(({ from, to, type }) => {
    const [i, j] = [index.get(from) as number, index.get(to) as number];
    const both =
      type === 'directed' ? confidence?.[i]?.[j] : (confidence?.[i]?.[j] ?? 0) + (confidence?.[j]?.[i] ?? 0);
    const marked = highlight.some(([a, b]) => a === from && b === to);
    const cut = type === 'directed' && set.includes(to);
    const attributes = [
      `color="${marked ? accent : muted}"`,
      `penwidth=${both === undefined ? 1.4 : (0.6 + 2 * both).toFixed(2)}`,
      ...(both === undefined || confidence === undefined ? [] : [`label=" ${Math.round(100 * both)}%"`]),
      ...(cut ? ['style=dashed'] : []),
      ...(type === 'undirected' ? ['dir=none'] : type === 'bidirected' ? ['dir=both'] : []),
    ];
    return `n${i} -> n${j} [${attributes.join(' ')}];`;
  });
  return `digraph {
    bgcolor="transparent"; rankdir=TB; nodesep=0.35; ranksep=0.55;
    node [shape=box style=rounded fontname="Helvetica" fontsize=13 margin="0.14,0.07" color="${muted}" fontcolor="${ink}"];
    edge [arrowsize=0.7 fontname="Helvetica" fontsize=10 fontcolor="${muted}"];
    ${nodes.join('\n')}
    ${edges.join('\n')}
  }`;
}
