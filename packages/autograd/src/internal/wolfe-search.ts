const sufficient = 1e-4;
const curvature = 0.9;
const maxTries = 40;

interface Valued {
  readonly value: number;
}

/** A point on the line: how far, how low, how steep. */
interface Try<P> {
  readonly t: number;
  readonly value: number;
  readonly slope: number;
  readonly point: P;
}

/**
 * A step along a line of descent that satisfies the strong Wolfe conditions: the value falls by at least
 * 1e-4 · t · slope, and the slope shrinks to at most 0.9 of what it was (Nocedal and Wright, algorithms 3.5 and 3.6,
 * cubic interpolation). A value that is not finite counts as too high. Where no such step is found the best one that
 * lowers the value is taken, and `undefined` where none does.
 *
 * @param from - the start
 * @param slope0 - slope at the start, negative
 * @param first - the first step tried
 * @param along - the point after a step t
 * @param slopeOf - the slope at a point, along the line
 */
export function wolfeSearch<P extends Valued>(
  from: P,
  slope0: number,
  first: number,
  along: (t: number) => P,
  slopeOf: (point: P) => number,
): P | undefined {
  const start: Try<P> = { t: 0, value: from.value, slope: slope0, point: from };
  let best = start;
  const tryAt = (t: number): Try<P> => {
    const point = along(t);
    const slope = slopeOf(point);
    const finite = (Number.isFinite(point.value) || point.value === -Infinity) && !Number.isNaN(slope);
    const found = { t, value: finite ? point.value : Infinity, slope: finite ? slope : Infinity, point };
    if (found.value < best.value) best = found;
    return found;
  };
  const tooHigh = ({ t, value }: Try<P>): boolean => value > from.value + sufficient * t * slope0;
  const flatEnough = ({ slope }: Try<P>): boolean => Math.abs(slope) <= -curvature * slope0;
  const lowest = (): P | undefined => (best === start ? undefined : best.point);

  let last = start;
  let t = first;
  for (let tries = 0; tries < maxTries; tries++) {
    const now = tryAt(t);
    if (now.value === -Infinity) return now.point;
    if (tooHigh(now) || (tries > 0 && now.value >= last.value)) return zoom(last, now);
    if (flatEnough(now)) return now.point;
    if (now.slope >= 0) return zoom(now, last);
    last = now;
    t *= 2.5;
  }
  return lowest();

  /** Between `low`, the better end, and `high` lies a step that satisfies both conditions. */
  function zoom(low: Try<P>, high: Try<P>): P | undefined {
    for (let tries = 0; tries < maxTries; tries++) {
      if (Math.abs(high.t - low.t) <= 1e-16 * Math.max(low.t, high.t)) break;
      const now = tryAt(between(low, high));
      if (tooHigh(now) || now.value >= low.value) high = now;
      else {
        if (flatEnough(now)) return now.point;
        if (now.slope * (high.t - low.t) >= 0) high = low;
        low = now;
      }
    }
    return lowest();
  }
}

/** The minimum of the cubic through both ends, kept off them by a tenth; the middle where there is no such cubic. */
function between<P>(a: Try<P>, b: Try<P>): number {
  const width = b.t - a.t;
  const middle = a.t + 0.5 * width;
  if (!Number.isFinite(b.value)) return a.t + 0.25 * width;
  const d1 = a.slope + b.slope - (3 * (b.value - a.value)) / width;
  const root = d1 * d1 - a.slope * b.slope;
  if (!(root >= 0)) return middle;
  const d2 = Math.sign(width) * Math.sqrt(root);
  const t = b.t - (width * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
  const share = (t - a.t) / width;
  return share >= 0.1 && share <= 0.9
    ? t
    : Number.isFinite(share)
      ? a.t + width * Math.min(0.9, Math.max(0.1, share))
      : middle;
}
