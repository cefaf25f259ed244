/**
 * tanh as a ratio of polynomials, odd of degree 13 over even of degree 6 (the one that Eigen and XNNPACK use), on
 * |x| ≤ 7.9, beyond which float32 has ±1. Its error is below 4 units in the last place of a float32; rounding of the
 * result is the larger part.
 */
export function fastTanh(x: number): number {
  const y = x > 7.905 ? 7.905 : Math.max(x, -7.905); // NaN stays
  const s = y * y;
  const p =
    y *
    (4.89352455891786e-3 +
      s *
        (6.37261928875436e-4 +
          s *
            (1.48572235717979e-5 +
              s *
                (5.12229709037114e-8 +
                  s * (-8.60467152213735e-11 + s * (2.00018790482477e-13 - 2.76076847742355e-16 * s))))));
  return (
    p / (4.8935251855438e-3 + s * (2.268434632439e-3 + s * (1.18534705686654e-4 + 1.19825839466702e-6 * s)))
  );
}

/** Applies activation `code` to `length` numbers from `at`. */
export function plainActivation(heap: Float32Array, code: number, at: number, length: number): void {
  const to = at + length;
  switch (code) {
    case 1:
      for (let i = at; i < to; i++) heap[i] = fastTanh(heap[i] as number);
      return;
    case 2:
      for (let i = at; i < to; i++) if (!((heap[i] as number) > 0)) heap[i] = 0;
      return;
    case 3:
      for (let i = at; i < to; i++) {
        const x = heap[i] as number;
        if (!(x > 0)) heap[i] = Math.expm1(x);
      }
      return;
    case 4:
      for (let i = at; i < to; i++) {
        const x = heap[i] as number;
        heap[i] = Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      }
      return;
    case 5:
      for (let i = at; i < to; i++) heap[i] = 1 / (1 + Math.exp(-(heap[i] as number)));
      return;
  }
}

/** Multiplies `dy` by the derivative of activation `code`, read off its output `y`. */
export function plainActivationBackward(
  heap: Float32Array,
  code: number,
  y: number,
  dy: number,
  length: number,
): void {
  switch (code) {
    case 1:
      for (let i = 0; i < length; i++) {
        const yi = heap[y + i] as number;
        heap[dy + i] = (heap[dy + i] as number) * (1 - yi * yi);
      }
      return;
    case 2:
      for (let i = 0; i < length; i++) if (!((heap[y + i] as number) > 0)) heap[dy + i] = 0;
      return;
    case 3:
      for (let i = 0; i < length; i++) {
        const yi = heap[y + i] as number;
        if (!(yi > 0)) heap[dy + i] = (heap[dy + i] as number) * (yi + 1);
      }
      return;
    case 4:
      for (let i = 0; i < length; i++)
        heap[dy + i] = (heap[dy + i] as number) * -Math.expm1(-(heap[y + i] as number));
      return;
    case 5:
      for (let i = 0; i < length; i++) {
        const yi = heap[y + i] as number;
        heap[dy + i] = (heap[dy + i] as number) * (yi * (1 - yi));
      }
      return;
  }
}
