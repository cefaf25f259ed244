import { InputError, quoteName } from '@cfe/base';
import type { EdgeType, Graph } from '../graph.ts';
import { edgesOf } from '../queries.ts';
import { decodeEntities, encodeEntities } from './entities.ts';
import { GraphDraft } from './graph-draft.ts';
import type { GraphFile, VariableRoles } from './graph-file.ts';
import type { Scanner } from './scanner.ts';

const deepest = 100;

interface Element {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
  readonly at: number;
}

/** GraphML: a node's name is its label or name where it has one, else its id. */
export function readGraphml(scanner: Scanner): GraphFile {
  const root = readDocument(scanner);
  const graph = find(root, 'graph') ?? scanner.fail('there is no <graph>', root.at);
  const draft = new GraphDraft(scanner);
  const keys = new Map<string, string>();
  for (const key of root.children.filter(({ tag }) => tag === 'key')) {
    const id = key.attributes.get('id');
    const name = key.attributes.get('attr.name');
    if (id !== undefined && name !== undefined) keys.set(id, name);
  }
  const dataOf = (element: Element, ...wanted: readonly string[]): string | undefined =>
    element.children.find(({ tag, attributes }) => {
      const key = attributes.get('key') ?? '';
      return tag === 'data' && wanted.includes(keys.get(key) ?? key);
    })?.text;
  const kind = dataOf(graph, 'kind');
  if (kind !== undefined) draft.setKind(kind, graph.at);
  const names = new Map<string, string>();
  for (const node of graph.children.filter(({ tag }) => tag === 'node')) {
    const id = node.attributes.get('id') ?? scanner.fail('a <node> needs an id', node.at);
    if (names.has(id)) scanner.fail(`two nodes have the id ${quoteName(id)}`, node.at);
    const name = draft.newNode(dataOf(node, 'label', 'name') ?? id, node.at);
    names.set(id, name);
    if (/^(?:true|1)$/.test(dataOf(node, 'latent') ?? '') || dataOf(node, 'observed') === 'no')
      draft.role(name, 'latent');
  }
  const byDefault = graph.attributes.get('edgedefault') === 'undirected' ? 'undirected' : 'directed';
  for (const edge of graph.children.filter(({ tag }) => tag === 'edge')) {
    const [from, to] = ['source', 'target'].map((key) => {
      const id = edge.attributes.get(key) ?? scanner.fail(`an <edge> needs a ${key}`, edge.at);
      return names.get(id) ?? scanner.fail(`there is no node with the id ${quoteName(id)}`, edge.at);
    });
    const flag = edge.attributes.get('directed');
    const type: EdgeType =
      dataOf(edge, 'type') === 'bidirected'
        ? 'bidirected'
        : flag === 'false'
          ? 'undirected'
          : flag === 'true'
            ? 'directed'
            : byDefault;
    draft.edge(from as string, to as string, type, edge.at);
  }
  return draft.finish();
}

export function writeGraphml(graph: Graph, kind: string | undefined, marked: Partial<VariableRoles>): string {
  const illegal = graph.nodes.find((name) => !fitsXml(name));
  if (illegal !== undefined) {
    throw new InputError(
      'graph/format-name',
      `formatGraph: XML cannot hold the name ${quoteName(illegal)}. Rename the node, or write JSON.`,
      { name: illegal },
    );
  }
  const latent = new Set(marked.latent);
  const key = (id: string, owner: string): string =>
    `  <key id="${id}" for="${owner}" attr.name="${id}" attr.type="string"/>\n`;
  const edges = edgesOf(graph);
  const lines = [
    ...(kind === undefined ? [] : [`<data key="kind">${kind}</data>`]),
    ...graph.nodes.map((name) =>
      latent.has(name)
        ? `<node id="${encodeEntities(name)}"><data key="latent">true</data></node>`
        : `<node id="${encodeEntities(name)}"/>`,
    ),
    ...edges.map(({ from, to, type }) => {
      const ends = `<edge source="${encodeEntities(from)}" target="${encodeEntities(to)}"`;
      if (type === 'directed') return `${ends}/>`;
      if (type === 'undirected') return `${ends} directed="false"/>`;
      return `${ends}><data key="type">bidirected</data></edge>`;
    }),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n',
    kind === undefined ? '' : key('kind', 'graph'),
    latent.size === 0 ? '' : key('latent', 'node'),
    edges.some(({ type }) => type === 'bidirected') ? key('type', 'edge') : '',
    '  <graph edgedefault="directed">\n',
    ...lines.map((line) => `    ${line}\n`),
    '  </graph>\n</graphml>\n',
  ].join('');
}

