import { ShapeError, throwUnknownName } from '@cfe/base';
import type { LossBatch } from '@cfe/losses';
import type { CausalNetwork, Scale } from '@cfe/network';
import type { PairedRows } from '../fit-options.ts';

/**
 * Paired rows as the paired loss reads them, standardised.
 *
 * @throws {@link ShapeError} if the two worlds or a value have other numbers of rows
 * @throws {@link UnknownNameError} if something unknown was set
 */
export function pairsFrom(network: CausalNetwork, scales: readonly Scale[], pairs: PairedRows): LossBatch {
  const { before, after } = pairs;
  const names = network.graph.nodes;
  const rows = before.rows;
  for (const [what, length] of Object.entries({
    after: after.rows,
    ...Object.fromEntries(
      Object.entries(pairs.do).map(([name, value]) => [
        `do.${name}`,
        typeof value === 'number' ? rows : value.length,
      ]),
    ),
  })) {
    if (length === rows) continue;
    throw new ShapeError(
      'trainer/pairs',
      `fit: pairs.${what} has ${length} rows; pairs.before has ${rows}.`,
      { what },
    );
  }
  for (const name of Object.keys(pairs.do)) {
    if (!names.includes(name)) throwUnknownName('fit: pairs.do', 'variable', name, names);
  }
  const standard = (of: PairedRows['before']): Float64Array => {
    const out = new Float64Array(names.length * rows);
    for (const [j, name] of names.entries()) {
      const { centre, scale } = scales[j] as Scale;
      const column = of.column(name);
      for (let r = 0; r < rows; r++) out[j * rows + r] = ((column[r] as number) - centre) / scale;
    }
    return out;
  };
  const cut = new Uint8Array(names.length * rows);
  const value = new Float64Array(names.length * rows);
  for (const [name, given] of Object.entries(pairs.do)) {
    const j = names.indexOf(name);
    const { centre, scale } = scales[j] as Scale;
    for (let r = 0; r < rows; r++) {
      const v = typeof given === 'number' ? given : (given[r] as number);
      if (Number.isNaN(v)) continue;
      cut[j * rows + r] = 1;
      value[j * rows + r] = (v - centre) / scale;
    }
  }
  return { rows, values: standard(before), pairs: { action: { cut, value }, values: standard(after) } };
}
