import { UnknownNameError } from './errors.ts';

/**
 * A variable's name as it appears in messages: in quotes, control characters escaped, long ones shortened.
 *
 * @example
 * import { quoteName } from '@cfe/base';
 * quoteName('x->y'); // → '"x->y"'
 */
export function quoteName(name: string): string {
  const shown = name.length > 60 ? `${name.slice(0, 57)}…` : name;
  return JSON.stringify(shown);
}

/**
 * The known name closest to a mistyped one by edit distance, or `undefined` when none is close
 * (more than half of its letters differ).
 *
 * @example
 * import { nearestName } from '@cfe/base';
 * nearestName('wieght', ['weight', 'mpg']); // → 'weight'
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  const wanted = name.slice(0, 100).toLowerCase();
  let bestDistance = Math.max(1, Math.floor(wanted.length / 2)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.slice(0, 100).toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}

/**
 * Throws for a name that is not among the known ones, naming the nearest that is.
 *
 * @param where - the public function that was called
 * @param what - what the name should denote, e.g. `'variable'`
 * @throws {@link UnknownNameError} always
 */
export function throwUnknownName(where: string, what: string, name: string, known: readonly string[]): never {
  const nearest = nearestName(name, known);
  const listed = known.slice(0, 12).map(quoteName).join(', ') + (known.length > 12 ? ', …' : '');
  const remedy = nearest === undefined ? `Known: ${listed}.` : `Did you mean ${quoteName(nearest)}?`;
  throw new UnknownNameError(
    'base/unknown-name',
    `${where}: there is no ${what} ${quoteName(name)}. ${remedy}`,
    { name, nearest, known },
  );
}
