import {
  type Columns,
  columnsFrom,
  InputError,
  quoteName,
  rngFrom,
  type Seed,
  throwUnknownName,
} from '@cfe/base';
import {
  type AnyCausalModel,
  type Do,
  type Evidence,
  type Intervention,
  interventionsOf,
  levelIndex,
} from '@cfe/scm';

/** Individuals that stand for a distribution: rows with weights that sum to 1, and the noise behind them. */
export interface Particles {
  readonly rows: Columns;
  /** `[rows]` */
  readonly weights: Float64Array;
  /** (Σw)² / Σw²: how many independent draws these are worth */
  readonly effectiveSize: number;
  readonly noise: Columns;
}

/** What the individuals have in common, in the world before any action. */
export interface Known {
  readonly evidence?: Evidence | undefined;
  readonly samples: number;
  readonly seed?: Seed | undefined;
}

const fewest = 50;

/**
 * Individuals of the model, as it is, that agree with the evidence: one where the evidence fixes the noise, otherwise
 * draws.
 *
 * Partial evidence is met by likelihood weighting: its variables are set, the rest is simulated, and each row weighs
 * what the set variables' own mechanisms say of it. A row's noise then follows by abduction, so actions on the
 * result are counterfactuals.
 *
 * @see Fung and Chang (1990); Koller and Friedman (2009), section 12.2
 */
export async function individuals(model: AnyCausalModel, known: Known): Promise<Particles> {
  const { samples, seed } = known;
  checkSamples(samples);
  const rng = rngFrom(seed).fork('individuals');
  const evidence = evidenceOf(model, known.evidence);
  if (evidence.size === 0) {
    const noise = await model.noise(samples, { seed: rng });
    return equal(await model.predict(noise), noise);
  }
  if (evidence.size === model.variables.length) {
    const count = model.abduction === 'point' ? 1 : samples;
    const rows = columnsFrom(
      Object.fromEntries(
        model.graph.nodes.map((name) => [name, new Float64Array(count).fill(evidence.get(name) as number)]),
      ),
    );
    return equal(rows, await abductOf(model, rows, rng.fork('abduct')));
  }
  const rows = await model.sample(samples, { do: Object.fromEntries(evidence), seed: rng });
  const weighted = await weigh(model, rows, undefined, Object.fromEntries(evidence));
  return { ...weighted, noise: await abductOf(model, rows, rng.fork('abduct')) };
}

/** Individuals in the world after an action, of whom something is then observed. */
export async function individualsAfter(
  model: AnyCausalModel,
  action: Do,
  given: Evidence | undefined,
  { samples, seed }: { readonly samples: number; readonly seed?: Seed | undefined },
): Promise<Omit<Particles, 'noise'>> {
  checkSamples(samples);
  const rng = rngFrom(seed).fork('individuals');
  const noise = await model.noise(samples, { seed: rng });
  const evidence = evidenceOf(model, given);
  if (evidence.size === 0) return equal(await model.predict(noise, { do: action, seed: rng }), noise);
  const acts = interventionsOf(action);
  for (const { target, kind } of acts) {
    if (!evidence.has(target) || kind === 'shift' || kind === 'scale' || kind === 'noise') continue;
    throw new InputError(
      'counterfactuals/given-set',
      `given: ${quoteName(target)} is set by the action, so observing it afterwards says nothing. Leave it out of one of the two.`,
      { variable: target },
    );
  }
  const clamped: Intervention[] = [
    ...acts.filter(({ target }) => !evidence.has(target)),
    ...[...evidence].map(([target, value]): Intervention => ({ target, kind: 'hard', value })),
  ];
  const rows = await model.predict(noise, { do: clamped, seed: rng });
  return weigh(model, rows, acts, clamped);
}

function checkSamples(samples: number): void {
  if (Number.isSafeInteger(samples) && samples > 0) return;
  throw new InputError(
    'counterfactuals/samples',
    `samples: a whole number from 1 on is needed, got ${samples}.`,
    {
      samples,
    },
  );
}

/** A distribution's weights from how likely the rows are under one action relative to the one that made them. */
async function weigh(
  model: AnyCausalModel,
  rows: Columns,
  action: Do | undefined,
  made: Do,
): Promise<Omit<Particles, 'noise'>> {
  if (model.logDensity === undefined) {
    throw new InputError(
      'counterfactuals/no-density',
      'This model has no density, so evidence on some of its variables cannot be weighed. Give a value for every variable, or none.',
    );
  }
  const target = await model.logDensity(rows, { do: action });
  const proposal = await model.logDensity(rows, { do: made });
  const logs = target.map((l, r) => l - (proposal[r] as number));
  const most = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(most)) {
    throw new InputError(
      'counterfactuals/off-support',
      'The evidence has probability 0 in this model: no individual can have these values.',
    );
  }
  const weights = logs.map((l) => Math.exp(l - most));
  const total = weights.reduce((a, b) => a + b, 0);
  for (let r = 0; r < weights.length; r++) weights[r] = (weights[r] as number) / total;
  const effectiveSize = 1 / weights.reduce((a, w) => a + w * w, 0);
  if (effectiveSize < Math.min(fewest, weights.length) * (1 - 1e-9)) {
    throw new InputError(
      'counterfactuals/few-effective',
      `The evidence is so unlikely that ${weights.length} draws are worth only ${effectiveSize.toFixed(1)} (${fewest} are needed). Draw more samples, or condition on less.`,
      { effectiveSize, samples: weights.length },
    );
  }
  return { rows, weights, effectiveSize };
}

/** Evidence as numbers by name, checked. */
export function evidenceOf(
  { variables, graph }: Pick<AnyCausalModel, 'variables' | 'graph'>,
  evidence: Evidence = {},
): Map<string, number> {
  const found = new Map<string, number>();
  for (const [name, given] of Object.entries(evidence)) {
    const variable = variables[graph.nodes.indexOf(name)];
    if (variable === undefined) throwUnknownName('evidence', 'variable', name, graph.nodes);
    const value = typeof given === 'string' ? levelIndex(given, variable) : given;
    const fits =
      variable.kind === 'continuous' ? Number.isFinite(value) : variable.levels[value] !== undefined;
    if (!fits) {
      throw new InputError(
        'counterfactuals/evidence',
        `evidence: ${quoteName(name)} is ${given}; ${variable.kind === 'continuous' ? 'give a finite number' : "give a level's name or index"}.`,
        { variable: name, value: given },
      );
    }
    found.set(name, value);
  }
  return found;
}

export async function abductOf(model: AnyCausalModel, rows: Columns, seed: Seed): Promise<Columns> {
  if (model.abduct !== undefined) return model.abduct(rows, { seed });
  throw new InputError(
    'counterfactuals/no-abduction',
    'counterfactual: this model cannot tell its noise from what happened. Use one with invertible mechanisms.',
  );
}

function equal(rows: Columns, noise: Columns): Particles {
  const weights = new Float64Array(rows.rows).fill(1 / rows.rows);
  return { rows, weights, effectiveSize: rows.rows, noise };
}
