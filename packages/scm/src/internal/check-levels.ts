import { InputError, quoteName } from '@cfe/base';

/** A categorical variable's levels, copied: one or more, distinct. */
export function checkLevels(where: string, name: string, levels: readonly string[]): readonly string[] {
  if (levels.length > 0 && new Set(levels).size === levels.length) return [...levels];
  throw new InputError(
    'scm/levels',
    `${where}: ${quoteName(name)} needs one or more distinct levels, got ${levels.slice(0, 12).map(quoteName).join(', ') || 'none'}.`,
    { variable: name, levels },
  );
}
