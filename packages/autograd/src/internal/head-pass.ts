import type { Floats } from '../floats.ts';
import type { Head } from '../plan.ts';

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/**
 * A continuous head, row by row. `o[q * n + k]` is the network's output q in live row k, `logScale` is log σ (0 if
 * the head has none). The reverse functions write `dO` in the layout of `o` and return what is left over.
 */
export interface HeadPass {
  /** x from u */
  value(o: Floats, n: number, k: number, logScale: number, u: number): number;
  /** given ∂/∂x: writes ∂/∂outputs; returns [∂/∂u, ∂/∂log σ] */
  valueBackward(o: Floats, n: number, k: number, logScale: number, u: number, dx: number, dO: Floats): Pair;
  /** u from x */
  noise(o: Floats, n: number, k: number, logScale: number, x: number): number;
  /** given ∂/∂u: writes ∂/∂outputs; returns [∂/∂x, ∂/∂log σ] */
  noiseBackward(o: Floats, n: number, k: number, logScale: number, x: number, du: number, dO: Floats): Pair;
  /** negative log density of x when the noise has standard deviation `factor` */
  nll(o: Floats, n: number, k: number, logScale: number, x: number, factor: number): number;
  /** weight · gradient of `nll`: writes ∂/∂outputs; returns ∂/∂log σ */
  nllBackward(
    o: Floats,
    n: number,
    k: number,
    logScale: number,
    x: number,
    factor: number,
    weight: number,
    dO: Floats,
  ): number;
}

type Pair = readonly [number, number];

/** The arithmetic of a continuous head. */
export function headPass(head: Exclude<Head, { kind: 'categorical' }>): HeadPass {
  if (head.kind === 'additive') return additive;
  return head.kind === 'location-scale' ? locationScale : flow(head.components);
}

const additive: HeadPass = {
  value: (o, _n, k, logScale, u) => (o[k] as number) + Math.exp(logScale) * u,
  valueBackward(_o, _n, k, logScale, u, dx, dO) {
    const sigma = Math.exp(logScale);
    dO[k] = dx;
    return [dx * sigma, dx * sigma * u];
  },
  noise: (o, _n, k, logScale, x) => (x - (o[k] as number)) * Math.exp(-logScale),
  noiseBackward(o, _n, k, logScale, x, du, dO) {
    const precision = Math.exp(-logScale);
    dO[k] = -du * precision;
    return [du * precision, -du * precision * (x - (o[k] as number))];
  },
  nll(o, _n, k, logScale, x, factor) {
    const u = ((x - (o[k] as number)) * Math.exp(-logScale)) / factor;
    return 0.5 * u * u + logScale + Math.log(Math.abs(factor)) + halfLogTwoPi;
  },
  nllBackward(o, _n, k, logScale, x, factor, weight, dO) {
    const precision = Math.exp(-logScale) / factor;
    const u = (x - (o[k] as number)) * precision;
    dO[k] = -weight * u * precision;
    return weight * (1 - u * u);
  },
};

const locationScale: HeadPass = {
  value: (o, n, k, _ls, u) => (o[k] as number) + Math.exp(o[n + k] as number) * u,
  valueBackward(o, n, k, _ls, u, dx, dO) {
    const sigma = Math.exp(o[n + k] as number);
    dO[k] = dx;
    dO[n + k] = dx * sigma * u;
    return [dx * sigma, 0];
  },
  noise: (o, n, k, _ls, x) => (x - (o[k] as number)) * Math.exp(-(o[n + k] as number)),
  noiseBackward(o, n, k, _ls, x, du, dO) {
    const precision = Math.exp(-(o[n + k] as number));
    dO[k] = -du * precision;
    dO[n + k] = -du * precision * (x - (o[k] as number));
    return [du * precision, 0];
  },
  nll: (o, n, k, _ls, x, factor) => additive.nll(o, n, k, o[n + k] as number, x, factor),
  nllBackward(o, n, k, _ls, x, factor, weight, dO) {
    dO[n + k] = additive.nllBackward(o, n, k, o[n + k] as number, x, factor, weight, dO);
    return 0;
  },
};

