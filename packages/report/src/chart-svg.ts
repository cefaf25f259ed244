import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** One value on an effect curve. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

const accent = '#3b6fd4';
const other = '#c2571a';
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
    labelFontSize: 13,
    titleFontSize: 13,
    titleFontWeight: 'normal',
  },
  legend: {
    labelColor: grey,
    labelFontSize: 13,
    labelLimit: 0,
    symbolStrokeWidth: 3,
    orient: 'top',
    title: null,
  },
  view: { stroke: null },
} as const;

/**
 * A curve of the outcome's mean under do(treatment = x), with its interval as a band and the rows behind it as
 * points.
 *
 * @param options.rows - observed pairs
 * @param options.association - a second curve, such as what a regression on the treatment alone says
 */
export function effectCurveSvg(
  points: readonly CurvePoint[],
  options: {
    readonly x: string;
    readonly y: string;
    readonly rows?: readonly { readonly x: number; readonly y: number }[];
    readonly association?: readonly CurvePoint[];
    readonly labels?: readonly [causal: string, association: string];
  },
): Promise<string> {
  const [causal, association] = options.labels ?? ['if it were set', 'as observed together'];
  const x = { field: 'x', type: 'quantitative', title: options.x, scale: { zero: false } } as const;
  const y = { field: 'y', type: 'quantitative', title: options.y, scale: { zero: false } } as const;
  const domain = options.association === undefined ? [causal] : [causal, association];
  const colour = { field: 'line', type: 'nominal', scale: { domain, range: [accent, other] } } as const;
  return toSvg({
    width: 560,
    height: 320,
    config,
    layer: [
      {
        data: { values: [...(options.rows ?? [])] },
        mark: { type: 'circle', size: 14, opacity: 0.3, color: grey },
        encoding: { x, y },
      },
      {
        data: { values: points.filter((point) => point.low !== undefined) },
        mark: { type: 'area', opacity: 0.22, color: accent },
        encoding: { x, y: { field: 'low', type: 'quantitative', title: options.y }, y2: { field: 'high' } },
      },
      {
        data: {
          values: [
            ...points.map((point) => ({ ...point, line: causal })),
            ...(options.association ?? []).map((point) => ({ ...point, line: association })),
          ],
        },
        mark: { type: 'line', strokeWidth: 2.2 },
        encoding: { x, y, color: colour },
      },
    ],
  } as unknown as TopLevelSpec);
}

/**
 * Named values as horizontal bars on one scale, the first one in the accent colour: a figure beside its floors.
 *
 * @param options.domain - of the scale; values beyond it are cut off there and their label says what they are
 */
export function barsSvg(
  bars: readonly { readonly name: string; readonly value: number }[],
  options: { readonly title: string; readonly domain?: readonly [number, number] },
): Promise<string> {
  const [low, high] = options.domain ?? [
    Math.min(0, ...bars.map(({ value }) => value)),
    Math.max(0, ...bars.map(({ value }) => value)),
  ];
  const values = bars.map(({ name, value }, i) => ({
    name,
    shown: Math.min(high, Math.max(low, value)),
    label: value.toFixed(2),
    colour: i === 0 ? accent : grey,
  }));
  const y = { field: 'name', type: 'nominal', sort: null, title: null, axis: { labelLimit: 0 } } as const;
  const x = {
    field: 'shown',
    type: 'quantitative',
    title: options.title,
    scale: { domain: [low, high] },
  } as const;
  return toSvg({
    width: 340,
    height: { step: 30 },
    config,
    data: { values },
    layer: [
      {
        mark: { type: 'bar', height: 16 },
        encoding: { x, y, color: { field: 'colour', type: 'nominal', scale: null } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6, color: grey },
        encoding: { x, y, text: { field: 'label' } },
      },
    ],
  } as unknown as TopLevelSpec);
}

/** Rendered without a DOM. */
async function toSvg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return (await view.toSVG()).replace('<svg ', '<svg role="img" class="chart" ');
  } finally {
    view.finalize();
  }
}