/** Whether XML 1.0 has all of a text's signs: no control signs but tab and line breaks, no half surrogate pairs. */
function fitsXml(text: string): boolean {
  if (/\p{Surrogate}|[\ufffe\uffff]/u.test(text)) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) return false;
  }
  return true;
}

function find(element: Element, tag: string): Element | undefined {
  return element.tag === tag ? element : element.children.find((child) => child.tag === tag);
}

/** Elements, attributes and text: enough of XML for GraphML. Entities of a document type are not expanded. */
function readDocument(scanner: Scanner): Element {
  const open: Element[] = [];
  let root: Element | undefined;
  for (;;) {
    const top = open.at(-1);
    const textAt = scanner.at;
    const text = scanner.match(/[^<]+/y) ?? '';
    if (top !== undefined) top.text += decodeEntities(text);
    else if (text.trim() !== '') scanner.fail('expected an element', textAt + text.search(/\S/));
    if (scanner.done) break;
    const at = scanner.at;
    const skip = (start: string, end: string): boolean => {
      if (!scanner.take(start)) return false;
      const inside = scanner.until(end) ?? scanner.fail(`this ${start} never ends`, at);
      if (start === '<![CDATA[' && top !== undefined) top.text += inside;
      return true;
    };
    if (skip('<!--', '-->') || skip('<?', '?>') || skip('<![CDATA[', ']]>')) continue;
    if (scanner.take('<!')) {
      if (scanner.match(/[^<>[]*(?:\[[^\]]*\][^<>]*)?>/y) === undefined)
        scanner.fail('this <! never ends', at);
      continue;
    }
    if (scanner.take('</')) {
      const tag = tagName(scanner);
      scanner.match(/\s*/y);
      scanner.expect('>', 'to close the tag');
      if (top?.tag !== tag) scanner.fail(`</${tag}> closes nothing that is open here`, at);
      open.pop();
      continue;
    }
    scanner.at++;
    const element: Element = {
      tag: tagName(scanner),
      attributes: attributesOf(scanner),
      children: [],
      text: '',
      at,
    };
    if (top !== undefined) top.children.push(element);
    else if (root === undefined) root = element;
    else scanner.fail('a second root element', at);
    if (scanner.take('/>')) continue;
    scanner.expect('>', 'to close the tag');
    open.push(element);
    if (open.length > deepest) scanner.fail(`elements are nested more than ${deepest} deep`, at);
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) scanner.fail(`<${unclosed.tag}> is not closed`, unclosed.at);
  return root ?? scanner.fail('there is no element');
}

function tagName(scanner: Scanner): string {
  const name =
    scanner.match(/[^\s<>/="']+/y) ??
    scanner.fail(`expected the name of an element, found ${scanner.here()}`);
  return name.slice(name.indexOf(':') + 1); // without its namespace
}

function attributesOf(scanner: Scanner): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (;;) {
    scanner.match(/\s+/y);
    const key = scanner.match(/[^\s<>/="']+/y);
    if (key === undefined) return out;
    scanner.match(/\s*/y);
    scanner.expect('=', `after ${quoteName(key)}`);
    scanner.match(/\s*/y);
    const start = scanner.at;
    const quote = scanner.take('"') ? '"' : scanner.take("'") ? "'" : undefined;
    const value = quote === undefined ? undefined : scanner.until(quote);
    if (value === undefined) scanner.fail('expected a value in quotes', start);
    out.set(key, decodeEntities(value));
  }
}
