import type { Dag } from '@cfe/graph';
import { graphSvg, htmlReport } from '@cfe/report';
import { formatCell } from './format.ts';
import type { Question, Reply } from './protocol.ts';

/** One question and its answer as a page of its own. */
export async function reportPage(graph: Dag, { row, outcome, set }: Question, reply: Reply): Promise<string> {
  const action = Object.entries(set)
    .map(([name, value]) => `${name} = ${formatCell(value)}`)
    .join(', ');
  const question = action === '' ? 'nothing set' : `do(${action})`;
  return htmlReport({
    title: `What if: ${question}`,
    lead: `What row ${row + 1} would have been, and ${outcome} for everybody.`,
    sections: [
      {
        title: 'The graph',
        blocks: [
          {
            kind: 'figure',
            svg: await graphSvg(graph, { set: Object.keys(set) }),
            caption: 'Dashed: cut by the action.',
          },
        ],
      },
      {
        title: 'This row',
        blocks: [
          {
            kind: 'table',
            head: ['variable', 'was', 'would have been', '90% interval'],
            rows: reply.row.map(({ name, was, wouldBe, interval }) => [
              name,
              formatCell(was),
              formatCell(wouldBe),
              interval === undefined ? '' : interval.map(formatCell).join(' to '),
            ]),
            numeric: [1, 2, 3],
          },
          { kind: 'list', items: reply.warnings },
        ],
      },
      {
        title: `${outcome}, for everybody`,
        blocks: [
          {
            kind: 'text',
            text: `On average ${formatCell(reply.before.mean)} as things are and ${formatCell(reply.after.mean)} under the action.`,
          },
          {
            kind: 'note',
            text: 'Assumed: the graph is right, nothing hidden moves two variables, noise enters each mechanism additively.',
          },
        ],
      },
    ],
    footer: ['Made in the CFE playground, seed 1.'],
  });
}
