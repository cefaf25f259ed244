import { InputError, quoteName, type Variable } from '@cfe/base';
import { createTable, type Regime, type Table } from '@cfe/data';
import type { Scale } from '@cfe/network';
import type { TableStream } from '../training-data.ts';

/** What one pass over a stream tells. */
export interface StreamHead {
  /** its first rows, for the starting lines, the noise laws and the fit's figures */
  readonly table: Table;
  readonly rows: number;
  /** over all rows */
  readonly scales: readonly Scale[];
}

/** Rows of a stream that are kept: enough for lines and quantiles. */
const mostRows = 20_000;

/** @throws {@link InputError} if the stream gives no rows, or a column or value that does not fit */
export async function streamHead(
  variables: readonly Variable[],
  stream: TableStream,
  tick: () => Promise<void> | undefined,
): Promise<StreamHead> {
  const names = variables.map(({ name }) => name);
  const kept: number[][] = names.map(() => []);
  const regimes: Regime[] = [];
  const of: number[] = [];
  const moments = names.map(() => ({ n: 0, mean: 0, squares: 0 }));
  let rows = 0;
  let kinds: readonly Variable[] | undefined;
  for await (const piece of stream.epoch(0)) {
    kinds ??= names.map((name) => piece.variable(name));
    const take = Math.min(piece.rows, mostRows - of.length);
    for (const [j, name] of names.entries()) {
      const column = piece.column(name);
      const own = moments[j] as (typeof moments)[number];
      for (const x of column) {
        if (Number.isNaN(x)) continue;
        own.n += 1;
        const delta = x - own.mean;
        own.mean += delta / own.n;
        own.squares += delta * (x - own.mean);
      }
      for (let r = 0; r < take; r++) kept[j]?.push(column[r] as number);
    }
    const place = piece.regimes?.list.map((regime) => placeOf(regimes, regime));
    for (let r = 0; r < take; r++)
      of.push(
        place === undefined ? placeOf(regimes, seen) : (place[piece.regimes?.of[r] as number] as number),
      );
    rows += piece.rows;
    const wait = tick();
    if (wait !== undefined) await wait;
  }
  if (kinds === undefined || rows === 0)
    throw new InputError('trainer/empty-stream', 'fit: the stream gave no rows for epoch 0.');
  const hasRegimes = regimes.some(({ targets }) => targets === 'unknown' || targets.length > 0);
  return {
    rows,
    table: createTable(
      kinds.map((variable, j) => ({ variable, values: Float64Array.from(kept[j] as number[]) })),
      hasRegimes ? { regimes: { list: regimes, of: Int32Array.from(of) } } : {},
    ),
    scales: variables.map(({ name, kind }, j) => {
      if (kind === 'categorical') return { centre: 0, scale: 1 };
      const { n, mean, squares } = moments[j] as (typeof moments)[number];
      if (n === 0)
        throw new InputError('trainer/too-few-rows', `fit: the stream has no value of ${quoteName(name)}.`, {
          variable: name,
        });
      const sd = Math.sqrt(squares / n);
      return { centre: mean, scale: sd > 0 ? sd : 1 };
    }),
  };
}

const seen: Regime = { name: 'seen', targets: [] };

/** Where a regime stands in the list, at whose end a new one goes. */
function placeOf(list: Regime[], regime: Regime): number {
  const key = JSON.stringify(regime.targets);
  const at = list.findIndex((one) => JSON.stringify(one.targets) === key);
  if (at >= 0) return at;
  const isTaken = list.some(({ name }) => name === regime.name);
  list.push(isTaken ? { ...regime, name: `${regime.name} (${list.length})` } : regime);
  return list.length - 1;
}
