import { cpdag, type Dag, type Graph } from '@cfe/graph';
import { type Block, graphSvg } from '@cfe/report';

/** A drawing of a graph with what its marks mean, and how many directions the data alone would leave open. */
export async function graphBlocks(options: {
  readonly graph: Graph;
  /** a member of the class, which was fitted */
  readonly dag: Dag;
  readonly confidence?: readonly ArrayLike<number>[] | undefined;
  readonly resamples?: number | undefined;
  readonly highlight?: readonly (readonly [from: string, to: string])[];
  readonly highlightMeans?: string;
  /** variables that the question sets: their incoming edges are drawn as cut */
  readonly set?: readonly string[];
}): Promise<Block[]> {
  const { graph, dag, confidence, resamples = 0, highlight = [], set = [] } = options;
  const svg = await graphSvg(graph, { highlight, set, ...(confidence === undefined ? {} : { confidence }) });
  const marks = [
    highlight.length > 0 && options.highlightMeans !== undefined
      ? `In colour: ${options.highlightMeans}.`
      : '',
    set.length > 0 ? `Dashed: cut when ${set.join(', ')} is set.` : '',
    confidence === undefined
      ? ''
      : `Numbers: share of ${resamples} resamples in which the edge was learned again.`,
    graph.neighbours.items.length > 0 ? 'Lines without an arrow: the direction is not settled.' : '',
  ];
  return [
    { kind: 'figure', svg, caption: marks.filter((mark) => mark !== '').join(' ') },
    { kind: 'text', text: classSentence(graph, dag) },
  ];
}

/** How much of the drawing the data alone tell. */
function classSentence(graph: Graph, dag: Dag): string {
  const all = dag.children.items.length;
  const ofData = cpdag(dag).neighbours.items.length / 2;
  const open = graph.neighbours.items.length / 2;
  const edges = `${all} ${all === 1 ? 'edge' : 'edges'}`;
  if (ofData === 0)
    return `Observations alone settle the directions of all ${edges}, if no common cause is hidden.`;
  const settled = ofData - open;
  return [
    `Observations alone would leave the direction of ${ofData} of the ${edges} open: every graph of that equivalence class fits the data equally well.`,
    settled > 0
      ? `What was stated beforehand settles ${settled === ofData ? (settled === 1 ? 'it' : 'all of them') : `${settled} of them`}.`
      : '',
    open > 0
      ? `${open} stay open; the drawing shows them without an arrow, and one member of the class was fitted.`
      : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}
