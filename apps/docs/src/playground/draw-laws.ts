import { svg } from './dom.ts';
import { formatCell } from './format.ts';
import type { Law } from './protocol.ts';

const size = { width: 520, height: 170, top: 12, bottom: 26 } as const;
const bins = 36;

/** Two laws over one axis, as things are and under the action, with each mean and its interval. */
export function drawLaws(before: Law, after: Law, label: string): SVGSVGElement {
  const all = [...before.draws, ...after.draws].sort((a, b) => a - b);
  const low = all[Math.floor(all.length * 0.002)]!;
  const span = all[Math.ceil(all.length * 0.998) - 1]! - low || 1;
  const x = (value: number): number => 8 + ((value - low) / span) * (size.width - 16);
  const shapes = [before, after].map(({ draws }) => {
    const counts = new Float64Array(bins);
    for (const value of draws) {
      const bin = Math.floor(((value - low) / span) * bins);
      if (bin >= 0 && bin < bins) counts[bin] = counts[bin]! + 1 / draws.length;
    }
    return counts;
  });
  const highest = Math.max(...shapes.flatMap((counts) => [...counts]));
  const floor = size.height - size.bottom;
  const y = (share: number): number => floor - (share / highest) * (floor - size.top - 14);
  const outline = (counts: Float64Array): string =>
    `M${x(low)},${floor} ${Array.from(counts, (share, b) => `L${x(low + (b * span) / bins)},${y(share)} L${x(low + ((b + 1) * span) / bins)},${y(share)}`).join(' ')} L${x(low + span)},${floor} z`;
  const mark = ({ mean, interval }: Law, name: string, at: number) =>
    svg(
      'g',
      { class: name },
      svg('line', { x1: x(mean), x2: x(mean), y1: at, y2: floor, class: 'mean' }),
      interval !== undefined &&
        svg('line', { x1: x(interval[0]), x2: x(interval[1]), y1: at, y2: at, class: 'interval' }),
    );
  return svg(
    'svg',
    { class: 'laws', viewBox: `0 0 ${size.width} ${size.height}`, role: 'img', 'aria-label': label },
    svg('path', { d: outline(shapes[0]!), class: 'before' }),
    svg('path', { d: outline(shapes[1]!), class: 'after' }),
    mark(before, 'before', size.top),
    mark(after, 'after', size.top + 7),
    svg('line', { x1: 8, x2: size.width - 8, y1: floor, y2: floor, class: 'axis' }),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) =>
      svg(
        'text',
        {
          x: x(low + share * span),
          y: size.height - 8,
          class: 'tick',
          'text-anchor': share === 0 ? 'start' : share === 1 ? 'end' : 'middle',
        },
        formatCell(low + share * span),
      ),
    ),
  );
}
