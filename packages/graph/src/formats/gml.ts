import { quoteName } from '@cfe/base';
import type { EdgeType, Graph } from '../graph.ts';
import { edgesOf } from '../queries.ts';
import { decodeEntities, encodeEntities } from './entities.ts';
import { GraphDraft } from './graph-draft.ts';
import type { GraphFile, VariableRoles } from './graph-file.ts';
import type { Scanner } from './scanner.ts';

const deepest = 100;

interface Pair {
  readonly key: string;
  readonly value: string | readonly Pair[];
  readonly at: number;
}

/** GML as networkx and DoWhy write it: `graph [ directed 1 node [ id 0 label "a" ] edge [ source 0 target 1 ] ]`. */
export function readGml(scanner: Scanner): GraphFile {
  const top = pairs(scanner, 0);
  const graph = top.find(({ key, value }) => key === 'graph' && typeof value !== 'string');
  if (graph === undefined) scanner.fail('there is no graph [ … ]', 0);
  const content = graph.value as readonly Pair[];
  const draft = new GraphDraft(scanner);
  const kind = textOf(content, 'kind');
  if (kind !== undefined) draft.setKind(kind, graph.at);
  const directed = textOf(content, 'directed') === '1';
  const names = new Map<string, string>();
  for (const { value, at } of listsOf(scanner, content, 'node')) {
    const id = textOf(value, 'id') ?? scanner.fail('a node needs an id', at);
    if (names.has(id)) scanner.fail(`two nodes have the id ${quoteName(id)}`, at);
    const name = draft.newNode(textOf(value, 'label') ?? id, at);
    names.set(id, name);
    if (textOf(value, 'latent') === '1' || textOf(value, 'observed') === 'no') draft.role(name, 'latent');
  }
  const types: Readonly<Record<string, EdgeType>> = {
    directed: 'directed',
    undirected: 'undirected',
    bidirected: 'bidirected',
  };
  for (const { value, at } of listsOf(scanner, content, 'edge')) {
    const ends = ['source', 'target'].map((key) => {
      const id = textOf(value, key) ?? scanner.fail(`an edge needs a ${key}`, at);
      return names.get(id) ?? scanner.fail(`there is no node with the id ${quoteName(id)}`, at);
    });
    const given = textOf(value, 'type');
    const type = given !== undefined && Object.hasOwn(types, given) ? (types[given] as EdgeType) : undefined;
    draft.edge(ends[0] as string, ends[1] as string, type ?? (directed ? 'directed' : 'undirected'), at);
  }
  return draft.finish();
}

export function writeGml(graph: Graph, kind: string | undefined, marked: Partial<VariableRoles>): string {
  const latent = new Set(marked.latent);
  const index = new Map(graph.nodes.map((name, i) => [name, i]));
  const lines = [
    'directed 1',
    ...(kind === undefined ? [] : [`kind "${kind}"`]),
    ...graph.nodes.map(
      (name, i) => `node [ id ${i} label "${encodeEntities(name)}"${latent.has(name) ? ' latent 1' : ''} ]`,
    ),
    ...edgesOf(graph).map(
      ({ from, to, type }) =>
        `edge [ source ${index.get(from)} target ${index.get(to)}${type === 'directed' ? '' : ` type "${type}"`} ]`,
    ),
  ];
  return `graph [\n${lines.map((line) => `  ${line}\n`).join('')}]\n`;
}

function textOf(list: readonly Pair[], key: string): string | undefined {
  const found = list.find((pair) => pair.key === key)?.value;
  return typeof found === 'string' ? found : undefined;
}

function* listsOf(
  scanner: Scanner,
  list: readonly Pair[],
  key: string,
): Generator<{ readonly value: readonly Pair[]; readonly at: number }> {
  for (const pair of list) {
    if (pair.key !== key) continue;
    if (typeof pair.value === 'string') scanner.fail(`expected "[" after ${key}`, pair.at);
    yield { value: pair.value, at: pair.at };
  }
}

function pairs(scanner: Scanner, depth: number): Pair[] {
  if (depth > deepest) scanner.fail(`lists are nested more than ${deepest} deep`);
  const out: Pair[] = [];
  for (;;) {
    while (scanner.match(/\s+|#[^\n]*/y) !== undefined);
    if (scanner.done) {
      if (depth > 0) scanner.fail('this list is not closed by "]"');
      return out;
    }
    if (depth > 0 && scanner.take(']')) return out;
    const at = scanner.at;
    const key = scanner.match(/[A-Za-z_]\w*/y) ?? scanner.fail(`expected a key, found ${scanner.here()}`);
    scanner.match(/\s+/y);
    if (scanner.take('[')) out.push({ key, value: pairs(scanner, depth + 1), at });
    else if (scanner.take('"')) {
      const text = scanner.until('"') ?? scanner.fail('this text in quotes never ends', scanner.at - 1);
      out.push({ key, value: decodeEntities(text), at });
    } else {
      const number = scanner.match(/[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|nan)/iy);
      out.push({
        key,
        value: number ?? scanner.fail(`expected a value after ${quoteName(key)}, found ${scanner.here()}`),
        at,
      });
    }
  }
}
