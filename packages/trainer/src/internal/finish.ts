import { type Executor, type Plan, planLayout } from '@cfe/autograd';
import type { Variable } from '@cfe/base';
import type { NoiseChoice, NoiseLaw, Scale, VariableFit } from '@cfe/network';
import type { TrainingRows } from './training-rows.ts';

/** What a state holds besides parameters and scales. */
export interface Finish {
  readonly noise: NoiseLaw[];
  readonly fit: VariableFit[];
}

const mostValues = 1024;

/** Noise laws and goodness of fit of fitted parameters, from the residuals of the rows that count. */
export function finish(
  variables: readonly Variable[],
  plan: Plan,
  executor: Executor,
  parameters: Float64Array,
  scales: readonly Scale[],
  data: TrainingRows,
  { noiseChoice, heldOut }: { readonly noiseChoice: NoiseChoice; readonly heldOut: Float64Array },
): Finish {
  const { rows, values, omit, counts } = data;
  const layout = planLayout(plan);
  const isContinuous = variables.every(({ kind }) => kind === 'continuous');
  const uniforms = isContinuous ? undefined : new Float64Array(layout.noiseColumns * rows).fill(0.5);
  const noise = executor.abduct({ rows, parameters, values, uniforms }).slice();
  const terms = executor.logDensity({ rows, parameters, values, omit });
  const laws: NoiseLaw[] = [];
  const fits: VariableFit[] = [];
  for (const [j, variable] of variables.entries()) {
    const { head } = plan.mechanisms[j] as Plan['mechanisms'][number];
    const mechanism = layout.mechanisms[j] as (typeof layout.mechanisms)[number];
    const n = counts[j] as number;
    const residuals = new Float64Array(n);
    let loss = 0;
    let [at, mean, squares] = [0, 0, 0];
    for (let r = 0; r < rows; r++) {
      if (omit[j * rows + r] === 1) continue;
      residuals[at++] = noise[mechanism.noise * rows + r] as number;
      loss -= terms[j * rows + r] as number;
      const delta = (values[j * rows + r] as number) - mean;
      mean += delta / at;
      squares += delta * ((values[j * rows + r] as number) - mean);
    }
    const isEmpirical =
      noiseChoice === 'empirical' && variable.kind === 'continuous' && head.kind !== 'categorical';
    laws.push(
      isEmpirical
        ? { kind: 'empirical', values: thinned(residuals, head.kind === 'additive') }
        : { kind: 'standard' },
    );
    const sigma = mechanism.logScale < 0 ? 1 : Math.exp(parameters[mechanism.logScale] as number);
    const explained = 1 - (sigma * sigma * residuals.reduce((sum, u) => sum + u * u, 0)) / squares;
    const logScale = Math.log((scales[j] as Scale).scale);
    const tested = heldOut[j] as number;
    fits.push({
      rows: n,
      loss: loss / n + logScale,
      ...(Number.isNaN(tested) ? {} : { heldOut: tested + logScale }),
      ...(head.kind === 'additive' && mechanism.inputs > 0 && squares > 0 ? { r2: explained } : {}),
    });
  }
  return { noise: laws, fit: fits };
}

/**
 * At most 1,024 of the residuals, ascending, at evenly spaced ranks. Those of an additive mechanism get mean 0 and the
 * spread of all of them, so that thinning moves neither.
 */
function thinned(residuals: Float64Array, isAdditive: boolean): Float64Array {
  const sorted = residuals.slice().sort();
  const n = sorted.length;
  const out =
    n <= mostValues
      ? sorted
      : Float64Array.from(
          { length: mostValues },
          (_, k) => sorted[Math.floor(((k + 0.5) * n) / mostValues)] as number,
        );
  if (!isAdditive) return out;
  const [centre, spread] = moments(out);
  const [, whole] = moments(residuals);
  if (!(spread > 0)) return out.fill(0);
  return out.map((u) => ((u - centre) * whole) / spread);
}

function moments(values: Float64Array): [mean: number, sd: number] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)];
}
