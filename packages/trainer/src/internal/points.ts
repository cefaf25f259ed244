/** Weighted points, and what a straight line leaves of them. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weight: Float64Array;
  /** what the line leaves of y */
  readonly residual: Float64Array;
  /** x, centred and of length 1 under the weights */
  readonly slope: Float64Array;
  readonly mass: number;
  /** Σ weight · residual² */
  readonly squares: number;
}

export function pointsAt(x: Float64Array, y: Float64Array, weight: Float64Array): Points {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let r = 0; r < x.length; r++) {
    const w = weight[r] as number;
    mass += w;
    sumX += w * (x[r] as number);
    sumY += w * (y[r] as number);
  }
  const slope = x.map((value) => value - sumX / mass);
  const residual = y.map((value) => value - sumY / mass);
  let [length, along] = [0, 0];
  for (let r = 0; r < x.length; r++) {
    const w = weight[r] as number;
    length += w * (slope[r] as number) ** 2;
    along += w * (slope[r] as number) * (residual[r] as number);
  }
  const root = Math.sqrt(length) || 1;
  let squares = 0;
  for (let r = 0; r < x.length; r++) {
    slope[r] = (slope[r] as number) / root;
    residual[r] = (residual[r] as number) - (along / root) * (slope[r] as number);
    squares += (weight[r] as number) * (residual[r] as number) ** 2;
  }
  return { x, y, weight, residual, slope, mass, squares };
}

/**
 * Rows as points, neighbours put together so that a shape costs the same however many rows there are: a bin ends where it
 * holds 1/150 of the rows or is 1/150 of the range wide.
 */
export function pointsOf(x: Float64Array, y: Float64Array, order: Int32Array): Points {
  const n = x.length;
  const [low, high] = [x[order[0] as number] as number, x[order[n - 1] as number] as number];
  const [most, widest] = [Math.max(1, n / 150), (high - low) / 150];
  const points: [number[], number[], number[]] = [[], [], []];
  for (let from = 0; from < n; ) {
    const begin = x[order[from] as number] as number;
    let [sx, sy, to] = [0, 0, from];
    while (to < n && to - from < most && (x[order[to] as number] as number) - begin <= widest) {
      const r = order[to++] as number;
      sx += x[r] as number;
      sy += y[r] as number;
    }
    const m = to - from;
    points[0].push(sx / m);
    points[1].push(sy / m);
    points[2].push(m);
    from = to;
  }
  const [px, py, weight] = points.map((values) => Float64Array.from(values)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return pointsAt(px, py, weight);
}
