import { InputError, permutation, rngFrom, type Seed } from '@cfe/base';
import { selectRows, type Table } from './table.ts';

/**
 * Splits the rows at random into named parts, each in the table's order. With regimes, every regime is split in the
 * same shares, so that no part lacks one that has rows enough.
 *
 * @param options.parts - shares by name, which sum to 1
 * @param options.seed - default 0
 * @throws {@link InputError} if the shares are not positive or do not sum to 1
 * @example
 * import { parseCsv, splitTable } from '@cfe/data';
 * const table = parseCsv(`x\n${[...Array(10).keys()].join('\n')}\n`);
 * const { train, test } = splitTable(table, { parts: { train: 0.8, test: 0.2 }, seed: 1 });
 * [train.rows, test.rows]; // → [8, 2]
 */
export function splitTable<Part extends string>(
  table: Table,
  options: { readonly parts: Readonly<Record<Part, number>>; readonly seed?: Seed | undefined },
): Readonly<Record<Part, Table>> {
  const shares = Object.entries(options.parts) as [Part, number][];
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  if (shares.some(([, share]) => !(share > 0)) || Math.abs(total - 1) > 1e-9) {
    throw new InputError(
      'data/split-shares',
      `splitTable: shares must be positive and sum to 1, got ${shares.map(([name, share]) => `${name}: ${share}`).join(', ')}.`,
      { parts: options.parts },
    );
  }
  const rng = rngFrom(options.seed).fork('split');
  const rows = new Map<Part, number[]>(shares.map(([name]) => [name, []]));
  for (const [k, group] of groupsOf(table).entries()) {
    const order = permutation(rng.fork(`regime ${k}`), group.length);
    let from = 0;
    let sum = 0;
    for (const [name, share] of shares) {
      sum += share;
      const to = Math.round(Math.min(1, sum) * group.length);
      for (let i = from; i < to; i++) rows.get(name)?.push(group[order[i] as number] as number);
      from = to;
    }
  }
  return Object.fromEntries(
    [...rows].map(([name, list]) => [name, selectRows(table, Int32Array.from(list).sort())]),
  ) as Record<Part, Table>;
}

function groupsOf(table: Table): readonly number[][] {
  const { regimes } = table;
  const groups: number[][] = (regimes?.list ?? [0]).map(() => []);
  for (let r = 0; r < table.rows; r++) groups[regimes?.of[r] ?? 0]?.push(r);
  return groups;
}
