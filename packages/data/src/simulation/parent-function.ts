import { InputError } from '@cfe/base';

/**
 * A function of p numbers, as plain data: offset + gain · g(z) with z_i = (x_i − centre_i) / scale_i.
 *
 * - `linear`: g = Σ w_i z_i
 * - `wave`: g = Σ w_i (z_i + ½ sin 2z_i), monotone in each input, with a slope between 0 and 2
 * - `network`: g = v · act(H z + b), one hidden layer
 * - `fourier`: g = Σ_k a_k cos(ω_k · z + φ_k): a draw from a Gaussian process, or a sum of functions of one input each
 */
export type ParentFunctionSpec = {
  /** default 0 */
  readonly offset?: number;
  /** default 1 */
  readonly gain?: number;
  /** default: inputs as they are */
  readonly inputs?: { readonly centres: readonly number[]; readonly scales: readonly number[] };
} & (
  | { readonly kind: 'linear' | 'wave'; readonly weights: readonly number[] }
  | {
      readonly kind: 'network';
      readonly activation: Activation;
      /** `[h][p]` */
      readonly hidden: readonly (readonly number[])[];
      /** `[h]`, default 0 */
      readonly biases?: readonly number[];
      /** `[h]` */
      readonly output: readonly number[];
    }
  | {
      readonly kind: 'fourier';
      /** `[k][p]` */
      readonly frequencies: readonly (readonly number[])[];
      readonly phases: readonly number[];
      readonly amplitudes: readonly number[];
    }
);

/** `leaky-relu` has the slope 0.25 below 0. */
export type Activation = 'sigmoid' | 'tanh' | 'leaky-relu';

/** The function's values, `[rows]`. */
export function evaluateFunction(
  spec: ParentFunctionSpec,
  inputs: readonly Float64Array[],
  rows: number,
): Float64Array {
  const z = standardInputs(spec, inputs);
  const out = new Float64Array(rows);
  for (const { weights, phase, amplitude, value } of terms(spec)) {
    for (let r = 0; r < rows; r++) {
      let t = phase;
      for (let i = 0; i < weights.length; i++) {
        const w = weights[i] as number;
        if (w !== 0) t += w * ((z[i] as Float64Array)[r] as number);
      }
      out[r] = (out[r] as number) + amplitude * value(t);
    }
  }
  const { offset = 0, gain = 1 } = spec;
  for (let r = 0; r < rows; r++) out[r] = offset + gain * (out[r] as number);
  return out;
}

/** The function's derivatives by each input, `[rows]` each. */
export function functionSlopes(
  spec: ParentFunctionSpec,
  inputs: readonly Float64Array[],
  rows: number,
): readonly Float64Array[] {
  const z = standardInputs(spec, inputs);
  const out = inputs.map(() => new Float64Array(rows));
  const { gain = 1 } = spec;
  for (const { weights, phase, amplitude, slope } of terms(spec)) {
    for (let r = 0; r < rows; r++) {
      let t = phase;
      for (let i = 0; i < weights.length; i++) {
        const w = weights[i] as number;
        if (w !== 0) t += w * ((z[i] as Float64Array)[r] as number);
      }
      const common = gain * amplitude * slope(t);
      for (let i = 0; i < weights.length; i++) {
        const by = (common * (weights[i] as number)) / (spec.inputs?.scales[i] ?? 1);
        (out[i] as Float64Array)[r] = ((out[i] as Float64Array)[r] as number) + by;
      }
    }
  }
  return out;
}

/** @throws {@link InputError} if the parts differ in size or a number is not finite */
export function checkFunction(spec: ParentFunctionSpec, inputs: number, where: string): void {
  const rows =
    spec.kind === 'network' ? spec.hidden : spec.kind === 'fourier' ? spec.frequencies : [spec.weights];
  const aside =
    spec.kind === 'network'
      ? [spec.output, spec.biases ?? spec.output]
      : spec.kind === 'fourier'
        ? [spec.phases, spec.amplitudes]
        : [];
  const scaling = [spec.inputs?.centres, spec.inputs?.scales].flatMap((list) => (list ? [list] : []));
  const fits =
    rows.every((row) => row.length === inputs) &&
    aside.every((list) => list.length === rows.length) &&
    scaling.every((list) => list.length === inputs);
  const numbers = [...rows, ...aside, ...scaling, [spec.offset ?? 0, spec.gain ?? 1]];
  const finite = numbers.every((list) => list.every((value) => Number.isFinite(value)));
  if (!fits || !finite || spec.inputs?.scales.some((scale) => scale === 0)) {
    throw new InputError(
      'data/simulator-function',
      `${where}: the ${spec.kind} function of ${inputs} inputs has parts of another size, numbers that are not finite, or a scale of 0.`,
      { function: spec.kind, inputs },
    );
  }
}

/** amplitude · value(phase + weights · z): what every kind is a sum of. */
interface Term {
  readonly weights: readonly number[];
  readonly phase: number;
  readonly amplitude: number;
  readonly value: (t: number) => number;
  readonly slope: (t: number) => number;
}

function terms(spec: ParentFunctionSpec): readonly Term[] {
  switch (spec.kind) {
    case 'linear':
      return [{ weights: spec.weights, phase: 0, amplitude: 1, value: identity, slope: one }];
    case 'wave':
      return spec.weights.map((w, i) => ({
        weights: spec.weights.map((_, k) => (k === i ? 1 : 0)),
        phase: 0,
        amplitude: w,
        value: wave,
        slope: waveSlope,
      }));
    case 'network':
      return spec.hidden.map((weights, h) => ({
        weights,
        phase: spec.biases?.[h] ?? 0,
        amplitude: spec.output[h] as number,
        ...activations[spec.activation],
      }));
    case 'fourier':
      return spec.frequencies.map((weights, k) => ({
        weights,
        phase: spec.phases[k] as number,
        amplitude: spec.amplitudes[k] as number,
        value: Math.cos,
        slope: minusSine,
      }));
  }
}

const identity = (t: number): number => t;
const one = (): number => 1;
const wave = (t: number): number => t + 0.5 * Math.sin(2 * t);
const waveSlope = (t: number): number => 1 + Math.cos(2 * t);
const minusSine = (t: number): number => -Math.sin(t);
const sigmoid = (t: number): number => 1 / (1 + Math.exp(-t));

const activations: Readonly<Record<Activation, Pick<Term, 'value' | 'slope'>>> = {
  sigmoid: { value: sigmoid, slope: (t) => sigmoid(t) * (1 - sigmoid(t)) },
  tanh: { value: Math.tanh, slope: (t) => 1 - Math.tanh(t) ** 2 },
  'leaky-relu': { value: (t) => (t < 0 ? 0.25 * t : t), slope: (t) => (t < 0 ? 0.25 : 1) },
};

function standardInputs(spec: ParentFunctionSpec, inputs: readonly Float64Array[]): readonly Float64Array[] {
  const scaling = spec.inputs;
  if (scaling === undefined) return inputs;
  return inputs.map((input, i) => {
    const centre = scaling.centres[i] as number;
    const scale = scaling.scales[i] as number;
    return input.map((x) => (x - centre) / scale);
  });
}
