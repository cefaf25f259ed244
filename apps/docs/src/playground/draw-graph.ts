import { svg } from './dom.ts';
import { layoutOf, type Place } from './layout.ts';
import type { Arrow } from './protocol.ts';

/** What a drawing shows and tells. */
export interface Drawing {
  readonly nodes: readonly string[];
  readonly edges: readonly Arrow[];
  /** what stands at an edge, by `from\u0000to` */
  readonly labels: Readonly<Record<string, string>>;
  /** values that are set, by node: the edges into it are cut */
  readonly set: Readonly<Record<string, string>>;
  /** where a new edge begins */
  readonly chosen: string | undefined;
  onNode(name: string): void;
}

const half = { width: 48, height: 17 } as const;

/** The graph as a picture whose nodes can be pressed, by pointer or keyboard. */
export function drawGraph(width: number, drawing: Drawing): SVGSVGElement {
  const { nodes, edges, labels, set, chosen, onNode } = drawing;
  const { height, places } = layoutOf(nodes, edges, width);
  const lines = edges.map(([from, to]) => {
    const isCut = Object.hasOwn(set, to);
    const [a, b] = [places.get(from)!, places.get(to)!];
    const { path, middle } = route(a, b);
    const label = isCut ? '✂' : labels[`${from}\0${to}`];
    return svg(
      'g',
      { class: isCut ? 'edge cut' : 'edge', 'data-edge': `${from}→${to}` },
      svg('path', { d: path, 'marker-end': 'url(#pg-arrow)' }),
      label !== undefined && svg('text', { x: middle.x, y: middle.y + 4 }, label),
    );
  });
  const boxes = nodes.map((name) => {
    const { x, y } = places.get(name)!;
    const value = set[name];
    const press = (): void => onNode(name);
    const classes = ['node', value !== undefined && 'set', chosen === name && 'chosen']
      .filter(Boolean)
      .join(' ');
    return svg(
      'g',
      {
        class: classes,
        tabindex: 0,
        role: 'button',
        'aria-pressed': chosen === name,
        'aria-label': value === undefined ? name : `${name} = ${value}`,
        'data-node': name,
        click: press,
        keydown: (event: KeyboardEvent) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          press();
        },
      },
      svg('rect', {
        x: x - half.width,
        y: y - half.height,
        width: 2 * half.width,
        height: 2 * half.height,
        rx: 8,
      }),
      svg('text', { x, y: value === undefined ? y + 4 : y - 1 }, short(name)),
      value !== undefined && svg('text', { x, y: y + 12, class: 'value' }, `= ${short(value)}`),
    );
  });
  return svg(
    'svg',
    {
      class: 'graph',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      'aria-label': 'Causal graph',
      role: 'group',
    },
    svg(
      'defs',
      {},
      svg(
        'marker',
        {
          id: 'pg-arrow',
          viewBox: '0 0 8 8',
          refX: 7,
          refY: 4,
          markerWidth: 7,
          markerHeight: 7,
          orient: 'auto',
        },
        svg('path', { d: 'M0,0.5 L8,4 L0,7.5 z', class: 'head' }),
      ),
    ),
    ...lines,
    ...boxes,
  );
}

function route(a: Place, b: Place): { readonly path: string; readonly middle: Place } {
  const start = { x: a.x + (b.x - a.x) * 0.06, y: a.y + half.height };
  const end = { x: b.x - (b.x - a.x) * 0.06, y: b.y - half.height - 1 };
  const rise = end.y - start.y;
  const bend = Math.abs(rise) > 60 ? (b.x >= a.x ? 26 : -26) : 0;
  const c1 = { x: start.x + bend, y: start.y + rise * 0.4 };
  const c2 = { x: end.x + bend, y: end.y - rise * 0.4 };
  return {
    path: `M${start.x},${start.y} C${c1.x},${c1.y} ${c2.x},${c2.y} ${end.x},${end.y}`,
    middle: {
      x: (start.x + 3 * c1.x + 3 * c2.x + end.x) / 8,
      y: (start.y + 3 * c1.y + 3 * c2.y + end.y) / 8,
    },
  };
}

function short(text: string): string {
  return text.length > 13 ? `${text.slice(0, 12)}…` : text;
}
