import { type LayerLayout, type MechanismLayout, type Plan, planLayout } from '@cfe/autograd';
import type { Rng } from '@cfe/base';
import { incident } from '@cfe/graph';
import { leastSquares } from './least-squares.ts';
import type { TrainingRows } from './training-rows.ts';

/** Spreads under this, on the standardised scale, are taken for none: the variable is a function of its parents. */
export const smallestSpread = 1e-6;

/**
 * Parameters to start a fit from, written to `parameters`: a continuous variable's location is its least-squares line
 * where the output reads the parents directly, its spread that of the residuals; hidden layers are random and have no
 * say yet; a categorical variable has the frequencies of its levels.
 *
 * For a linear additive mechanism this is already the maximum of the likelihood.
 */
export function startFrom(plan: Plan, data: TrainingRows, parameters: Float64Array, rng: Rng): void {
  const layout = planLayout(plan);
  for (const [j, mechanism] of layout.mechanisms.entries()) {
    const { head, hidden, skip } = plan.mechanisms[j] as Plan['mechanisms'][number];
    const { from, to, layers, inputs } = mechanism;
    const output = layers[layers.length - 1] as LayerLayout;
    const isDirect = skip || hidden.length === 0 || inputs === 0;
    drawHidden(plan, j, mechanism, parameters, rng.fork(plan.names[j] as string));
    const own = parameters.subarray(from, to);
    const at = (position: number): number => position - from;
    if (isDirect) own.fill(0, at(output.weights), at(output.bias + output.outputs));
    else {
      // a network without a direct way starts from its own random function, its location around the mean
      for (let o = 0; o < output.outputs; o++) own[at(output.bias + o)] = 0;
    }
    if (head.kind === 'categorical') {
      frequencies(data, j, head.levels, own, at(output.bias));
      continue;
    }
    const line = lineOf(plan, data, j, isDirect ? inputs : 0);
    const direct = output.inputs - inputs; // the hidden units come first
    if (isDirect) {
      for (let i = 0; i < inputs; i++)
        own[at(output.weights + direct + i)] = line.coefficients[i + 1] as number;
    }
    own[at(output.bias)] = line.coefficients[0] as number;
    const spread = Math.max(smallestSpread, Math.sqrt(line.squares / Math.max(1, data.counts[j] as number)));
    if (mechanism.logScale >= 0) own[at(mechanism.logScale)] = Math.log(spread);
    else if (output.outputs > 1) own[at(output.bias + 1)] = Math.log(spread);
    if (head.kind === 'flow') {
      for (let k = 0; k < head.components; k++) {
        own[at(output.bias + 2 + k)] = -3;
        own[at(output.bias + 2 + 2 * head.components + k)] =
          head.components === 1 ? 0 : 2 - (4 * k) / (head.components - 1);
      }
    }
  }
}

/** Weights of variance 1/inputs and biases that spread the bends of the units over the standardised inputs. */
function drawHidden(
  plan: Plan,
  j: number,
  { layers }: MechanismLayout,
  parameters: Float64Array,
  rng: Rng,
): void {
  const { activation } = plan.mechanisms[j] as Plan['mechanisms'][number];
  const gain = activation === 'relu' || activation === 'elu' ? 2 : 1;
  for (const [l, { weights, bias, inputs, outputs }] of layers.entries()) {
    const last = l === layers.length - 1;
    const sd = Math.sqrt((last ? 1 : gain) / Math.max(1, inputs));
    for (let k = 0; k < inputs * outputs; k++) parameters[weights + k] = sd * rng.normal();
    for (let o = 0; o < outputs; o++) parameters[bias + o] = last ? 0 : rng.normal();
  }
}

/** x on a constant and `inputs` columns over the rows that count: intercept first. */
function lineOf(
  plan: Plan,
  data: TrainingRows,
  j: number,
  inputs: number,
): { coefficients: Float64Array; squares: number } {
  const { rows, values, omit } = data;
  const kept: number[] = [];
  for (let r = 0; r < rows; r++) if (omit[j * rows + r] === 0) kept.push(r);
  const column = (i: number, of: (x: number) => number): Float64Array =>
    Float64Array.from(kept, (r) => of(values[i * rows + r] as number));
  const columns: Float64Array[] = [new Float64Array(kept.length).fill(1)];
  if (inputs > 0) {
    for (const i of incident(plan.parents, j)) {
      const width = plan.widths[i] as number;
      if (width === 1) columns.push(column(i, (x) => x));
      else for (let c = 0; c < width; c++) columns.push(column(i, (x) => (x === c ? 1 : 0)));
    }
  }
  return leastSquares(
    columns,
    column(j, (x) => x),
  );
}

/** Logits that give the levels' frequencies, each count raised by half so that none is impossible. */
function frequencies(data: TrainingRows, j: number, levels: number, own: Float64Array, at: number): void {
  const counts = new Float64Array(levels).fill(0.5);
  for (let r = 0; r < data.rows; r++) {
    const position = j * data.rows + r;
    if (data.omit[position] === 1) continue;
    const level = data.values[position] as number;
    counts[level] = (counts[level] as number) + 1;
  }
  const total = (data.counts[j] as number) + levels / 2;
  for (let k = 0; k < levels; k++) own[at + k] = Math.log((counts[k] as number) / total);
}
