import type { Distribution } from '../distribution.ts';
import type { Intervention, Value } from '../intervention.ts';
import type { Mechanism } from '../mechanism.ts';
import type { Action } from '../resolve-do.ts';

/** A variable while it is acted on, all `[rows]`. */
interface Acted {
  readonly action: Action;
  /** the derivative of the whole by the variable's value */
  readonly lambda: Float64Array;
  readonly column: Float64Array;
  readonly noise: Float64Array;
  readonly inputs: () => readonly Float64Array[];
  readonly mechanism: Mechanism;
  /** what else is done to the variable: values on other rows, or more */
  readonly meets: 'none' | 'values' | 'more';
}

/** What {@link interventionGradient} finds; see `ModelGradient`. */
interface InterventionGradient {
  readonly number: Float64Array | undefined;
  readonly parameters: Readonly<Record<string, Float64Array>> | undefined;
}

/** The derivatives by an intervention's numbers. */
export function interventionGradient(intervention: Intervention, acted: Acted): InterventionGradient {
  const { kind } = intervention;
  const { lambda, meets } = acted;
  const mixes = kind === 'blend' || kind === 'sometimes';
  const told = kind === 'hard' || meets === 'none' || (meets === 'values' && !mixes);
  return {
    number: told ? byNumber(intervention, lambda, acted) : undefined,
    parameters:
      kind === 'stochastic'
        ? byLaw(intervention.distribution, lambda, acted.column)
        : kind === 'blend' && told
          ? byWeight(intervention.weight, acted)
          : undefined,
  };
}

/** @param share - the derivative by what the intervention yields, row by row */
function byNumber(intervention: Intervention, share: Float64Array, acted: Acted): Float64Array | undefined {
  switch (intervention.kind) {
    case 'hard':
      return whereGiven(intervention.value, share);
    case 'shift':
      return whereGiven(intervention.by, share);
    case 'scale': {
      const rows = whereGiven(intervention.by, share);
      return rows && timesSeen(rows, ownValues(acted));
    }
    case 'noise': {
      const { factor } = intervention;
      const touched = share.map((g, r) => (acted.action.cut[r] === 1 ? 0 : g));
      const back = acted.mechanism.backward?.(
        acted.inputs(),
        acted.noise.map((u) => factor * u),
        touched,
      );
      return (
        back && touched.map((g, r) => (g === 0 ? 0 : (back.noise[r] as number) * (acted.noise[r] as number)))
      );
    }
    case 'blend':
      return byNumber(
        intervention.with,
        share.map((g) => g * intervention.weight),
        acted,
      );
    case 'sometimes':
      return byNumber(
        intervention.with,
        share.map((g, r) => (acted.action.touched[r] === 1 ? g : 0)),
        acted,
      );
    case 'stochastic':
    case 'replace':
      return undefined;
  }
}

/** Rows that a per-row value speaks of; no derivative by a level's name. */
function whereGiven(value: Value, share: Float64Array): Float64Array | undefined {
  if (typeof value === 'string') return undefined;
  return typeof value === 'number' ? share.slice() : share.map((g, r) => (Number.isNaN(value[r]) ? 0 : g));
}

/** x = (1 − w)·f + w·other, so that dx/dw = other − f = (x − f) / w. */
function byWeight(weight: number, acted: Acted): Readonly<Record<string, Float64Array>> | undefined {
  if (weight === 0) return undefined;
  const own = ownValues(acted);
  const { lambda, column, action } = acted;
  return {
    weight: lambda.map((g, r) =>
      g === 0 || action.touched[r] !== 1 ? 0 : (g * ((column[r] as number) - (own[r] as number))) / weight,
    ),
  };
}

function ownValues({ mechanism, inputs, noise }: Acted): Float64Array {
  return mechanism.evaluate(inputs(), noise);
}

/** A product that is exactly 0 where the first factor is, whatever the second. */
function timesSeen(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((g, r) => (g === 0 ? 0 : g * (b[r] as number)));
}

/** The law's draws held fixed: x = location + scale · z, and likewise. */
function byLaw(
  law: Distribution,
  lambda: Float64Array,
  column: Float64Array,
): Readonly<Record<string, Float64Array>> | undefined {
  const along = (slope: (x: number) => number): Float64Array =>
    lambda.map((g, r) => (g === 0 ? 0 : g * slope(column[r] as number)));
  const stretched = (location: number, scale: number): Float64Array | undefined =>
    scale === 0 ? undefined : along((x) => (x - location) / scale);
  const named = (
    entries: Readonly<Record<string, Float64Array | undefined>>,
  ): Readonly<Record<string, Float64Array>> =>
    Object.fromEntries(
      Object.entries(entries).filter((entry): entry is [string, Float64Array] => entry[1] !== undefined),
    );
  switch (law.kind) {
    case 'normal':
      return named({ mean: lambda.slice(), sd: stretched(law.mean, law.sd) });
    case 'laplace':
      return named({ mean: lambda.slice(), scale: stretched(law.mean, law.scale) });
    case 'gumbel':
    case 'logistic':
    case 'student-t':
      return named({ location: lambda.slice(), scale: stretched(law.location, law.scale) });
    case 'uniform': {
      const width = law.high - law.low;
      if (width === 0) return undefined;
      return {
        low: along((x) => (law.high - x) / width),
        high: along((x) => (x - law.low) / width),
      };
    }
    case 'exponential':
      return { rate: along((x) => -x / law.rate) };
    default:
      return undefined;
  }
}
