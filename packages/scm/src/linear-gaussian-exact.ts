import { InputError, quoteName, throwUnknownName } from '@cfe/base';
import { type Dag, incident, topologicalOrder } from '@cfe/graph';
import type { Evidence, ExactAnswer, Query } from './causal-model.ts';
import { type AffineAct, readAffineActs } from './internal/affine-acts.ts';
import { gaussianNoise } from './internal/gaussian-noise.ts';
import type { LinearGaussianSpec } from './linear-gaussian.ts';

type Spec = Required<LinearGaussianSpec>;

/** x = centre + rows · w: every variable as a linear form of the independent noise w. */
interface Reduced {
  readonly centre: Float64Array;
  readonly rows: readonly Float64Array[];
}

/**
 * The distribution that a query asks for, in closed form: condition, act, condition.
 *
 * Both worlds are linear in the same noise, so evidence from before the action and from after it condition the noise, and
 * the answer is read off the world after: no matrix is inverted, and what is certain stays certain.
 */
export function linearGaussianAnswer(spec: Spec, graph: Dag, query: Query): ExactAnswer {
  const { nodes, noiseVariances } = spec;
  const acts = readAffineActs(nodes, query.do);
  const fresh = nodes.flatMap((_, j) => ((acts[j]?.fresh ?? 0) === 0 ? [] : [j]));
  const noise = gaussianNoise([
    ...Array.from(noiseVariances, Math.sqrt),
    ...fresh.map((j) => acts[j]?.fresh as number),
  ]);
  const width = nodes.length + fresh.length;
  const before = reduce(spec, graph, [], fresh, width);
  const after = reduce(spec, graph, acts, fresh, width);
  const certain = new Map<number, number>();
  for (const [j, value] of readEvidence(nodes, query.factual, 'factual')) {
    observe(noise, before, j, value, 'factual', nodes);
    certain.set(j, value);
  }
  for (const j of reachedBy(graph, acts)) certain.delete(j);
  for (const [j, value] of readEvidence(nodes, query.given, 'given')) {
    observe(noise, after, j, value, 'given', nodes);
    certain.set(j, value);
  }
  return read(nodes, noise, after, certain);
}

function reduce(
  { nodes, weights, intercepts }: Spec,
  graph: Dag,
  acts: readonly (AffineAct | undefined)[],
  fresh: readonly number[],
  width: number,
): Reduced {
  const centre = new Float64Array(nodes.length);
  const rows: Float64Array[] = nodes.map(() => new Float64Array(width));
  for (const j of topologicalOrder(graph)) {
    const act = acts[j];
    const scale = act?.scale ?? 1;
    const row = rows[j] as Float64Array;
    row[j] = act?.noise ?? 1;
    const own = fresh.indexOf(j);
    if (act !== undefined && own >= 0) row[nodes.length + own] = 1;
    let at = scale * (intercepts[j] as number) + (act?.shift ?? 0);
    if (scale !== 0) {
      for (const i of incident(graph.parents, j)) {
        const weight = scale * (weights[i]?.[j] as number);
        at += weight * (centre[i] as number);
        const above = rows[i] as Float64Array;
        for (let k = 0; k < width; k++) row[k] = (row[k] as number) + weight * (above[k] as number);
      }
    }
    centre[j] = at;
  }
  return { centre, rows };
}

type Noise = ReturnType<typeof gaussianNoise>;

function observe(
  noise: Noise,
  world: Reduced,
  j: number,
  value: number,
  role: string,
  nodes: readonly string[],
): void {
  const centre = world.centre[j] as number;
  if (
    noise.observe(world.rows[j] as Float64Array, value - centre, Math.max(Math.abs(value), Math.abs(centre)))
  )
    return;
  throw new InputError(
    'scm/off-support',
    `${role}: the model gives this evidence probability 0: ${quoteName(nodes[j] as string)} cannot be ${value}${role === 'given' ? ' after the action' : ''}, given the rest of it.`,
    { name: nodes[j], value },
  );
}

function read(
  nodes: readonly string[],
  noise: Noise,
  { centre, rows }: Reduced,
  certain: ReadonlyMap<number, number>,
): ExactAnswer {
  const spread = rows.map((row, j) => (certain.has(j) ? undefined : noise.spreadOf(row)));
  const covariance = spread.map((a, i) =>
    spread.map((b, j) => (a === undefined || b === undefined ? 0 : j < i ? dot(b, a) : dot(a, b))),
  );
  const mean = nodes.map(
    (_, j) => certain.get(j) ?? (centre[j] as number) + noise.meanOf(rows[j] as Float64Array),
  );
  return {
    exact: true,
    nodes,
    mean: Object.fromEntries(nodes.map((name, j) => [name, mean[j] as number])),
    sd: Object.fromEntries(nodes.map((name, j) => [name, Math.sqrt(covariance[j]?.[j] as number)])),
    covariance,
  };
}

/** Indices of the variables that the action can change. */
function reachedBy(graph: Dag, acts: readonly (AffineAct | undefined)[]): number[] {
  const reached = new Uint8Array(graph.nodes.length);
  for (const j of topologicalOrder(graph)) {
    if (acts[j] !== undefined || incident(graph.parents, j).some((k) => reached[k] === 1)) reached[j] = 1;
  }
  return [...reached.keys()].filter((j) => reached[j] === 1);
}

function readEvidence(
  nodes: readonly string[],
  evidence: Evidence | undefined,
  role: string,
): [number, number][] {
  return Object.entries(evidence ?? {}).map(([name, value]) => {
    const j = nodes.indexOf(name);
    if (j < 0) throwUnknownName(role, 'variable', name, nodes);
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new InputError(
        'scm/evidence',
        `${role}: ${quoteName(name)} needs a finite number, got ${value}.`,
        { name, value },
      );
    }
    return [j, value];
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += (a[k] as number) * (b[k] as number);
  return total;
}
