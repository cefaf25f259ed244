import { InputError, quoteName, throwUnknownName } from '@cfe/base';
import { type Dag, topologicalOrder } from '@cfe/graph';
import { Matrix, pseudoInverse } from 'ml-matrix';
import type { Evidence, ExactAnswer, Query } from './causal-model.ts';
import { interventionsOf } from './intervention.ts';
import type { LinearGaussianSpec } from './linear-gaussian.ts';

type Spec = Required<LinearGaussianSpec>;

/** x = M (c + u), u ~ N(0, D): a linear-Gaussian model in reduced form. B[j][i] is the weight of i → j. */
interface Reduced {
  readonly m: Matrix;
  readonly c: Matrix;
  readonly d: Matrix;
}

/**
 * The distribution that a query asks for, in closed form: condition, act, condition.
 *
 * With evidence from before the action the noise keeps what was learnt of it: û = K(e − (Mc)_E), C = D − K M_E D
 * with K = D M_Eᵀ (M_E D M_Eᵀ)⁺, and then mean = M′(c′ + Pû), covariance = M′ P C P M′ᵀ.
 */
export function linearGaussianAnswer(spec: Spec, graph: Dag, query: Query): ExactAnswer {
  const { nodes } = spec;
  const before = reduce(spec, graph, []);
  let noiseMean = Matrix.zeros(nodes.length, 1);
  let noiseCovariance = before.d;
  if (query.factual !== undefined && Object.keys(query.factual).length > 0) {
    const evidence = readEvidence(nodes, query.factual, 'factual');
    const mE = before.m.selection(evidence.indices, range(nodes.length));
    const residual = Matrix.sub(evidence.values, mE.mmul(before.c));
    const spread = mE.mmul(before.d).mmul(mE.transpose());
    const gain = before.d.mmul(mE.transpose()).mmul(pseudoInverse(spread));
    refuseOffSupport(spread, residual, 'factual');
    noiseMean = gain.mmul(residual);
    noiseCovariance = Matrix.sub(before.d, gain.mmul(mE).mmul(before.d));
  }
  const acts = readActs(nodes, query);
  const after = reduce(spec, graph, acts);
  // The noise of a variable that is cut off is replaced: by nothing (hard) or by the new law's (stochastic).
  const factor = Matrix.diag(nodes.map((_, j) => acts[j]?.noiseFactor ?? 1));
  const fresh = Matrix.diag(nodes.map((_, j) => acts[j]?.freshVariance ?? 0));
  const mean = after.m.mmul(Matrix.add(after.c, factor.mmul(noiseMean)));
  const inner = Matrix.add(factor.mmul(noiseCovariance).mmul(factor), fresh);
  const covariance = after.m.mmul(inner).mmul(after.m.transpose());
  return answer(nodes, ...condition(nodes, mean, covariance, query.given));
}

interface Act {
  readonly cut: boolean;
  readonly scale: number;
  readonly shift: number;
  readonly noiseFactor: number;
  readonly freshVariance: number;
}

function readActs(nodes: readonly string[], query: Query): (Act | undefined)[] {
  const acts: (Act | undefined)[] = nodes.map(() => undefined);
  for (const intervention of interventionsOf(query.do)) {
    const j = nodes.indexOf(intervention.target);
    if (j < 0) throwUnknownName('exact', 'variable', intervention.target, nodes);
    const prior = acts[j];
    const refuse = (why: string): never => {
      throw new InputError(
        'scm/not-exact',
        `exact: ${intervention.kind} on ${quoteName(intervention.target)} ${why}.`,
        {
          target: intervention.target,
        },
      );
    };
    if (
      prior?.cut === true ||
      (prior !== undefined && (intervention.kind === 'hard' || intervention.kind === 'stochastic'))
    ) {
      refuse('contradicts another intervention on it in the same action');
    }
    const base = prior ?? { cut: false, scale: 1, shift: 0, noiseFactor: 1, freshVariance: 0 };
    const number = (value: unknown): number =>
      typeof value === 'number' && Number.isFinite(value)
        ? value
        : refuse('needs one finite number here, not one per row');
    switch (intervention.kind) {
      case 'hard':
        acts[j] = {
          cut: true,
          scale: 0,
          shift: number(intervention.value),
          noiseFactor: 0,
          freshVariance: 0,
        };
        break;
      case 'stochastic': {
        const law = intervention.distribution;
        if (law.kind !== 'normal')
          return refuse(`has no closed form for a ${law.kind} law; draw samples instead`);
        acts[j] = { cut: true, scale: 0, shift: law.mean, noiseFactor: 0, freshVariance: law.sd ** 2 };
        break;
      }
      case 'shift':
        acts[j] = { ...base, shift: base.shift + number(intervention.by) };
        break;
      case 'scale': {
        const by = number(intervention.by);
        acts[j] = {
          ...base,
          scale: base.scale * by,
          shift: base.shift * by,
          noiseFactor: base.noiseFactor * by,
        };
        break;
      }
      case 'noise':
        acts[j] = { ...base, noiseFactor: base.noiseFactor * intervention.factor };
        break;
      default:
        refuse('has no closed form; draw samples instead');
    }
  }
  return acts;
}

