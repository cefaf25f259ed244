import { InputError, quoteName, throwUnknownName } from '@cfe/base';
import { checkDistribution } from '../distribution.ts';
import { type Do, type Intervention, interventionsOf } from '../intervention.ts';

/** x := scale · (Σ weight · parent + intercept) + noise · u + shift + fresh · v, v a new standard normal. */
export interface AffineAct {
  readonly cut: boolean;
  readonly scale: number;
  readonly noise: number;
  readonly shift: number;
  readonly fresh: number;
}

const nothing: AffineAct = { cut: false, scale: 1, noise: 1, shift: 0, fresh: 0 };

/** What an action does to each equation of a linear-Gaussian model, by node; kinds that leave the family are refused. */
export function readAffineActs(nodes: readonly string[], action: Do | undefined): (AffineAct | undefined)[] {
  const acts: (AffineAct | undefined)[] = nodes.map(() => undefined);
  for (const intervention of interventionsOf(action)) {
    const j = nodes.indexOf(intervention.target);
    if (j < 0) throwUnknownName('exact', 'variable', intervention.target, nodes);
    const prior = acts[j];
    const sets = intervention.kind === 'hard' || intervention.kind === 'stochastic';
    if (prior !== undefined && (prior.cut || sets)) {
      throw new InputError(
        'scm/contradictory-do',
        `exact: ${quoteName(intervention.target)} gets a value and a second intervention (${intervention.kind}). Give it one of them; to override an earlier action, compose them.`,
        { target: intervention.target, kind: intervention.kind },
      );
    }
    acts[j] = apply(prior ?? nothing, intervention);
  }
  return acts;
}

function apply(prior: AffineAct, intervention: Intervention): AffineAct {
  const refuse = (why: string): never => {
    throw new InputError(
      'scm/not-exact',
      `exact: ${intervention.kind} on ${quoteName(intervention.target)} ${why}.`,
      {
        target: intervention.target,
        kind: intervention.kind,
      },
    );
  };
  const number = (value: unknown): number => {
    if (typeof value === 'string' || (typeof value === 'number' && !Number.isFinite(value))) {
      throw new InputError(
        'scm/do-value',
        `exact: ${intervention.kind} on ${quoteName(intervention.target)} needs a finite number, got ${value}.`,
        {
          target: intervention.target,
          kind: intervention.kind,
        },
      );
    }
    return typeof value === 'number' ? value : refuse('needs one number here, not one per row');
  };
  switch (intervention.kind) {
    case 'hard':
      return { cut: true, scale: 0, noise: 0, shift: number(intervention.value), fresh: 0 };
    case 'stochastic': {
      const law = intervention.distribution;
      checkDistribution(law);
      if (law.kind !== 'normal')
        return refuse(`has no closed form for a ${law.kind} law; draw samples instead`);
      return { cut: true, scale: 0, noise: 0, shift: law.mean, fresh: law.sd };
    }
    case 'shift':
      return { ...prior, shift: prior.shift + number(intervention.by) };
    case 'scale': {
      const by = number(intervention.by);
      return {
        cut: false,
        scale: prior.scale * by,
        noise: prior.noise * by,
        shift: prior.shift * by,
        fresh: prior.fresh * Math.abs(by),
      };
    }
    case 'noise':
      if (!(intervention.factor >= 0)) number(Number.NaN);
      return { ...prior, noise: prior.noise * number(intervention.factor) };
    case 'blend': {
      const { weight: w } = intervention;
      if (!(w >= 0 && w <= 1) || intervention.with.target !== intervention.target) {
        return refuse('needs a weight between 0 and 1, and the same target inside it');
      }
      const other = apply(nothing, intervention.with);
      const mix = (a: number, b: number): number => (1 - w) * a + w * b;
      return {
        cut: other.cut && w === 1,
        scale: mix(prior.scale, other.scale),
        noise: mix(prior.noise, other.noise),
        shift: mix(prior.shift, other.shift),
        fresh: Math.hypot((1 - w) * prior.fresh, w * other.fresh),
      };
    }
    default:
      return refuse('has no closed form; draw samples instead');
  }
}
