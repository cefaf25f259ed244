import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Curve, Role, Summary } from '../experiment.ts';
import { figureKind } from '../figure-kind.ts';
import { shown } from './shown.ts';

const colours: Readonly<Record<Role, string>> = {
  ours: '#3b6fd4',
  peer: '#2f8f5b',
  ceiling: '#8a6fd0',
  floor: '#c2571a',
};
const grey = '#8a8f98';

/** Colours that read on a light and on a dark page; the page supplies the background. */
const config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  axis: {
    gridColor: '#8a8f9833',
    domainColor: grey,
    tickColor: grey,
    labelColor: grey,
    titleColor: grey,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit: 0,
  },
  legend: { labelColor: grey, labelFontSize: 12, labelLimit: 0, orient: 'top', title: null, columns: 2 },
  view: { stroke: null },
} as const;

/** A figure over data sets, and whose it is. */
export type RoleSummary = readonly [role: Role, summary: Summary];

/**
 * Figures of one unit on one axis each: the dot is the mean, the thick line its 95% interval, the thin one runs from the
 * smallest to the largest data set.
 */
export function summariesSvg(summaries: readonly RoleSummary[]): Promise<string> {
  const units = new Map<string, RoleSummary[]>();
  for (const entry of summaries) {
    if (entry[1].mean === null) continue;
    const { unit } = figureKind(entry[1].name);
    units.set(unit, [...(units.get(unit) ?? []), entry]);
  }
  const roles = (['ours', 'peer', 'ceiling', 'floor'] as const).filter((role) =>
    summaries.some(([own, { mean }]) => own === role && mean !== null),
  );
  const colour = {
    field: 'role',
    type: 'nominal',
    scale: { domain: roles, range: roles.map((role) => colours[role]) },
    legend: roles.length > 1 ? {} : null,
  };
  return toSvg({
    config,
    spacing: 14,
    resolve: { scale: { color: 'shared' } },
    vconcat: Array.from(units, ([unit, own]) => panel(unit, own, colour)),
  });
}

function panel(unit: string, entries: readonly RoleSummary[], color: unknown): unknown {
  const domain = domainOf(unit, entries);
  const [bottom, top] = domain.limits;
  const clip = (value: number): number => Math.min(top, Math.max(bottom, value));
  const values = entries.map(([role, { name, mean, interval, min, max }]) => ({
    name,
    role,
    mean: clip(mean as number),
    low: clip(interval?.[0] ?? (mean as number)),
    high: clip(interval?.[1] ?? (mean as number)),
    min: clip(min as number),
    max: clip(max as number),
    label: shown(mean),
  }));
  const y = { field: 'name', type: 'nominal', sort: null, title: null, axis: { grid: true, ticks: false } };
  const x = (field: string): unknown => ({
    field,
    type: 'quantitative',
    title: unit + (domain.log ? ' (logarithmic)' : ''),
    axis: {
      labelExpr:
        "datum.value !== 0 && abs(datum.value) < 0.001 ? format(datum.value, '.1~e') : format(datum.value, '.4~r')",
      tickCount: 6,
    },
    scale: { domain: domain.limits, nice: false, ...(domain.log ? { type: 'log' } : { zero: false }) },
  });
  return {
    width: 330,
    height: { step: 22 },
    data: { values },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1 },
        encoding: { y, x: x('min'), x2: { field: 'max' }, color },
      },
      {
        mark: { type: 'rule', strokeWidth: 4, opacity: 0.55 },
        encoding: { y, x: x('low'), x2: { field: 'high' }, color },
      },
      { mark: { type: 'point', filled: true, size: 55, opacity: 1 }, encoding: { y, x: x('mean'), color } },
      {
        mark: { type: 'text', align: 'left', fontSize: 12, color: grey },
        encoding: { y, x: { value: 340 }, text: { field: 'label' } },
      },
    ],
  };
}