function reduce(spec: Spec, graph: Dag, acts: readonly (Act | undefined)[]): Reduced {
  const { nodes, weights, intercepts, noiseVariances } = spec;
  const d = nodes.length;
  const b = new Matrix(d, d);
  const c = new Matrix(d, 1);
  for (let j = 0; j < d; j++) {
    const act = acts[j];
    const scale = act?.scale ?? 1;
    for (let i = 0; i < d; i++) b.set(j, i, scale * (weights[i]?.[j] as number));
    c.set(j, 0, scale * (intercepts[j] as number) + (act?.shift ?? 0));
  }
  return { m: invertUnitTriangular(b, graph), c, d: Matrix.diag(Array.from(noiseVariances)) };
}

/** (I − B)⁻¹ by forward substitution in causal order: exact, no pivoting needed. */
function invertUnitTriangular(b: Matrix, graph: Dag): Matrix {
  const d = b.rows;
  const m = Matrix.eye(d);
  for (const j of topologicalOrder(graph)) {
    for (let i = 0; i < d; i++) {
      const weight = b.get(j, i);
      if (weight === 0) continue;
      for (let k = 0; k < d; k++) m.set(j, k, m.get(j, k) + weight * m.get(i, k));
    }
  }
  return m;
}

function condition(
  nodes: readonly string[],
  mean: Matrix,
  covariance: Matrix,
  given: Evidence | undefined,
): [Matrix, Matrix] {
  if (given === undefined || Object.keys(given).length === 0) return [mean, covariance];
  const evidence = readEvidence(nodes, given, 'given');
  const all = range(nodes.length);
  const see = covariance.selection(evidence.indices, evidence.indices);
  const ce = covariance.selection(all, evidence.indices);
  const residual = Matrix.sub(evidence.values, mean.selection(evidence.indices, [0]));
  refuseOffSupport(see, residual, 'given');
  const gain = ce.mmul(pseudoInverse(see));
  return [Matrix.add(mean, gain.mmul(residual)), Matrix.sub(covariance, gain.mmul(ce.transpose()))];
}

function readEvidence(
  nodes: readonly string[],
  evidence: Evidence,
  role: string,
): { indices: number[]; values: Matrix } {
  const entries = Object.entries(evidence);
  const indices = entries.map(([name]) => {
    const j = nodes.indexOf(name);
    return j < 0 ? throwUnknownName(role, 'variable', name, nodes) : j;
  });
  for (const [name, value] of entries) {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new InputError(
        'scm/evidence',
        `${role}: ${quoteName(name)} needs a finite number, got ${value}.`,
        { name, value },
      );
    }
  }
  return { indices, values: Matrix.columnVector(entries.map(([, value]) => value as number)) };
}

/** Evidence that a singular model gives probability 0 has no answer. */
function refuseOffSupport(spread: Matrix, residual: Matrix, role: string): void {
  const explained = spread.mmul(pseudoInverse(spread)).mmul(residual);
  const gap = Matrix.sub(residual, explained).norm();
  if (gap > 1e-8 * Math.max(1, residual.norm())) {
    throw new InputError(
      'scm/off-support',
      `${role}: the model gives this evidence probability 0: a fixed variable has another value.`,
      {
        gap,
      },
    );
  }
}

function answer(nodes: readonly string[], mean: Matrix, covariance: Matrix): ExactAnswer {
  return {
    exact: true,
    nodes,
    mean: Object.fromEntries(nodes.map((name, j) => [name, mean.get(j, 0)])),
    sd: Object.fromEntries(nodes.map((name, j) => [name, Math.sqrt(Math.max(0, covariance.get(j, j)))])),
    covariance: covariance.to2DArray(),
  };
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
