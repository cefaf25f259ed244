/** Cubic splines over one variable, written as what bends a straight line: `width` coordinates, each penalised alike. */
export interface SplineBasis {
  readonly low: number;
  readonly high: number;
  readonly width: number;
  /** writes the basis at x, `[width]`; straight on beyond the ends */
  write(x: number, out: Float64Array): void;
}

/**
 * A P-spline with equal knots over [low, high]. Its B-spline coefficients are D′(DD′)⁻¹δ, where δ are their second differences:
 * δ = 0 is a line (which the basis leaves to others), and Σδ² measures how much the curve bends.
 *
 * @param pieces - intervals between knots; the width is one more
 * @see Eilers and Marx (1996), Flexible smoothing with B-splines and penalties, Statist. Sci. 11, 89–121
 */
export function splineBasis(low: number, high: number, pieces: number): SplineBasis {
  const width = pieces + 1;
  const turn = fromSecondDifferences(pieces + 3);
  const step = (high - low) / pieces;
  const local = new Float64Array(4);
  const slopes = new Float64Array(4);
  function write(x: number, out: Float64Array): void {
    const inside = Math.min(high, Math.max(low, x));
    const piece = Math.min(pieces - 1, Math.max(0, Math.floor((inside - low) / step)));
    const t = (inside - low) / step - piece;
    const s = 1 - t;
    local[0] = (s * s * s) / 6;
    local[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
    local[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
    local[3] = (t * t * t) / 6;
    if (x !== inside) {
      slopes[0] = (-s * s) / 2;
      slopes[1] = (3 * t * t - 4 * t) / 2;
      slopes[2] = (4 * s - 3 * s * s) / 2;
      slopes[3] = (t * t) / 2;
      for (let k = 0; k < 4; k++)
        local[k] = (local[k] as number) + ((x - inside) / step) * (slopes[k] as number);
    }
    const [a, b, c, d] = local as unknown as [number, number, number, number];
    const [first, second, third, fourth] = [
      turn[piece],
      turn[piece + 1],
      turn[piece + 2],
      turn[piece + 3],
    ] as [Float64Array, Float64Array, Float64Array, Float64Array];
    for (let k = 0; k < width; k++)
      out[k] =
        a * (first[k] as number) +
        b * (second[k] as number) +
        c * (third[k] as number) +
        d * (fourth[k] as number);
  }
  return { low, high, width, write };
}

const known = new Map<number, readonly Float64Array[]>();

/** D′(DD′)⁻¹, `[size][size − 2]`, with D the second differences of `size` coefficients. */
function fromSecondDifferences(size: number): readonly Float64Array[] {
  const found = known.get(size);
  if (found !== undefined) return found;
  const width = size - 2;
  const inner = [6, -4, 1];
  // DD′ is banded and well conditioned enough for plain elimination
  const left = Array.from({ length: width }, (_, i) =>
    Float64Array.from({ length: 2 * width }, (_, j) =>
      j < width ? (inner[Math.abs(i - j)] ?? 0) : j - width === i ? 1 : 0,
    ),
  );
  for (let k = 0; k < width; k++) {
    const pivot = left[k] as Float64Array;
    const by = 1 / (pivot[k] as number);
    for (let j = k; j < 2 * width; j++) pivot[j] = (pivot[j] as number) * by;
    for (const [i, row] of left.entries()) {
      const factor = row[k] as number;
      if (i === k || factor === 0) continue;
      for (let j = k; j < 2 * width; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  const inverse = (i: number, j: number): number => (left[i] as Float64Array)[width + j] as number;
  const out = Array.from({ length: size }, (_, a) =>
    Float64Array.from({ length: width }, (_, c) => {
      let sum = 0;
      for (const [shift, weight] of [
        [0, 1],
        [-1, -2],
        [-2, 1],
      ] as const) {
        const i = a + shift;
        if (i >= 0 && i < width) sum += weight * inverse(i, c);
      }
      return sum;
    }),
  );
  known.set(size, out);
  return out;
}
