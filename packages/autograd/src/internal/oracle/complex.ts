import type { Activation } from '../../plan.ts';

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const complex = (re: number, im = 0): Complex => ({ re, im });
export const add = (a: Complex, b: Complex): Complex => complex(a.re + b.re, a.im + b.im);
export const subtract = (a: Complex, b: Complex): Complex => complex(a.re - b.re, a.im - b.im);
export const multiply = (a: Complex, b: Complex): Complex =>
  complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);

export function divide(a: Complex, b: Complex): Complex {
  const size = b.re * b.re + b.im * b.im;
  return complex((a.re * b.re + a.im * b.im) / size, (a.im * b.re - a.re * b.im) / size);
}

export function exp(z: Complex): Complex {
  const size = Math.exp(z.re);
  return complex(size * Math.cos(z.im), size * Math.sin(z.im));
}

export const log = (z: Complex): Complex => complex(Math.log(Math.hypot(z.re, z.im)), Math.atan2(z.im, z.re));

/** log(1 + z) for a z that may be tiny. */
const log1p = (z: Complex): Complex =>
  complex(0.5 * Math.log1p(2 * z.re + z.re * z.re + z.im * z.im), Math.atan2(z.im, 1 + z.re));

/** tanh(a + ib) = (tanh a + i tan b) / (1 + i tanh a tan b), its imaginary part without cancellation. */
export function tanh(z: Complex): Complex {
  const t = Math.tanh(z.re);
  const s = Math.tan(z.im);
  const decay = Math.exp(-2 * Math.abs(z.re));
  const slope = (4 * decay) / (1 + decay) ** 2; // 1 − tanh²
  const size = 1 + t * t * s * s;
  return complex((t * (1 + s * s)) / size, (s * slope) / size);
}

/** The activations, continued off the real line; where one has a kink, the real part chooses the side. */
export function activated(kind: Activation, z: Complex): Complex {
  const one = complex(1);
  switch (kind) {
    case 'identity':
      return z;
    case 'tanh':
      return tanh(z);
    case 'relu':
      return z.re > 0 ? z : complex(0);
    case 'elu':
      return z.re > 0 ? z : complex(Math.expm1(z.re), exp(z).im);
    case 'softplus':
      return z.re > 0 ? add(z, log1p(exp(subtract(complex(0), z)))) : log1p(exp(z));
    case 'sigmoid':
      return divide(one, add(one, exp(subtract(complex(0), z))));
  }
}