/** u = S(z) = z + Σₖ aₖ·tanh(bₖ·z + cₖ), z = (x − m)·exp(−s), with aₖ = exp(αₖ) and bₖ = exp(βₖ). */
function flow(components: number): HeadPass {
  const first = 2;
  const a = (o: Floats, n: number, k: number, q: number): number =>
    Math.exp(o[(first + q) * n + k] as number);
  const b = (o: Floats, n: number, k: number, q: number): number =>
    Math.exp(o[(first + components + q) * n + k] as number);
  const c = (o: Floats, n: number, k: number, q: number): number =>
    o[(first + 2 * components + q) * n + k] as number;

  function sum(o: Floats, n: number, k: number, z: number): number {
    let u = z;
    for (let q = 0; q < components; q++) u += a(o, n, k, q) * Math.tanh(b(o, n, k, q) * z + c(o, n, k, q));
    return u;
  }

  function slopes(o: Floats, n: number, k: number, z: number): Pair {
    let first1 = 1;
    let second = 0;
    for (let q = 0; q < components; q++) {
      const bq = b(o, n, k, q);
      const t = Math.tanh(bq * z + c(o, n, k, q));
      const bend = a(o, n, k, q) * bq * (1 - t * t);
      first1 += bend;
      second -= 2 * bq * t * bend;
    }
    return [first1, second];
  }

  /** Newton's method inside a bracket that always holds the root: |u − z| ≤ Σ a. */
  function solve(o: Floats, n: number, k: number, u: number): number {
    let reach = 0;
    for (let q = 0; q < components; q++) reach += a(o, n, k, q);
    let low = u - reach;
    let high = u + reach;
    let z = u;
    for (let round = 0; round < 200; round++) {
      const gap = sum(o, n, k, z) - u;
      if (gap > 0) high = z;
      else low = z;
      let next = z - gap / slopes(o, n, k, z)[0];
      if (!(next > low && next < high)) next = 0.5 * (low + high);
      if (Math.abs(next - z) <= 4e-16 * Math.max(1, Math.abs(z))) return next;
      z = next;
    }
    return z;
  }

  const zOf = (o: Floats, n: number, k: number, x: number): number =>
    (x - (o[k] as number)) * Math.exp(-(o[n + k] as number));

  /** Calls back with (position in `o`, ∂S/∂that, ∂S′/∂that) for the three parameters of every component. */
  function eachShape(
    o: Floats,
    n: number,
    k: number,
    z: number,
    visit: (at: number, dS: number, dSlope: number) => void,
  ): void {
    for (let q = 0; q < components; q++) {
      const aq = a(o, n, k, q);
      const bq = b(o, n, k, q);
      const t = Math.tanh(bq * z + c(o, n, k, q));
      const bell = aq * (1 - t * t);
      visit((first + q) * n + k, aq * t, bell * bq);
      visit((first + components + q) * n + k, bell * bq * z, bell * bq * (1 - 2 * t * bq * z));
      visit((first + 2 * components + q) * n + k, bell, -2 * bell * bq * t);
    }
  }

  return {
    value: (o, n, k, _ls, u) => (o[k] as number) + Math.exp(o[n + k] as number) * solve(o, n, k, u),
    valueBackward(o, n, k, _ls, u, dx, dO) {
      const z = solve(o, n, k, u);
      const scale = Math.exp(o[n + k] as number);
      const du = (dx * scale) / slopes(o, n, k, z)[0];
      dO[k] = dx;
      dO[n + k] = dx * scale * z;
      eachShape(o, n, k, z, (at, dS) => {
        dO[at] = -du * dS;
      });
      return [du, 0];
    },
    noise: (o, n, k, _ls, x) => sum(o, n, k, zOf(o, n, k, x)),
    noiseBackward(o, n, k, _ls, x, du, dO) {
      const z = zOf(o, n, k, x);
      const dz = du * slopes(o, n, k, z)[0];
      const dx = dz * Math.exp(-(o[n + k] as number));
      dO[k] = -dx;
      dO[n + k] = -dz * z;
      eachShape(o, n, k, z, (at, dS) => {
        dO[at] = du * dS;
      });
      return [dx, 0];
    },
    nll(o, n, k, _ls, x, factor) {
      const z = zOf(o, n, k, x);
      const u = sum(o, n, k, z) / factor;
      const slope = slopes(o, n, k, z)[0];
      return 0.5 * u * u + (o[n + k] as number) - Math.log(slope) + Math.log(Math.abs(factor)) + halfLogTwoPi;
    },
    nllBackward(o, n, k, _ls, x, factor, weight, dO) {
      const z = zOf(o, n, k, x);
      const [slope, bend] = slopes(o, n, k, z);
      const du = (weight * sum(o, n, k, z)) / (factor * factor);
      const dz = du * slope - (weight * bend) / slope;
      dO[k] = -dz * Math.exp(-(o[n + k] as number));
      dO[n + k] = weight - dz * z;
      eachShape(o, n, k, z, (at, dS, dSlope) => {
        dO[at] = du * dS - (weight * dSlope) / slope;
      });
      return 0;
    },
  };
}
