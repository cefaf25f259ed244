import { type Rng, rngFrom, type Seed } from '@cfe/base';
import { createPlan, type MechanismSpec } from '../../create-plan.ts';
import { type Dtype, type Floats, floats } from '../../floats.ts';
import { initialParameters } from '../../initial-parameters.ts';
import type { Activation, Head, Plan } from '../../plan.ts';
import type { PlanAction } from '../../plan-action.ts';
import { planLayout } from '../../plan-layout.ts';

/** A plan with everything that one round of checks reads. All numbers are exact in float32. */
export interface RandomCase {
  readonly name: string;
  readonly plan: Plan;
  readonly rows: number;
  readonly parameters: Floats;
  readonly noise: Floats;
  readonly values: Floats;
  readonly uniforms: Floats;
  readonly gates: Floats | undefined;
  /** the same for ancestral passes: where the edges form a cycle, gates that leave none in any row */
  readonly openGates: Floats | undefined;
  readonly action: PlanAction | undefined;
  readonly omit: Uint8Array | undefined;
  readonly rowWeights: Floats | undefined;
  readonly upstream: Floats;
  readonly upstreamNoise: Floats;
}

const activations: readonly Activation[] = ['tanh', 'relu', 'elu', 'softplus', 'sigmoid', 'identity'];
const rowCounts: readonly number[] = [1, 2, 3, 4, 5, 7, 16, 31, 33, 64, 130, 259];

/** Case number `index` of a seed: what it holds goes round all heads, activations, parts of an action and gates. */
export function randomCase(index: number, seed: Seed = 0): RandomCase {
  const rng = rngFrom(seed).fork(`conformance/${index}`);
  const cyclic = index % 6 === 5;
  const gated = cyclic || index % 3 === 1;
  const plan = randomPlan(rng.fork('plan'), index, cyclic, gated);
  const rows = rowCounts[index % rowCounts.length] as number;
  const layout = planLayout(plan);
  const size = plan.variables * rows;

  const parameters = float32(initialParameters(plan, { seed: rng.fork('parameters') }));
  const nudge = rng.fork('nudge');
  for (let i = 0; i < parameters.length; i++)
    parameters[i] = Math.fround((parameters[i] as number) + 0.2 * nudge.normal());

  const action = index % 4 === 0 ? undefined : randomAction(rng.fork('action'), plan, rows, index);
  const noise = drawn(rng.fork('noise'), layout.noiseColumns * rows, (r) => r.normal());
  if (action !== undefined) forgetNoiseUnderCuts(plan, rows, action.cut, noise);
  const gates = gated
    ? randomGates(rng.fork('gates'), index % 2 === 0 || index % 12 === 5 ? layout.edges * rows : layout.edges)
    : undefined;
  return {
    name: `case ${index}: ${describePlan(plan)}, ${rows} rows`,
    plan,
    rows,
    parameters,
    noise,
    values: randomValues(rng.fork('values'), plan, rows),
    uniforms: drawn(rng.fork('uniforms'), layout.noiseColumns * rows, (r) => 0.02 + 0.96 * r.uniform()),
    gates,
    openGates: gates && cyclic ? withoutCycles(rng.fork('orders'), plan, gates) : gates,
    action,
    omit: index % 3 === 0 ? undefined : bits(rng.fork('omit'), size, 0.2),
    rowWeights: index % 2 === 0 ? undefined : drawn(rng.fork('weights'), rows, (r) => 2 * r.uniform()),
    upstream: drawn(rng.fork('upstream'), size, (r) => r.normal()),
    upstreamNoise: drawn(rng.fork('upstream-noise'), layout.noiseColumns * rows, (r) => r.normal()),
  };
}

function randomPlan(rng: Rng, index: number, cyclic: boolean, gated: boolean): Plan {
  const d = 1 + (index % 7);
  const offsets = new Int32Array(d + 1);
  const items: number[] = [];
  for (let j = 0; j < d; j++) {
    for (let i = 0; i < d; i++) if (i !== j && (cyclic || i < j) && rng.uniform() < 0.6) items.push(i);
    offsets[j + 1] = items.length;
  }
  const nodes = Array.from({ length: d }, (_, j) => `v${j}`);
  const mechanism = nodes.map((_, j) => randomMechanism(rng, index + 3 * j));
  const graph = { nodes, parents: { offsets, items: Int32Array.from(items) } };
  return createPlan({ graph, mechanism, gates: gated ? 'edges' : 'none' });
}