/** Room for every figure; skills end at −1, below which it no longer matters how bad; widely spread ones go on a log axis. */
function domainOf(
  unit: string,
  entries: readonly RoleSummary[],
): { readonly limits: readonly [number, number]; readonly log: boolean } {
  const all = entries.flatMap(([, { mean, min, max, interval }]) =>
    [mean, min, max, ...(interval ?? [])].filter((value) => value !== null),
  );
  const [least, most] = [Math.min(...all), Math.max(...all)];
  if (unit.startsWith('skill')) return { limits: [Math.max(-1, Math.min(0, least)), 1.02], log: false };
  const means = entries.map(([, { mean }]) => mean as number);
  const smallest = Math.min(...means.filter((mean) => mean > 0));
  if (Math.min(...means) > 0 && Math.max(...means) / smallest > 30) {
    const floor = Math.min(...entries.map(([, { min }]) => min as number).filter((value) => value > 0));
    return { limits: [floor / 1.3, most * 1.3], log: true };
  }
  if (unit === 'share') return { limits: [-0.02, Math.max(1.02, most)], log: false };
  const room = 0.04 * (most - Math.min(0, least)) || 1;
  return { limits: [Math.min(0, least) - room / 2, most + room], log: false };
}

/** A curve with its intervals. */
export function curveSvg({ x, y, scale, lines }: Curve): Promise<string> {
  const names = lines.map(({ name }) => name);
  const dashes: Readonly<Record<Role, readonly number[]>> = {
    ours: [1, 0],
    peer: [6, 3],
    ceiling: [2, 3],
    floor: [8, 4],
  };
  const palette = ['#3b6fd4', '#c2571a', '#2f8f5b', '#8a6fd0', '#b0872b', '#5f6b7a'];
  const range = lines.map(({ role }, k) =>
    role === 'ceiling' ? grey : (palette[k % palette.length] as string),
  );
  const values = lines.flatMap(({ name, points }) =>
    points.map((point) => ({ low: point.y, high: point.y, ...point, line: name })),
  );
  const positive = scale === 'log' ? Math.min(...values.map((point) => point.y).filter((v) => v > 0)) : 0;
  for (const value of values) {
    if (scale !== 'log') continue;
    value.y = Math.max(value.y, positive);
    value.low = Math.max(value.low, positive / 2);
  }
  const type = scale === 'log' ? 'log' : 'linear';
  const color = {
    field: 'line',
    type: 'nominal',
    scale: { domain: names, range },
    legend: { symbolType: 'stroke' },
  };
  const along = {
    field: 'x',
    type: 'quantitative',
    title: x,
    scale: type === 'log' ? { type, nice: false, padding: 8 } : { zero: false, nice: false, padding: 8 },
  };
  const up = (field: string): unknown => ({
    field,
    type: 'quantitative',
    title: y,
    scale: type === 'log' ? { type, nice: false, padding: 12 } : { zero: true },
  });
  return toSvg({
    config,
    width: 480,
    height: 260,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', opacity: 0.5, strokeWidth: 3 },
        encoding: { x: along, y: up('low'), y2: { field: 'high' }, color },
      },
      {
        mark: { type: 'line', strokeWidth: 2 },
        encoding: {
          x: along,
          y: up('y'),
          color,
          strokeDash: {
            field: 'line',
            type: 'nominal',
            scale: { domain: names, range: lines.map(({ role }) => dashes[role]) },
            legend: { symbolType: 'stroke' },
          },
        },
      },
      { mark: { type: 'point', filled: true, size: 40 }, encoding: { x: along, y: up('y'), color } },
    ],
  });
}

/** Rendered without a DOM. */
async function toSvg(spec: unknown): Promise<string> {
  const view = new View(parse(compile(spec as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return (await view.toSVG()).replace('<svg ', '<svg role="img" class="chart" ');
  } finally {
    view.finalize();
  }
}
