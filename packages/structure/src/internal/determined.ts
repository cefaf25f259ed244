import type { Table } from '@cfe/data';
import { type Dag, parentsOf } from '@cfe/graph';

/** A category that follows from its parents in every row in which it was left alone. */
interface Determined {
  readonly variable: string;
  readonly by: readonly string[];
}

/**
 * The categories that their parents determine. Then noise says nothing about direction, and other graphs that are not
 * equivalent fit as well: of a = b xor c each of the three follows from the others. A category whose parents' configurations
 * hardly repeat is not counted.
 */
export function determinedCategories(table: Table, dag: Dag): readonly Determined[] {
  const categorical = (name: string): boolean => table.variable(name).kind === 'categorical';
  return table.names.flatMap((variable): readonly Determined[] => {
    const by = parentsOf(dag, variable);
    if (by.length < 2 || ![variable, ...by].every(categorical)) return [];
    const own = table.column(variable);
    const given = by.map((name) => table.column(name));
    const regimes = table.regimes;
    const set = regimes?.list.map(
      ({ targets }) => targets !== 'unknown' && targets.some((target) => target.variable === variable),
    );
    const levels = new Map<string, number>();
    let rows = 0;
    for (let r = 0; r < table.rows; r++) {
      if (set?.[regimes!.of[r]!] === true) continue;
      rows++;
      const key = given.map((values) => values[r]).join();
      const level = levels.get(key);
      if (level === undefined) levels.set(key, own[r]!);
      else if (level !== own[r]) return [];
    }
    return levels.size * 5 <= rows ? [{ variable, by }] : [];
  });
}
