import { InputError } from '@cfe/base';
import { CyclicGraphError } from '../errors.ts';
import type { Edge, Graph } from '../graph.ts';
import { isChainClass } from '../internal/is-chain-class.ts';
import { isCpdag } from '../is-cpdag.ts';
import { graphFromJson, graphToJson } from '../json.ts';
import type { GraphFile, VariableRoles } from './graph-file.ts';
import type { Scanner } from './scanner.ts';

const deepest = 100;
const roles: readonly (keyof VariableRoles)[] = ['latent', 'exposure', 'outcome', 'adjusted'];

/** `{nodes, edges: [{from, to, type}], kind?, latent?, exposure?, outcome?, adjusted?}` */
export function readJson(scanner: Scanner): GraphFile {
  const offsets = new WeakMap<object, number>();
  const value = readValue(scanner, offsets, 0);
  space(scanner);
  if (!scanner.done) scanner.fail(`expected the end after the graph, found ${scanner.here()}`);
  const fields = value as Readonly<Record<string, unknown>>;
  let graph: Graph;
  try {
    graph = graphFromJson(value);
  } catch (error) {
    if (error instanceof CyclicGraphError || !(error instanceof InputError)) throw error;
    const edges = fields?.edges;
    const edge: unknown = Array.isArray(edges) ? edges[faultyEdge(edges, error)] : undefined;
    const place = typeof edge === 'object' && edge !== null ? offsets.get(edge) : undefined;
    return scanner.fail(error.message.replace(/^\w+: /, '').replace(/\.$/, ''), place ?? 0);
  }
  const isClass = graph.kind === 'cpdag' ? isCpdag(graph) : graph.kind !== 'icpdag' || isChainClass(graph);
  if (!isClass) scanner.fail(`the graph is called a ${graph.kind} and is none`, 0);
  const read = roles.map((role): [string, string[]] => {
    const names = fields[role] ?? [];
    if (!Array.isArray(names) || !names.every((name) => graph.nodes.includes(name as string))) {
      scanner.fail(`${role} must be a list of names of nodes`, 0);
    }
    return [role, names as string[]];
  });
  return { graph, format: 'json', ...(Object.fromEntries(read) as unknown as VariableRoles) };
}

export function writeJson(graph: Graph, marked: Partial<VariableRoles>): string {
  return `${JSON.stringify({ ...graphToJson(graph), ...marked }, null, 2)}\n`;
}

function space(scanner: Scanner): void {
  scanner.match(/[ \t\r\n]+/y);
}

/** The index of the edge that an error is about, or -1. */
function faultyEdge(edges: readonly Partial<Edge>[], { details }: InputError): number {
  if (typeof details.edgeIndex === 'number') return details.edgeIndex;
  const about = details.edge as Edge | undefined;
  const [from, to] = [about?.from ?? details.node ?? details.name, about?.to];
  return edges.findLastIndex(
    (edge) => (edge.from === from || edge.to === from) && (to === undefined || edge.to === to),
  );
}

/** JSON.parse with places: engines differ in whether and how they tell where a text breaks off. */
function readValue(scanner: Scanner, offsets: WeakMap<object, number>, depth: number): unknown {
  space(scanner);
  const start = scanner.at;
  if (depth > deepest) scanner.fail(`lists and objects are nested more than ${deepest} deep`);
  if (scanner.take('{')) {
    const out: Record<string, unknown> = Object.create(null);
    offsets.set(out, start);
    list(scanner, '}', () => {
      if (scanner.text[scanner.at] !== '"') scanner.fail(`expected a key in quotes, found ${scanner.here()}`);
      const keyAt = scanner.at;
      const key = readText(scanner);
      if (key in out) scanner.fail(`the key ${JSON.stringify(key.slice(0, 60))} is there twice`, keyAt);
      space(scanner);
      scanner.expect(':', 'after a key');
      out[key] = readValue(scanner, offsets, depth + 1);
    });
    return out;
  }
  if (scanner.take('[')) {
    const out: unknown[] = [];
    offsets.set(out, start);
    list(scanner, ']', () => out.push(readValue(scanner, offsets, depth + 1)));
    return out;
  }
  if (scanner.text[scanner.at] === '"') return readText(scanner);
  const word = scanner.match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y);
  if (word === undefined) scanner.fail(`expected a JSON value, found ${scanner.here()}`);
  return JSON.parse(word) as unknown;
}

function list(scanner: Scanner, end: string, item: () => void): void {
  space(scanner);
  if (scanner.take(end)) return;
  for (;;) {
    space(scanner);
    item();
    space(scanner);
    if (scanner.take(end)) return;
    scanner.expect(',', `or ${JSON.stringify(end)}`);
  }
}

function readText(scanner: Scanner): string {
  const start = scanner.at++;
  for (;;) {
    scanner.match(/[^"\\]+/y);
    if (scanner.done) scanner.fail('this text in quotes never ends', start);
    if (scanner.take('"')) break;
    scanner.at += 2;
  }
  try {
    return JSON.parse(scanner.text.slice(start, scanner.at)) as string;
  } catch {
    return scanner.fail('this text has a line break or an escape that JSON does not know', start);
  }
}
