import { escapeHtml } from './escape-html.ts';

/** A piece of a report. Text is escaped; an SVG is taken as it is, from this package's own functions. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  /** small print: assumptions, provenance */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'figure'; readonly svg: string; readonly caption: string }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
      readonly caption?: string;
      /** columns to align right, by index */
      readonly numeric?: readonly number[];
    }
  /** folded away until the reader opens it */
  | { readonly kind: 'details'; readonly summary: string; readonly blocks: readonly Block[] }
  /** the few figures that matter most, large */
  | { readonly kind: 'answers'; readonly answers: readonly AnswerCard[] };

/** One figure that matters, large, with what it is about. */
export interface AnswerCard {
  readonly question: string;
  readonly answer: string;
  readonly detail: string;
}

/** A part of the page under its own heading. */
export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/**
 * A self-contained page: no script, no request to anywhere, light and dark, readable on a phone and on paper.
 *
 * @example
 * import { htmlReport } from '@cfe/report';
 * const page = htmlReport({ title: 'Cars', lead: 'What if?', sections: [], footer: [] });
 * page.startsWith('<!doctype html>'); // → true
 */
export function htmlReport(report: {
  readonly title: string;
  readonly lead: string;
  readonly sections: readonly Section[];
  /** versions, seed, command */
  readonly footer: readonly string[];
}): string {
  const sections = report.sections.map(
    ({ title, blocks }) =>
      `<section><h2>${escapeHtml(title)}</h2>\n${blocks.map(blockHtml).join('\n')}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(report.title)}</title><style>${style}</style></head>
<body><main><header><h1>${escapeHtml(report.title)}</h1><p class="lead">${escapeHtml(report.lead)}</p></header>
${sections.join('\n')}
<footer>${report.footer.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</footer></main></body></html>
`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'note':
      return `<p class="note">${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'figure':
      return `<figure><div class="scroll">${block.svg}</div><figcaption>${escapeHtml(block.caption)}</figcaption></figure>`;
    case 'details':
      return `<details><summary>${escapeHtml(block.summary)}</summary>${block.blocks.map(blockHtml).join('\n')}</details>`;
    case 'answers':
      return `<div class="answers">${block.answers.map(cardHtml).join('')}</div>`;
    case 'table': {
      const side = (c: number): string => (block.numeric?.includes(c) ? ' class="number"' : '');
      const head = block.head.map((cell, c) => `<th scope="col"${side(c)}>${escapeHtml(cell)}</th>`).join('');
      const rows = block.rows.map(
        (row) => `<tr>${row.map((cell, c) => `<td${side(c)}>${escapeHtml(cell)}</td>`).join('')}</tr>`,
      );
      const caption = block.caption === undefined ? '' : `<caption>${escapeHtml(block.caption)}</caption>`;
      return `<div class="scroll"><table>${caption}<thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
    }
  }
}

function cardHtml({ question, answer, detail }: AnswerCard): string {
  return `<div class="card"><p class="question">${escapeHtml(question)}</p><p class="answer">${escapeHtml(answer)}</p><p class="detail">${escapeHtml(detail)}</p></div>`;
}

const style = `
:root{--paper:#fdfdfc;--ink:#1c2026;--muted:#5d6570;--line:#dfe2e6;--panel:#f4f5f6;--accent:#2b5fc7}
@media(prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e7e9ec;--muted:#a3abb5;--line:#2e343b;--panel:#1d2126;--accent:#7fa6f5}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
main{max-width:54rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}h1{font-size:1.85rem;line-height:1.2;margin:0 0 .5rem;letter-spacing:-.01em}
h2{font-size:1.25rem;margin:3rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--line)}
.lead{font-size:1.1rem;color:var(--muted);margin:0 0 1.5rem;max-width:44rem}p,ul{max-width:44rem}.note,footer{color:var(--muted);font-size:.875rem}
li{margin:.2rem 0}.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:1rem;margin:1rem 0}
.card{background:var(--panel);border-radius:10px;padding:1rem 1.15rem}.card p{margin:0}.question{color:var(--muted);font-size:.92rem;line-height:1.4}
.answer{font-size:1.65rem;font-weight:650;margin:.35rem 0!important;letter-spacing:-.01em}.detail{font-size:.88rem;color:var(--muted);line-height:1.45}
figure{margin:1.25rem 0}figure svg{max-width:100%;height:auto;display:block;margin:0 auto}svg.graph{max-height:34rem}
@media(max-width:40rem){svg.chart{min-width:27rem}}
figcaption,caption{color:var(--muted);font-size:.88rem;text-align:left;padding:.6rem 0 0;max-width:44rem}caption{caption-side:bottom}.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.93rem;width:100%;margin:1rem 0}details{margin:1rem 0}summary{cursor:pointer;color:var(--accent)}th,td{text-align:left;padding:.4rem 1rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--muted);font-weight:600}.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}th.number{white-space:normal}td:first-child{min-width:7rem}footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:1rem}footer p{margin:.15rem 0}
@media print{details>*{display:block}body{font-size:11pt}.card{border:1px solid #ccc}}`;
