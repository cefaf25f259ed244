import { quoteName } from '@cfe/base';
import type { EdgeType, Graph } from '../graph.ts';
import { edgesOf } from '../queries.ts';
import { GraphDraft } from './graph-draft.ts';
import type { GraphFile, VariableRoles } from './graph-file.ts';
import { inQuotes, type Scanner } from './scanner.ts';

const deepest = 100;
const word = /[\p{L}\p{N}_.\u0080-\uffff]+|-?(?:\.\d+|\d+(?:\.\d*)?)/uy;
type Attributes = ReadonlyMap<string, string>;

/** DOT, and dagitty's language, which is DOT with more arrows and with roles among the attributes. */
export function readDot(scanner: Scanner): GraphFile {
  return new DotReader(scanner).read();
}

/** `digraph { a -> b; }`: `dir=none` for an undirected, `dir=both` for a bidirected edge. */
export function writeDot(graph: Graph, kind: string | undefined, marked: Partial<VariableRoles>): string {
  const ends = { directed: '', undirected: ' [dir=none]', bidirected: ' [dir=both]' };
  const latent = new Set(marked.latent);
  const lines = [
    ...(kind === undefined ? [] : [`kind=${kind};`]),
    ...graph.nodes.map((name) => `${inQuotes(name)}${latent.has(name) ? ' [latent=true]' : ''};`),
    ...edgesOf(graph).map(({ from, to, type }) => `${inQuotes(from)} -> ${inQuotes(to)}${ends[type]};`),
  ];
  return `digraph {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

/** `dag { a -> b; a <-> c; }`, or `pdag { a -- b; }`. */
export function writeDagitty(graph: Graph, marked: Partial<VariableRoles>): string {
  const arrows = { directed: '->', undirected: '--', bidirected: '<->' };
  const rolesOf = (name: string): string => {
    const roles = Object.entries(marked).flatMap(([role, names]) => (names.includes(name) ? [role] : []));
    return roles.length === 0 ? '' : ` [${roles.join(',')}]`;
  };
  const lines = [
    ...graph.nodes.map((name) => `${inQuotes(name)}${rolesOf(name)}`),
    ...edgesOf(graph).map(({ from, to, type }) => `${inQuotes(from)} ${arrows[type]} ${inQuotes(to)}`),
  ];
  const header = graph.neighbours.items.length > 0 ? 'pdag' : 'dag';
  return `${header} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

class DotReader {
  private readonly scanner: Scanner;
  private readonly draft: GraphDraft;
  private readonly isDagitty: boolean;
  private edgeDefaults: Attributes = new Map();
  private directed = true;

  constructor(scanner: Scanner) {
    this.scanner = scanner;
    this.draft = new GraphDraft(scanner);
    this.isDagitty = scanner.format === 'dagitty';
  }

  read(): GraphFile {
    const { scanner } = this;
    this.space();
    const headers = this.isDagitty
      ? /(?:dag|pdag|mag|pag|digraph|graph)(?![\p{L}\p{N}_])/iuy
      : /(?:strict\s+)?(?:di)?graph(?![\p{L}\p{N}_])/iuy;
    const header = scanner.match(headers)?.toLowerCase();
    if (header === undefined)
      scanner.fail(`expected ${this.isDagitty ? '"dag"' : '"digraph" or "graph"'}, found ${scanner.here()}`);
    if (header === 'pag' || header === 'mag')
      scanner.fail(`graphs of type ${header} cannot be read yet`, scanner.at - 3);
    this.directed = header !== 'graph' && header !== 'strict graph';
    this.space();
    if (scanner.text[scanner.at] !== '{') this.id();
    this.space();
    scanner.expect('{', 'to open the graph');
    this.statements(1);
    this.space();
    if (!scanner.done) scanner.fail(`expected the end after the graph, found ${scanner.here()}`);
    return this.draft.finish();
  }

  /** Statements up to the closing brace; the nodes they name. */
  private statements(depth: number): string[] {
    const { scanner } = this;
    if (depth > deepest) scanner.fail(`groups are nested more than ${deepest} deep`);
    const named = new Set<string>();
    for (;;) {
      this.space();
      if (scanner.take(';') || scanner.take(',')) continue;
      if (scanner.take('}')) return [...named];
      if (scanner.done) scanner.fail('the graph is not closed by "}"');
      for (const name of this.statement(depth)) named.add(name);
    }
  }

  private statement(depth: number): readonly string[] {
    const { scanner } = this;
    const start = scanner.at;
    if (!this.isDagitty) {
      const keyword = scanner.match(/(?:node|edge|graph)(?=\s*\[)/iy)?.toLowerCase();
      if (keyword !== undefined) {
        const attributes = this.attributes();
        if (keyword === 'edge') this.edgeDefaults = new Map([...this.edgeDefaults, ...attributes]);
        return [];
      }
    }
    let left = this.operand(depth);
    this.space();
    if (left.plain !== undefined && scanner.take('=')) {
      this.space();
      const at = scanner.at;
      const value = this.id();
      if (left.plain === 'kind' && !this.isDagitty) this.draft.setKind(value, at);
      return [];
    }
    const declare = (names: readonly string[], at: number): void => {
      for (const name of names) this.draft.node(name, at);
    };
    declare(left.names(), start);
    const pending: { from: readonly string[]; to: readonly string[]; arrow: string; at: number }[] = [];
    const all = new Set(left.names());
    for (;;) {
      this.space();
      const at = scanner.at;
      const arrow = this.arrow();
      if (arrow === undefined) break;
      this.space();
      const rightAt = scanner.at;
      const right = this.operand(depth);
      declare(right.names(), rightAt);
      pending.push({ from: left.names(), to: right.names(), arrow, at });
      for (const name of right.names()) all.add(name);
      left = right;
    }
    const attributes = this.attributes();
    if (pending.length === 0) for (const name of all) this.assignRoles(name, attributes);
    const dir = attributes.get('dir') ?? this.edgeDefaults.get('dir');
    for (const { from, to, arrow, at } of pending) {
      for (const a of from) for (const b of to) this.join(a, b, arrow, this.isDagitty ? undefined : dir, at);
    }
    return [...all];
  }

  private join(a: string, b: string, arrow: string, dir: string | undefined, at: number): void {
    const types: Readonly<Record<string, EdgeType>> = {
      '->': 'directed',
      '<-': 'directed',
      '--': 'undirected',
      '<->': 'bidirected',
      none: 'undirected',
      both: 'bidirected',
      forward: 'directed',
      back: 'directed',
    };
    const type = (dir === undefined ? undefined : types[dir]) ?? (types[arrow] as EdgeType);
    const reversed = arrow === '<-' || dir === 'back';
    this.draft.edge(reversed ? b : a, reversed ? a : b, type, at);
  }

  private assignRoles(name: string, attributes: Attributes): void {
    const roles: readonly (readonly [RegExp, keyof VariableRoles])[] = [
      [/^(?:latent|unobserved|l|u)$/i, 'latent'],
      [/^(?:exposure|e|source)$/i, 'exposure'],
      [/^(?:outcome|o|target)$/i, 'outcome'],
      [/^(?:adjusted|adjustednode|a)$/i, 'adjusted'],
    ];
    for (const [key, value] of attributes) {
      if (/^(?:false|no|0)$/i.test(value)) {
        if (/^observed$/i.test(key)) this.draft.role(name, 'latent');
        continue;
      }
      if (!this.isDagitty && !/^(?:latent|exposure|outcome|adjusted)$/i.test(key)) continue;
      for (const [pattern, role] of roles) if (pattern.test(key)) this.draft.role(name, role);
    }
  }

  private arrow(): string | undefined {
    const { scanner } = this;
    const at = scanner.at;
    const arrow = scanner.match(this.isDagitty ? /<->|->|<-|--|@-@|@->|<-@|@--|--@/y : /->|--/y);
    if (arrow?.includes('@'))
      scanner.fail(`the edge mark of ${arrow} belongs to a PAG, which cannot be read yet`, at);
    if (arrow === '->' && !this.directed && !this.isDagitty)
      scanner.fail('"->" stands in a graph; it needs a digraph', at);
    return arrow;
  }

  /** A node or a group of nodes in braces. */
  private operand(depth: number): { readonly plain?: string; names(): readonly string[] } {
    const { scanner } = this;
    if (!this.isDagitty && scanner.match(/subgraph(?![\p{L}\p{N}_])/iuy) !== undefined) {
      this.space();
      if (scanner.text[scanner.at] !== '{') this.id();
      this.space();
      if (scanner.text[scanner.at] !== '{')
        scanner.fail(`expected "{" to open the subgraph, found ${scanner.here()}`);
    }
    if (scanner.take('{')) {
      const outer = this.edgeDefaults;
      const names = this.statements(depth + 1);
      this.edgeDefaults = outer;
      return { names: () => names };
    }
    const name = this.id();
    if (!this.isDagitty) while (scanner.take(':')) this.id(); // a port and a compass point
    return { plain: name, names: () => [name] };
  }

  private attributes(): Attributes {
    const { scanner } = this;
    const out = new Map<string, string>();
    for (;;) {
      this.space();
      if (!scanner.take('[')) return out;
      for (;;) {
        this.space();
        if (scanner.take(',') || scanner.take(';')) continue;
        if (scanner.take(']')) break;
        if (scanner.done) scanner.fail('this list of attributes is not closed by "]"');
        const key = this.id();
        this.space();
        let value = 'true';
        if (scanner.take('=')) {
          this.space();
          value = this.id();
        }
        out.set(key, value);
      }
    }
  }

  private id(): string {
    const { scanner } = this;
    const next = scanner.text[scanner.at];
    if (next === '"') {
      let out = scanner.quoted();
      for (;;) {
        const back = scanner.at;
        this.space();
        if (!scanner.take('+')) {
          scanner.at = back;
          return out;
        }
        this.space();
        if (scanner.text[scanner.at] !== '"')
          scanner.fail(`expected a text in quotes after "+", found ${scanner.here()}`);
        out += scanner.quoted();
      }
    }
    if (next === '<' && !this.isDagitty) return this.html();
    return (
      scanner.match(word) ??
      scanner.fail(`expected a name, found ${scanner.here()}; names with other signs stand in quotes`)
    );
  }

  /** Text between balanced < and >. */
  private html(): string {
    const { scanner } = this;
    const start = scanner.at;
    let depth = 0;
    do {
      scanner.match(/[^<>]+/y);
      if (scanner.take('<')) depth++;
      else if (scanner.take('>')) depth--;
      else scanner.fail('this text in angle brackets never ends', start);
    } while (depth > 0);
    const name = scanner.text.slice(start, scanner.at);
    return name.length > 2 ? name : scanner.fail(`expected a name, found ${quoteName(name)}`, start);
  }

  private space(): void {
    const { scanner } = this;
    for (;;) {
      scanner.match(/\s+/y);
      const start = scanner.at;
      if (scanner.take('//')) scanner.match(/[^\n]*/y);
      else if (scanner.take('/*')) {
        if (scanner.until('*/') === undefined) scanner.fail('this comment never ends', start);
      } else if (scanner.text[start] === '#' && (start === 0 || scanner.text[start - 1] === '\n'))
        scanner.match(/[^\n]*/y);
      else return;
    }
  }
}
