import { quoteName } from '@cfe/base';
import type { EdgeType, Graph } from '../graph.ts';
import { edgesOf } from '../queries.ts';
import { GraphDraft } from './graph-draft.ts';
import type { GraphFile } from './graph-file.ts';
import type { Scanner } from './scanner.ts';

const shapes: readonly (readonly [open: string, close: string])[] = [
  ['(((', ')))'],
  ['((', '))'],
  ['([', '])'],
  ['[[', ']]'],
  ['[(', ')]'],
  ['[/', '/]'],
  ['[\\', '\\]'],
  ['{{', '}}'],
  ['[', ']'],
  ['(', ')'],
  ['{', '}'],
  ['>', ']'],
];

/** Mermaid's flowchart: `flowchart LR` and lines such as `a --> b`, `a --- b` (undirected), `a <--> b` (bidirected). */
export function readMermaid(scanner: Scanner): GraphFile {
  const draft = new GraphDraft(scanner);
  const operands: (readonly [id: string, at: number])[] = [];
  const labels = new Map<string, string>();
  const links: {
    readonly from: string;
    readonly to: string;
    readonly type: EdgeType;
    readonly at: number;
  }[] = [];
  blank(scanner, (kind, at) => draft.setKind(kind, at));
  if (
    scanner.match(/(?:flowchart(?:-elk)?|graph)(?:[ \t]+(?:TB|TD|BT|RL|LR))?(?=[ \t]*(?:[;\r\n]|%%|$))/y) ===
    undefined
  ) {
    scanner.fail(`expected "flowchart LR", found ${scanner.here()}`);
  }
  for (;;) {
    blank(scanner, (kind, at) => draft.setKind(kind, at));
    if (scanner.done) break;
    if (
      scanner.match(
        /(?:subgraph|end|direction|style|classDef|class|click|linkStyle)(?=[ \t;\r\n]|$)[^\r\n]*/y,
      ) !== undefined
    )
      continue;
    let left = group();
    for (;;) {
      scanner.match(/[ \t]+/y);
      const at = scanner.at;
      const type = link(scanner);
      if (type === undefined) break;
      scanner.match(/[ \t]+/y);
      const right = group();
      for (const from of left)
        for (const to of right)
          links.push({ ...type, ...(type.reversed ? { from: to, to: from } : { from, to }), at });
      if (links.length > 4_000_000) scanner.fail('more than 4000000 edges', at);
      left = right;
    }
    scanner.match(/[ \t]+/y);
    if (!scanner.done && scanner.match(/[;\r\n]|(?=%%)/y) === undefined) {
      scanner.fail(`expected an arrow or the end of the line, found ${scanner.here()}`);
    }
  }
  const names = new Map<string, string>();
  for (const [id, at] of operands) if (!names.has(id)) names.set(id, draft.newNode(labels.get(id) ?? id, at));
  for (const { from, to, type, at } of links)
    draft.edge(names.get(from) as string, names.get(to) as string, type, at);
  return draft.finish();

  /** Nodes joined by &. */
  function group(): string[] {
    const out: string[] = [];
    for (;;) {
      const at = scanner.at;
      const id = identifier(scanner);
      out.push(id);
      operands.push([id, at]);
      const label = labelOf(scanner);
      if (label !== undefined) {
        const before = labels.get(id);
        if (before !== undefined && before !== label)
          scanner.fail(`the node ${quoteName(id)} has two labels`, at);
        labels.set(id, label);
      }
      scanner.match(/:::[\w-]+/y);
      const back = scanner.at;
      scanner.match(/[ \t]+/y);
      if (!scanner.take('&')) {
        scanner.at = back;
        return out;
      }
      scanner.match(/[ \t]+/y);
    }
  }
}

