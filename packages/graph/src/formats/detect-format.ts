import type { GraphFormat } from './graph-file.ts';

const extensions: Readonly<Record<string, GraphFormat>> = {
  json: 'json',
  dot: 'dot',
  gv: 'dot',
  dagitty: 'dagitty',
  bif: 'bif',
  gml: 'gml',
  graphml: 'graphml',
  xml: 'graphml',
  mmd: 'mermaid',
  mermaid: 'mermaid',
  csv: 'csv',
  tsv: 'csv',
};

const openings: readonly (readonly [RegExp, GraphFormat])[] = [
  [/^[{[]/, 'json'],
  [/^</, 'graphml'],
  [/^(?:flowchart\b|graph[ \t]+(?:TB|TD|BT|RL|LR)[ \t]*(?:[;\r\n]|%%|$))/, 'mermaid'],
  [/^(?:dag|pdag|mag|pag)\b[^[\n]*\{/i, 'dagitty'],
  [/^(?:strict\s+)?(?:di)?graph\b[^[]{0,200}?\{/i, 'dot'],
  [/^(?:Creator|Version|comment|graph)\s+(?:["[\d])/i, 'gml'],
  [/^graph\[/i, 'gml'],
  [/^(?:network|variable|probability)\b/, 'bif'],
  [/^[^\r\n]*[,;\t]/, 'csv'],
];

/** The format that a file's name or, failing that, its content speaks for. */
export function detectFormat(text: string, fileName?: string): GraphFormat | undefined {
  const extension = /\.([A-Za-z]+)$/.exec(fileName ?? '')?.[1]?.toLowerCase();
  if (extension !== undefined && Object.hasOwn(extensions, extension)) return extensions[extension];
  const start = withoutComments(text).slice(0, 4096);
  return openings.find(([opening]) => opening.test(start))?.[1];
}

function withoutComments(text: string): string {
  const comment = /[\s\ufeff]+|\/\/[^\n]*|#[^\n]*|%%[^\n]*/y;
  let at = 0;
  for (;;) {
    comment.lastIndex = at;
    const length = comment.exec(text)?.[0].length;
    if (length !== undefined) at += length;
    else if (text.startsWith('/*', at) && text.indexOf('*/', at + 2) >= 0)
      at = text.indexOf('*/', at + 2) + 2;
    else return text.slice(at);
  }
}
