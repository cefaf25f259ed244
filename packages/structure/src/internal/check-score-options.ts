import { InputError } from '@cfe/base';
import type { ScoreOptions } from './order-problem.ts';

/** Refuses settings under which a score is no number, or no longer prefers anything. */
export function checkScoreOptions(options: ScoreOptions): void {
  const { penalty = 1, maxParents = 0, equivalentSampleSize = 1, expectedParents = 1 } = options;
  if (!(penalty > 0 && penalty < Number.POSITIVE_INFINITY)) {
    throw new InputError(
      'structure/penalty',
      `learnStructure: 'penalty' is ${penalty}; it must be a number above 0.`,
      {
        penalty,
      },
    );
  }
  if (!(Number.isInteger(maxParents) && maxParents >= 0)) {
    throw new InputError(
      'structure/max-parents',
      `learnStructure: 'maxParents' is ${maxParents}; it is a whole number, 0 or more.`,
      { maxParents },
    );
  }
  if (!(equivalentSampleSize > 0 && expectedParents > 0)) {
    throw new InputError(
      'structure/prior',
      `learnStructure: 'equivalentSampleSize' is ${equivalentSampleSize} and 'expectedParents' ${expectedParents}; both must be above 0.`,
      { equivalentSampleSize, expectedParents },
    );
  }
  choice('intercept', options.intercept, ['auto', 'shared', 'perEnvironment']);
  choice('discrete', options.discrete, ['bic', 'bdeu']);
}

function choice(option: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  throw new InputError(
    'structure/choice',
    `learnStructure: '${option}' is '${value}'; it is one of ${known.map((name) => `'${name}'`).join(', ')}.`,
    { option, value, known },
  );
}