function randomMechanism(rng: Rng, which: number): MechanismSpec {
  const heads: readonly Head[] = [
    { kind: 'additive', scale: 'learned' },
    { kind: 'location-scale' },
    { kind: 'categorical', levels: 2 + rng.integer(3) },
    { kind: 'additive', scale: 'unit' },
    { kind: 'flow', components: 1 + rng.integer(3) },
  ];
  const depth = rng.integer(3);
  return {
    hidden: Array.from({ length: depth }, () => 1 + rng.integer(9)),
    activation: activations[which % activations.length],
    skip: rng.uniform() < 0.4 ? 'linear' : 'none',
    head: heads[which % heads.length],
  };
}

function randomAction(rng: Rng, plan: Plan, rows: number, index: number): PlanAction {
  const size = plan.variables * rows;
  const cut = bits(rng, size, index % 5 === 0 ? 0.7 : 0.2);
  const continuous = (at: number): boolean =>
    plan.mechanisms[Math.floor(at / rows)]?.head.kind !== 'categorical';
  const value = new Float64Array(size).fill(NaN); // what is not cut must not be read
  for (let at = 0; at < size; at++) {
    const { head } = plan.mechanisms[Math.floor(at / rows)] as Plan['mechanisms'][number];
    if (cut[at] === 1)
      value[at] = head.kind === 'categorical' ? rng.integer(head.levels) : Math.fround(rng.normal());
  }
  const part = (draw: () => number, neutral: number): Float64Array =>
    Float64Array.from(cut, (_, at) =>
      continuous(at) && rng.uniform() < 0.5 ? Math.fround(draw()) : neutral,
    );
  return {
    cut,
    value,
    shift: index % 2 === 1 ? part(() => rng.normal(), 0) : undefined,
    scale:
      index % 3 !== 1 ? part(() => (rng.uniform() < 0.3 ? -1 : 1) * (0.5 + rng.uniform()), 1) : undefined,
    noiseFactor: index % 5 !== 2 ? part(() => 0.5 + rng.uniform(), 1) : undefined,
  };
}

function forgetNoiseUnderCuts(plan: Plan, rows: number, cut: Uint8Array, noise: Floats): void {
  for (const [j, { noise: first, noiseWidth }] of planLayout(plan).mechanisms.entries())
    for (let r = 0; r < rows; r++)
      for (let c = first; c < first + noiseWidth; c++) if (cut[j * rows + r] === 1) noise[c * rows + r] = NaN;
}

function randomValues(rng: Rng, plan: Plan, rows: number): Floats {
  const values = new Float64Array(plan.variables * rows);
  for (const [j, { head }] of plan.mechanisms.entries())
    for (let r = 0; r < rows; r++)
      values[j * rows + r] =
        head.kind === 'categorical' ? rng.integer(head.levels) : Math.fround(rng.normal());
  return values;
}

function randomGates(rng: Rng, length: number): Floats {
  return drawn(rng, length, (r) => (r.uniform() < 0.2 ? 0 : r.uniform()));
}

/** Closes what points against a random order, one for all rows or one for each as the gates are given. */
function withoutCycles(rng: Rng, { variables, parents: { offsets, items } }: Plan, gates: Floats): Floats {
  const each = items.length === 0 ? 0 : gates.length / items.length;
  const open = gates.slice();
  for (let r = 0; r < each; r++) {
    const rank = Array.from({ length: variables }, () => rng.uniform());
    for (let j = 0; j < variables; j++)
      for (let e = offsets[j] as number; e < (offsets[j + 1] as number); e++)
        if ((rank[items[e] as number] as number) > (rank[j] as number)) open[e * each + r] = 0;
  }
  return open;
}

function bits(rng: Rng, length: number, probability: number): Uint8Array {
  return Uint8Array.from({ length }, () => (rng.uniform() < probability ? 1 : 0));
}

function drawn(rng: Rng, length: number, draw: (rng: Rng) => number): Float64Array {
  return Float64Array.from({ length }, () => Math.fround(draw(rng)));
}

function float32(values: Floats): Float64Array {
  return Float64Array.from(values, Math.fround);
}

/** The same numbers in another precision. */
export function inDtype(values: Floats, dtype: Dtype): Floats {
  const copy = floats(dtype, values.length);
  copy.set(values);
  return copy;
}

function describePlan(plan: Plan): string {
  const heads = plan.mechanisms.map(({ head, hidden, activation }) => `${head.kind}[${hidden}]${activation}`);
  return `${plan.levels.length === 0 ? 'cyclic ' : ''}${plan.gated ? 'gated ' : ''}${heads.join(' ')}`;
}
