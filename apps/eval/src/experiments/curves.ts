import type { Curve, MeasuredCell, Role } from '../experiment.ts';
import { summarise } from '../summarise.ts';

type Line = Curve['lines'][number];

/** A figure along a numeric setting of the cells. */
export function lineAlong(
  name: string,
  role: Role,
  cells: readonly MeasuredCell[],
  setting: string,
  figure: string,
): Line {
  const values = [...new Set(cells.map(({ cell }) => cell.settings[setting]))]
    .filter((value) => typeof value === 'number')
    .sort((a, b) => a - b);
  return {
    name,
    role,
    points: values.flatMap((x) =>
      pointAt(
        x,
        figure,
        cells.filter(({ cell }) => cell.settings[setting] === x),
      ),
    ),
  };
}

/** Figures that differ in a number in their names, along that number. */
export function lineOver(
  name: string,
  role: Role,
  cells: readonly MeasuredCell[],
  xs: readonly number[],
  figureAt: (x: number) => string,
): Line {
  return { name, role, points: xs.flatMap((x) => pointAt(x, figureAt(x), cells)) };
}

function pointAt(x: number, figure: string, cells: readonly MeasuredCell[]): Line['points'] {
  const { mean, interval, n } = summarise(figure, cells);
  if (mean === null) return [];
  return [{ x, y: mean, n, ...(interval === undefined ? {} : { low: interval[0], high: interval[1] }) }];
}

/** The slope of log y over log x. */
export function exponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (k: 0 | 1): number => logs.reduce((sum, point) => sum + point[k], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return over / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}
