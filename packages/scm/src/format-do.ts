import { InputError, quoteName, throwUnknownName, type Variable } from '@cfe/base';
import type { Evidence } from './causal-model.ts';
import type { Distribution } from './distribution.ts';
import { argumentNames } from './internal/law-arguments.ts';
import { looksLikeNumber } from './internal/line-scanner.ts';
import { type Do, type Intervention, interventionsOf } from './intervention.ts';

/**
 * Interventions in the text form that {@link parseDo} reads.
 *
 * @param variables - the model's; then a categorical value that is an index is written as its level's name
 * @throws {@link InputError} (`'scm/no-text-form'`) for values per row, and for kinds that have no text form (noise, replace,
 * blend, sometimes)
 * @example
 * import { formatDo } from '@cfe/scm';
 * formatDo({ x: 1, 'a=b': 'low' }); // → ['x=1', '"a=b"=low']
 */
export function formatDo(action: Do, variables?: readonly Variable[]): string[] {
  return interventionsOf(action).map((intervention) => formatOne(intervention, variables));
}

/**
 * Evidence in the text form that {@link parseEvidence} reads.
 *
 * @example
 * import { formatEvidence } from '@cfe/scm';
 * formatEvidence({ z: 2, weather: 'rain' }); // → ['z=2', 'weather=rain']
 */
export function formatEvidence(evidence: Evidence, variables?: readonly Variable[]): string[] {
  return Object.entries(evidence).map(([target, value]) =>
    formatOne({ target, kind: 'hard', value }, variables),
  );
}

function formatOne(intervention: Intervention, variables: readonly Variable[] | undefined): string {
  const name = nameText(intervention.target);
  const levels = levelsOf(intervention.target, variables);
  switch (intervention.kind) {
    case 'hard':
      return `${name}=${valueText(intervention, intervention.value, levels)}`;
    case 'shift':
      return `${name}+=${valueText(intervention, intervention.by, undefined)}`;
    case 'scale':
      return `${name}*=${valueText(intervention, intervention.by, undefined)}`;
    case 'stochastic':
      return `${name}~${lawText(intervention.distribution, levels)}`;
    default:
      throw noText(intervention, 'this kind has no text form');
  }
}

function levelsOf(name: string, variables: readonly Variable[] | undefined): readonly string[] | undefined {
  if (variables === undefined) return undefined;
  const found = variables.find((variable) => variable.name === name);
  if (found === undefined) {
    throwUnknownName(
      'formatDo',
      'variable',
      name,
      variables.map((variable) => variable.name),
    );
  }
  return found.kind === 'categorical' ? found.levels : undefined;
}

function valueText(
  intervention: Intervention,
  value: unknown,
  levels: readonly string[] | undefined,
): string {
  const level = typeof value === 'number' ? levels?.[value] : undefined;
  if (level !== undefined) return levelText(level);
  if (typeof value === 'string') return levelText(value);
  if (typeof value === 'number' && Number.isFinite(value)) return numberText(value);
  throw noText(intervention, 'its value is not one number or level');
}

function lawText(law: Distribution, levels: readonly string[] | undefined): string {
  if (law.kind === 'empirical') return `empirical(${Array.from(law.values, numberText).join(', ')})`;
  if (law.kind === 'categorical') {
    const parts = law.probabilities.map((p, k) => {
      const level = levels?.[k];
      return level === undefined ? numberText(p) : `${levelText(level, true)}: ${numberText(p)}`;
    });
    return `categorical(${parts.join(', ')})`;
  }
  const parameters = law as unknown as Readonly<Record<string, number>>;
  return `${law.kind}(${argumentNames[law.kind].map((name) => numberText(parameters[name] as number)).join(', ')})`;
}

/** The shortest decimal that reads back to the same bits, −0 included. */
function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function nameText(name: string): string {
  return /^\s|\s$|["=~]|[+*]=/.test(name) || /[+*]$/.test(name) || name === '' ? quotedText(name) : name;
}

function levelText(level: string, inList = false): string {
  const plain =
    level !== '' && !/^\s|\s$|"/.test(level) && !looksLikeNumber(level) && !(inList && /[,:)]/.test(level));
  return plain ? level : quotedText(level);
}

function quotedText(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function noText(intervention: Intervention, why: string): InputError {
  return new InputError(
    'scm/no-text-form',
    `formatDo: ${intervention.kind} on ${quoteName(intervention.target)}: ${why}. Keep it as a value.`,
    { target: intervention.target, kind: intervention.kind },
  );
}
