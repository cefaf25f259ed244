import { createDag, createGraph } from '@cfe/graph';
import { expect, test } from 'vitest';
import { barsSvg, effectCurveSvg, graphSvg, htmlReport } from './index.ts';

const hostile = '<script>alert("x")</script>';

test('nothing that a file can hold gets out of its place in the page', async () => {
  const dag = createDag([hostile, 'a"b\\'], [[hostile, 'a"b\\']]);
  const svg = await graphSvg(dag, { highlight: [[hostile, 'a"b\\']] });
  const curve = await effectCurveSvg(
    [
      { x: 0, y: 1 },
      { x: 1, y: 2 },
    ],
    { x: hostile, y: 'y' },
  );
  const page = htmlReport({
    title: hostile,
    lead: hostile,
    footer: [hostile],
    sections: [
      {
        title: hostile,
        blocks: [
          { kind: 'text', text: hostile },
          { kind: 'figure', svg, caption: hostile },
          { kind: 'figure', svg: curve, caption: '' },
          { kind: 'table', head: [hostile], rows: [[hostile]], caption: hostile },
          { kind: 'answers', answers: [{ question: hostile, answer: hostile, detail: hostile }] },
          { kind: 'list', items: [hostile] },
          { kind: 'details', summary: hostile, blocks: [{ kind: 'note', text: hostile }] },
        ],
      },
    ],
  });
  expect(page).not.toContain('<script');
  expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(10);
});

test('a page asks nothing of anyone', async () => {
  const svg = await graphSvg(createDag(['x', 'y'], [['x', 'y']]));
  const page = htmlReport({
    title: 't',
    lead: 'l',
    footer: [],
    sections: [{ title: 's', blocks: [{ kind: 'figure', svg, caption: '' }] }],
  });
  expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|src=|<link|@import/);
});

test('a drawing has every node and edge, cut edges dashed and confidence written at the edge', async () => {
  const graph = createGraph(
    'pdag',
    ['x', 'y', 'z'],
    [['x', 'y'], { from: 'y', to: 'z', type: 'undirected' }],
  );
  const svg = await graphSvg(graph, {
    set: ['y'],
    confidence: [
      [0, 0.75, 0],
      [0, 0, 0.2],
      [0, 0.3, 0],
    ],
  });
  expect(svg.match(/class="node"/g)).toHaveLength(3);
  expect(svg.match(/class="edge"/g)).toHaveLength(2);
  expect(svg).toContain('stroke-dasharray');
  expect(svg).toContain('75%');
  expect(svg).toContain('50%');
});

test('bars beyond the scale keep their figure', async () => {
  expect(
    await barsSvg(
      [
        { name: 'ours', value: 0.97 },
        { name: 'untrained', value: -30 },
      ],
      { title: 'skill', domain: [-1, 1] },
    ),
  ).toContain('30.00');
});