/** Nodes as `n0["name"]`, so that any name will do. */
export function writeMermaid(graph: Graph, kind: string | undefined): string {
  const arrows = { directed: '-->', undirected: '---', bidirected: '<-->' };
  const plain = (name: string): boolean =>
    /^[A-Za-z_]\w*$/.test(name) &&
    !/^(?:n\d+|end|subgraph|direction|style|class|classDef|click|linkStyle|graph|flowchart|default)$/i.test(
      name,
    );
  const ids = new Map(graph.nodes.map((name, i) => [name, plain(name) ? name : `n${i}`]));
  const lines = [
    ...(kind === undefined ? [] : [`%% kind: ${kind}`]),
    ...graph.nodes.map((name) => (plain(name) ? name : `${ids.get(name)}["${encode(name)}"]`)),
    ...edgesOf(graph).map(({ from, to, type }) => `${ids.get(from)} ${arrows[type]} ${ids.get(to)}`),
  ];
  return `flowchart LR\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** Letters, digits, _ and dots, with single hyphens between them. */
function identifier(scanner: Scanner): string {
  const start = scanner.at;
  do {
    if (scanner.match(/[\p{L}\p{N}_.]+/uy) === undefined)
      scanner.fail(`expected a node, found ${scanner.here()}`);
  } while (scanner.match(/-(?=[\p{L}\p{N}_])/uy) !== undefined);
  return scanner.text.slice(start, scanner.at);
}

/** Spaces, empty lines and comments; a comment may state the kind. */
function blank(scanner: Scanner, onKind: (kind: string, at: number) => void): void {
  for (;;) {
    scanner.match(/[\s;]+/y);
    const at = scanner.at;
    if (!scanner.take('%%')) return;
    const kind = /^[ \t]*kind:[ \t]*(\w+)[ \t]*$/.exec(scanner.match(/[^\r\n]*/y) ?? '')?.[1];
    if (kind !== undefined) onKind(kind, at);
  }
}

function labelOf(scanner: Scanner): string | undefined {
  const start = scanner.at;
  const shape = shapes.find(([open]) => scanner.take(open));
  if (shape === undefined) return undefined;
  let label: string | undefined;
  if (scanner.take('"')) label = scanner.until('"');
  else {
    const end = scanner.text.indexOf(shape[1], scanner.at);
    const text = end < 0 ? undefined : scanner.text.slice(scanner.at, end);
    if (text !== undefined && !/[\r\n]/.test(text)) {
      label = text.trim();
      scanner.at = end;
    }
  }
  if (label === undefined || !scanner.take(shape[1]))
    scanner.fail(`this label is not closed by ${quoteName(shape[1])}`, start);
  return decode(label);
}

/** An arrow of any length and stroke, with its text skipped. */
function link(scanner: Scanner): { readonly type: EdgeType; readonly reversed: boolean } | undefined {
  const start = scanner.at;
  const stroke = scanner.match(/<?(?:-{2,}|={2,}|-\.+-)[>xo]?(?![>-])/y);
  if (stroke === undefined) return undefined;
  const left = stroke.startsWith('<');
  let right = /[>xo]$/.test(stroke);
  const bare = /^<?(?:--|==)$/.test(stroke);
  if (bare) {
    // `a -- text --> b`
    const rest = textArrow(scanner);
    if (rest === undefined) scanner.fail('an arrow has three signs: -->, ---, <-->', start);
    right = /[>xo]$/.test(rest);
  }
  scanner.match(/[ \t]*\|[^|\r\n]*\|/y);
  if (left) return right ? { type: 'bidirected', reversed: false } : { type: 'directed', reversed: true };
  return { type: right ? 'directed' : 'undirected', reversed: false };
}

/** The rest of `a -- text --> b`, from after the first two signs. */
function textArrow(scanner: Scanner): string | undefined {
  const line = scanner.text.slice(scanner.at).split(/[\r\n;]/, 1)[0] as string;
  const ends = ['--', '=='].map((sign) => line.indexOf(sign)).filter((at) => at > 0);
  if (ends.length === 0 || !/^[ \t]/.test(line)) return undefined;
  scanner.at += Math.min(...ends);
  return scanner.match(/(?:-{2,}|={2,})[>xo]?(?=[ \t])/y);
}

function encode(name: string): string {
  return name.replace(/["#&<>\r\n`]/g, (sign) => `#${sign.charCodeAt(0)};`);
}

function decode(label: string): string {
  const named: Readonly<Record<string, string>> = { quot: '"', amp: '&', lt: '<', gt: '>', nbsp: '\u00a0' };
  return label.replace(/#(?:(\d{1,7})|(\w{2,4}));/g, (whole, code, name) => {
    if (name !== undefined) return Object.hasOwn(named, name) ? (named[name] as string) : whole;
    return Number(code) <= 0x10ffff ? String.fromCodePoint(Number(code)) : whole;
  });
}
