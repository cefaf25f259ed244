import { InputError, quoteName } from '@cfe/base';
import type { CausalModel } from '../causal-model.ts';
import type { Distribution } from '../distribution.ts';
import type { Do } from '../intervention.ts';
import type { InvertibleMechanism, Mechanism } from '../mechanism.ts';
import { type Action, natural, resolveDo } from '../resolve-do.ts';
import type { Equation } from './forward-pass.ts';
import { logDensityOf } from './log-density.ts';

interface Part {
  readonly name: string;
  readonly mechanism: Mechanism | InvertibleMechanism;
  readonly noise: Distribution;
  readonly logDensity?: (parents: readonly Float64Array[], values: Float64Array) => Float64Array;
}

type RowDensity = (
  model: Pick<CausalModel, 'variables' | 'graph'>,
  columns: readonly Float64Array[],
  options: { readonly do?: Do | undefined },
) => Float64Array;

/** The model's log density, or `undefined` if some variable has none. */
export function equationDensity(
  parts: readonly Part[],
  equations: readonly Equation[],
): RowDensity | undefined {
  const terms = parts.map((part) => termOf(part));
  if (!terms.every((term) => term !== undefined)) return undefined;
  return (model, columns, options) => {
    const rows = columns[0]?.length ?? 0;
    const { actions } = resolveDo(model, options.do, rows);
    const none = natural(rows);
    const out = new Float64Array(rows);
    for (const [j, term] of terms.entries()) {
      const action = actions[j] ?? none;
      if (action.cut.every((c) => c === 1)) continue;
      const parents = Array.from((equations[j] as Equation).parents, (k) => columns[k] as Float64Array);
      const values = term(parents, columns[j] as Float64Array, action);
      for (let r = 0; r < rows; r++)
        if (action.cut[r] !== 1) out[r] = (out[r] as number) + (values[r] as number);
    }
    return out;
  };
}

type Term = (parents: readonly Float64Array[], values: Float64Array, action: Action) => Float64Array;

function termOf(part: Part): Term | undefined {
  const { mechanism, noise, name, logDensity } = part;
  const ofNoise = logDensityOf(noise);
  if ('abduct' in mechanism && mechanism.logSlope !== undefined && ofNoise !== undefined) {
    return (parents, values, action) => changeOfVariables(part, mechanism, ofNoise, parents, values, action);
  }
  if (logDensity === undefined) return undefined;
  return (parents, values, action) => {
    if (!action.cutOnly || action.branches.length > 1) throw noDensity(name);
    return logDensity(parents, values);
  };
}

/** x = w f(pa, φ u) + δ: ln p(x) = ln p_u(u) − ln |w φ ∂f|; an atom, where nothing random is left, counts 0 or −∞. */
function changeOfVariables(
  { name, noise }: Part,
  mechanism: InvertibleMechanism,
  ofNoise: (u: number) => number,
  parents: readonly Float64Array[],
  values: Float64Array,
  { branches, cut, shift }: Action,
): Float64Array {
  const [branch] = branches;
  if (branch === undefined || branches.length > 1 || branch.replacement !== undefined) throw noDensity(name);
  const { weight, noiseFactor } = branch;
  const fixed = fixedValue(noise);
  const isAtom = (r: number): boolean => fixed !== undefined || weight[r] === 0 || noiseFactor[r] === 0;
  const own = values.map((x, r) =>
    weight[r] === 0 ? x : (x - (shift[r] as number)) / (weight[r] as number),
  );
  const scaled = mechanism.abduct(parents, own);
  const slope = mechanism.logSlope?.(parents, scaled) as Float64Array;
  const still = values.some((_, r) => cut[r] !== 1 && isAtom(r))
    ? mechanism.evaluate(
        parents,
        noiseFactor.map((f) => f * (fixed ?? 0)),
      )
    : undefined;
  return values.map((x, r) => {
    const w = weight[r] as number;
    const factor = noiseFactor[r] as number;
    if (cut[r] === 1) return 0;
    if (still !== undefined && isAtom(r)) {
      const at = (w === 0 ? 0 : w * (still[r] as number)) + (shift[r] as number);
      return Math.abs(x - at) <= 1e-9 * Math.max(1, Math.abs(at)) ? 0 : Number.NEGATIVE_INFINITY;
    }
    const atom = noise.kind === 'categorical';
    const jacobian = atom ? 0 : Math.log(Math.abs(w * factor)) + (slope[r] as number);
    return ofNoise((scaled[r] as number) / factor) - jacobian;
  });
}

/** The one value of a law without spread. */
function fixedValue(law: Distribution): number | undefined {
  switch (law.kind) {
    case 'normal':
      return law.sd === 0 ? law.mean : undefined;
    case 'uniform':
      return law.low === law.high ? law.low : undefined;
    case 'laplace':
      return law.scale === 0 ? law.mean : undefined;
    case 'gumbel':
    case 'logistic':
    case 'student-t':
      return law.scale === 0 ? law.location : undefined;
    default:
      return undefined;
  }
}

function noDensity(variable: string): InputError {
  return new InputError(
    'scm/no-density',
    `logDensity: ${quoteName(variable)} is under an intervention whose density is not known in closed form.`,
    { variable },
  );
}
