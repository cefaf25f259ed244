import { additive, type InvertibleMechanism, locationScale, type Monotonicity } from '@cfe/scm';

/** A number for each row from the parents' numbers. */
type RowFunction = (...parents: number[]) => number;

interface Built {
  readonly mechanism: InvertibleMechanism;
  readonly monotone: Monotonicity;
}

const softplus = (t: number): number => Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
const inverseSoftplus = (y: number): number => y + Math.log(-Math.expm1(-y));
const logistic = (t: number): number => 1 / (1 + Math.exp(-t));

function rowwise(f: RowFunction): (parents: readonly Float64Array[], rows: number) => Float64Array {
  return (parents, rows) => {
    const out = new Float64Array(rows);
    for (let r = 0; r < rows; r++) out[r] = f(...parents.map((parent) => parent[r] as number));
    return out;
  };
}

/** x = location(parents) + scale · u */
function additiveRow(location: RowFunction, scale = 1): Built {
  if (scale === 1) return { mechanism: additive(rowwise(location)), monotone: 'increasing' };
  const mechanism = locationScale(rowwise(location), (_, rows) => new Float64Array(rows).fill(scale));
  return { mechanism, monotone: scale > 0 ? 'increasing' : 'decreasing' };
}

/** x = location(parents) + bend(u), bend increasing */
function bent(
  location: RowFunction,
  bend: (u: number) => number,
  straighten: (y: number) => number,
  logSlope: (u: number) => number,
): Built {
  const at = rowwise(location);
  return {
    monotone: 'increasing',
    mechanism: {
      evaluate: (parents, noise) => at(parents, noise.length).map((m, r) => m + bend(noise[r] as number)),
      abduct: (parents, values) =>
        at(parents, values.length).map((m, r) => straighten((values[r] as number) - m)),
      logSlope: (_, noise) => noise.map(logSlope),
    },
  };
}

const softplusSum = (x: number): number => softplus(x + 1) - 3;
const backdoorLayer: Built = bent(
  softplusSum,
  (u) => softplus(0.5 + u),
  (y) => inverseSoftplus(y) - 0.5,
  (u) => -softplus(-(0.5 + u)),
);
const laplaceOf = (u: number): number => -0.6 * Math.sign(u - 0.5) * Math.log1p(-2 * Math.abs(u - 0.5));
const laplaceBack = (y: number): number => 0.5 - 0.5 * Math.sign(y) * Math.expm1(-Math.abs(y) / 0.6);

/** Written out, since a declaration cannot be told from calls. */
const names = [
  'causal-nf/chain/x2',
  'causal-nf/chain/x3',
  'causal-nf/triangle/x2',
  'causal-nf/triangle/x3',
  'causal-nf/fork/x3',
  'causal-nf/fork/x4',
  'causal-nf/diamond/x2',
  'causal-nf/diamond/x3',
  'causal-nf/diamond/x4',
  'causal-nf/simpson/x2',
  'causal-nf/simpson/x3',
  'causal-nf/simpson/x4',
  'causal-nf/symprod/x2',
  'causal-nf/symprod/x3',
  'causal-nf/symprod/x4',
  'causal-nf/backdoor/x1',
  'causal-nf/backdoor/x2',
  'causal-nf/backdoor/layer',
  'causal-nf/backdoor/x8',
  'causal-nf/backdoor/x9',
  'twin/plus',
  'twin/sign',
] as const;

/** The name of an equation of the literature. */
export type NamedMechanism = (typeof names)[number];

/**
 * Equations of the literature. The `causal-nf` ones are those of Javaloy, Sánchez-Martín and Valera (2023), Causal
 * normalizing flows, appendix; `twin` ones are equal on the first two rungs and differ on the third.
 */
export const namedMechanisms: Readonly<Record<NamedMechanism, Built>> = {
  'causal-nf/chain/x2': additiveRow((x1) => Math.exp((x1 as number) / 2), 1 / 4),
  'causal-nf/chain/x3': additiveRow((x2) => ((x2 as number) - 5) ** 3 / 15),
  'causal-nf/triangle/x2': additiveRow((x1) => 2 * (x1 as number) ** 2),
  'causal-nf/triangle/x3': additiveRow((x1, x2) => 20 * logistic((x2 as number) ** 2 - (x1 as number))),
  'causal-nf/fork/x3': additiveRow(
    (x1, x2) => 4 * logistic((x1 as number) + (x2 as number)) - (x2 as number) ** 2,
    1 / 2,
  ),
  'causal-nf/fork/x4': additiveRow((x3) => 20 * logistic((x3 as number) - (x3 as number) ** 2 / 2)),
  'causal-nf/diamond/x2': additiveRow((x1) => (x1 as number) ** 2, 1 / 2),
  'causal-nf/diamond/x3': additiveRow((x1, x2) => (x2 as number) ** 2 - 2 * logistic(x1 as number), 1 / 2),
  'causal-nf/diamond/x4': additiveRow(
    (x2, x3) => (x3 as number) / (Math.abs((x2 as number) + 2) + (x3 as number) + 0.5),
    1 / 10,
  ),
  'causal-nf/simpson/x2': additiveRow((x1) => softplus(1 - (x1 as number)), Math.sqrt(3 / 20)),
  'causal-nf/simpson/x3': bent(
    (x1, x2) => Math.tanh(2 * (x2 as number)) + 1.5 * (x1 as number) - 1,
    Math.tanh,
    Math.atanh,
    (u) => Math.log1p(-(Math.tanh(u) ** 2)),
  ),
  'causal-nf/simpson/x4': additiveRow((x3) => ((x3 as number) - 4) / 5 + 3, 1 / Math.sqrt(10)),
  'causal-nf/symprod/x2': additiveRow((x1) => 2 * Math.tanh(2 * (x1 as number)), 1 / Math.sqrt(10)),
  'causal-nf/symprod/x3': additiveRow((x1, x2) => ((x1 as number) * (x2 as number)) / 2, 1 / Math.sqrt(2)),
  'causal-nf/symprod/x4': additiveRow((x1) => Math.tanh(1.5 * (x1 as number)), Math.sqrt(3 / 10)),
  'causal-nf/backdoor/x1': bent(
    () => -1,
    (u) => softplus(1.8 * u),
    (y) => inverseSoftplus(y) / 1.8,
    (u) => Math.log(1.8) - softplus(-1.8 * u),
  ),
  'causal-nf/backdoor/x2': additiveRow((x1) => 1.5 * (softplusSum(x1 as number) + softplus(0.5)), 1 / 4),
  'causal-nf/backdoor/layer': backdoorLayer,
  'causal-nf/backdoor/x8': additiveRow((x6) => softplus((x6 as number) + 1) - 1, 0.3),
  'causal-nf/backdoor/x9': bent(
    (x7, x8) => 2 - softplus((1.3 * (x7 as number) + (x8 as number)) / 3 + 1),
    laplaceOf,
    laplaceBack,
    (u) => Math.log(1.2) - Math.log1p(-2 * Math.abs(u - 0.5)),
  ),
  'twin/plus': additiveRow((x) => x as number),
  'twin/sign': {
    mechanism: locationScale(
      rowwise((x) => x as number),
      rowwise((x) => ((x as number) < 0 ? -1 : 1)),
    ),
    monotone: 'neither',
  },
};
