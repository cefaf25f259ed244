import { InputError, quoteName } from '@cfe/base';
import { createGraph } from '../create-graph.ts';
import { CyclicGraphError } from '../errors.ts';
import type { Edge, EdgeType, Graph, GraphKind } from '../graph.ts';
import { isChainClass } from '../internal/is-chain-class.ts';
import { isCpdag } from '../is-cpdag.ts';
import { graphFromEdges } from '../json.ts';
import type { GraphFile, VariableRoles } from './graph-file.ts';
import type { Scanner } from './scanner.ts';

const mostEdges = 4_000_000;

/** A graph while its file is read: every complaint knows its place in the text. */
export class GraphDraft {
  private readonly scanner: Scanner;
  private readonly nodes = new Map<string, number>();
  private readonly joined = new Map<string, EdgeType>();
  private readonly edges: Edge[] = [];
  private readonly offsets: number[] = [];
  private readonly roles: Record<keyof VariableRoles, Set<string>> = {
    latent: new Set(),
    exposure: new Set(),
    outcome: new Set(),
    adjusted: new Set(),
  };
  private kind: GraphKind | undefined;

  constructor(scanner: Scanner) {
    this.scanner = scanner;
  }

  has(name: string): boolean {
    return this.nodes.has(name);
  }

  /** Notes a node, once or again. */
  node(name: string, offset: number): string {
    if (name === '') this.scanner.fail('a node needs a name', offset);
    if (!this.nodes.has(name)) this.nodes.set(name, this.nodes.size);
    return name;
  }

  /** Notes a node that must be new. */
  newNode(name: string, offset: number): string {
    if (this.nodes.has(name)) this.scanner.fail(`the node ${quoteName(name)} is there twice`, offset);
    return this.node(name, offset);
  }

  edge(from: string, to: string, type: EdgeType, offset: number): void {
    const { nodes, joined, scanner } = this;
    const [i, j] = [nodes.get(from) as number, nodes.get(to) as number];
    if (i === j) scanner.fail(`${quoteName(from)} has an edge to itself`, offset);
    const pair = i < j ? `${i} ${j}` : `${j} ${i}`;
    const key = type === 'bidirected' ? `${pair} ↔` : pair;
    if (joined.has(key)) {
      scanner.fail(`${quoteName(from)} and ${quoteName(to)} are joined by two edges; keep one`, offset);
    }
    if (this.edges.length === mostEdges) scanner.fail(`more than ${mostEdges} edges`, offset);
    joined.set(key, type);
    this.edges.push({ from, to, type });
    this.offsets.push(offset);
  }

  role(name: string, role: keyof VariableRoles): void {
    this.roles[role].add(name);
  }

  setKind(kind: string, offset: number): void {
    const kinds: readonly string[] = ['dag', 'cpdag', 'icpdag', 'pdag', 'admg'];
    if (kind === 'pag') this.scanner.fail('graphs of kind pag cannot be read yet', offset);
    if (!kinds.includes(kind)) {
      this.scanner.fail(`the kind ${quoteName(kind)} is unknown; it is one of ${kinds.join(', ')}`, offset);
    }
    this.kind = kind as GraphKind;
  }

  /** The file's content; a directed cycle is the one fault that has no place. */
  finish(): GraphFile {
    const names = (role: keyof VariableRoles): string[] => [...this.roles[role]];
    return {
      graph: this.graph(),
      format: this.scanner.format,
      latent: names('latent'),
      exposure: names('exposure'),
      outcome: names('outcome'),
      adjusted: names('adjusted'),
    };
  }

  private graph(): Graph {
    const nodes = [...this.nodes.keys()];
    const { edges, kind, scanner } = this;
    const first = (type: EdgeType): number => edges.findIndex((edge) => edge.type === type);
    if (kind === undefined && first('undirected') >= 0 && first('bidirected') >= 0) {
      const at = Math.max(first('undirected'), first('bidirected'));
      scanner.fail('undirected and bidirected edges do not go together in one graph', this.offsets[at]);
    }
    try {
      if (kind === undefined) return graphFromEdges(nodes, edges);
      const graph = createGraph(kind, nodes, edges);
      const isClass = kind === 'cpdag' ? isCpdag(graph) : kind !== 'icpdag' || isChainClass(graph);
      if (!isClass) scanner.fail(`the graph is called a ${kind} and is none`, 0);
      return graph;
    } catch (error) {
      if (error instanceof CyclicGraphError || !(error instanceof InputError)) throw error;
      if (error.code === 'graph/syntax') throw error;
      const edge = error.details.edge as Edge | undefined;
      const at = edges.findIndex(({ from, to }) => from === edge?.from && to === edge?.to);
      return scanner.fail(error.message.replace(/\.$/, ''), this.offsets[at] ?? 0);
    }
  }
}
