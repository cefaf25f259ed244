import type { Graph } from '../graph.ts';
import { parentsOf } from '../queries.ts';
import { GraphDraft } from './graph-draft.ts';
import type { GraphFile } from './graph-file.ts';
import { inQuotes, type Scanner } from './scanner.ts';

/** The structure of a Bayesian network in BIF; the tables themselves are `@cfe/scm`'s business. */
export function readBif(scanner: Scanner): GraphFile {
  const draft = new GraphDraft(scanner);
  const families: { readonly child: string; readonly parents: readonly string[]; readonly at: number }[] = [];
  const described = new Set<string>();
  let any = false;
  for (;;) {
    space(scanner);
    if (scanner.done) break;
    any = true;
    const at = scanner.at;
    const keyword = scanner.match(/(?:network|variable|probability)(?![\w-])/y);
    if (keyword === undefined)
      scanner.fail(`expected "network", "variable" or "probability", found ${scanner.here()}`);
    space(scanner);
    if (keyword === 'network') {
      if (scanner.text[scanner.at] !== '{') name(scanner);
    } else if (keyword === 'variable') {
      const nameAt = scanner.at;
      draft.newNode(name(scanner), nameAt);
    } else {
      scanner.expect('(', 'before the variables');
      const family = heads(scanner);
      if (described.has(family[0] as string)) scanner.fail('this variable has two probability blocks', at);
      described.add(family[0] as string);
      families.push({ child: family[0] as string, parents: family.slice(1), at });
    }
    space(scanner);
    block(scanner);
  }
  if (!any) scanner.fail('the text is empty');
  for (const { child, parents, at } of families) {
    for (const one of [child, ...parents])
      if (!draft.has(one)) scanner.fail(`there is no variable ${inQuotes(one.slice(0, 60))}`, at);
    for (const parent of parents) draft.edge(parent, child, 'directed', at);
  }
  return draft.finish();
}

/** Variables with two levels each and uniform tables: the file holds the structure and nothing learnt. */
export function writeBif(graph: Graph): string {
  const variables = graph.nodes.map(
    (node) => `variable ${bifName(node)} {\n  type discrete [ 2 ] { no, yes };\n}\n`,
  );
  const tables = graph.nodes.map((node) => {
    const parents = parentsOf(graph, node).map(bifName);
    const given = parents.length === 0 ? '' : ` | ${parents.join(', ')}`;
    return `probability ( ${bifName(node)}${given} ) {\n  ${given === '' ? 'table' : 'default'} 0.5, 0.5;\n}\n`;
  });
  return `network unknown {\n}\n${variables.join('')}${tables.join('')}`;
}

function bifName(node: string): string {
  return /^[A-Za-z_][\w-]*$/.test(node) ? node : inQuotes(node);
}

function heads(scanner: Scanner): string[] {
  const out: string[] = [];
  for (;;) {
    space(scanner);
    if (out.length > 0 && scanner.take(')')) return out;
    if (out.length > 0 && (scanner.take('|') || scanner.take(','))) continue;
    out.push(name(scanner));
  }
}

function name(scanner: Scanner): string {
  if (scanner.text[scanner.at] === '"') return scanner.quoted();
  return scanner.match(/[^\s"{}()[\],;|=]+/y) ?? scanner.fail(`expected a name, found ${scanner.here()}`);
}

/** Skips a block in braces, and those inside it. */
function block(scanner: Scanner): void {
  const start = scanner.at;
  scanner.expect('{', 'to open the block');
  for (let depth = 1; depth > 0; ) {
    scanner.match(/[^{}"/]+/y);
    if (scanner.take('{')) depth++;
    else if (scanner.take('}')) depth--;
    else if (scanner.text[scanner.at] === '"') scanner.quoted();
    else if (scanner.done) scanner.fail('this block is not closed by "}"', start);
    else if (!comment(scanner)) scanner.at++;
  }
}

function space(scanner: Scanner): void {
  do scanner.match(/\s+/y);
  while (comment(scanner));
}

function comment(scanner: Scanner): boolean {
  const start = scanner.at;
  if (scanner.take('//')) {
    scanner.match(/[^\n]*/y);
    return true;
  }
  if (!scanner.take('/*')) return false;
  if (scanner.until('*/') === undefined) scanner.fail('this comment never ends', start);
  return true;
}
