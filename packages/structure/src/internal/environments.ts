import { InputError, quoteName } from '@cfe/base';
import type { Table } from '@cfe/data';

/** Rows of one regime and the nodes intervened on in it. */
export interface Environment {
  readonly name: string;
  readonly targets: readonly number[];
  readonly rows: Int32Array;
}

/**
 * The table's regimes that have rows, in terms of node indices; one environment without targets if there are none.
 *
 * @throws {@link InputError} if a regime's targets are unknown, or a variable is intervened on in every row
 */
export function environmentsOf(table: Table, nodes: readonly string[]): Environment[] {
  const { regimes } = table;
  const all = Int32Array.from({ length: table.rows }, (_, r) => r);
  if (regimes === undefined) return [{ name: 'all', targets: [], rows: all }];
  const environments = regimes.list.flatMap((regime, e): Environment[] => {
    const rows = all.filter((r) => regimes.of[r] === e);
    if (rows.length === 0) return [];
    if (regime.targets === 'unknown') {
      throw new InputError(
        'structure/unknown-targets',
        `learnStructure: nobody knows what was intervened on in regime ${quoteName(regime.name)}. Name its targets, or leave its ${rows.length} rows out.`,
        { regime: regime.name },
      );
    }
    const targets = [...new Set(regime.targets.map(({ variable }) => nodes.indexOf(variable)))];
    return [{ name: regime.name, targets, rows }];
  });
  for (const [j, name] of nodes.entries()) {
    if (environments.every(({ targets }) => targets.includes(j))) {
      throw new InputError(
        'structure/always-targeted',
        `learnStructure: ${quoteName(name)} was intervened on in every row, so nothing shows what causes it. Add rows where it was left alone, or leave the column out.`,
        { variable: name },
      );
    }
  }
  return environments;
}
