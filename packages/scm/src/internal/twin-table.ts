import { InputError, quoteName } from '@cfe/base';
import type { DiscreteNode } from '../discrete-model.ts';
import { gumbelMaxLaw } from '../gumbel-law.ts';
import type { DiscreteAct } from './discrete-acts.ts';
import type { Factor } from './factor.ts';

const largest = 2 ** 24;

/**
 * P(level there | level here, parents here, parents there) under the Gumbel-max rule, parents that both worlds share
 * once. What is known of the world here leaves the scope at once, so that full evidence makes small tables.
 * An impossible level here has probability 0 already; its row is left as the law there, which never counts.
 */
export function twinTable(
  node: DiscreteNode,
  here: number,
  there: number,
  world: {
    readonly asked: readonly number[];
    readonly sizes: readonly number[];
    readonly factual: ReadonlyMap<number, number>;
    readonly act: DiscreteAct | undefined;
  },
): Factor {
  const { asked, sizes, factual, act } = world;
  const levels = node.levels.length;
  const twins = [...node.parents].filter((k) => asked[k] !== k);
  const all = [...node.parents, ...twins.map((k) => asked[k] as number), here];
  const free = all.filter((v) => !factual.has(v));
  const size = free.reduce((product, v) => product * (sizes[v] as number), levels);
  if (size > largest) {
    throw new InputError(
      'scm/not-exact',
      `exact: ${quoteName(node.name)} has so many parents that the action changes that its table over both worlds would have ${size} entries. Draw samples instead, or give its parents in 'factual'.`,
      { variable: node.name, size },
    );
  }
  const digits = Int32Array.from(all, (v) => factual.get(v) ?? 0);
  const moving = [...all.keys()].filter((a) => !factual.has(all[a] as number)).reverse();
  const widths = Array.from(node.parents, (k) => sizes[k] as number);
  const placesThere = Array.from(node.parents, (k, a) =>
    twins.includes(k) ? node.parents.length + twins.indexOf(k) : a,
  );
  const offset = (place: (a: number) => number): number =>
    widths.reduce((at, width, a) => at * width + (digits[place(a)] as number), 0) * levels;
  const values = new Float64Array(size);
  for (let at = 0; at < size; at += levels) {
    const p = offset((a) => a);
    const q = offset((a) => placesThere[a] as number);
    const observed = digits[all.length - 1] as number;
    const row = values.subarray(at, at + levels);
    if (p === q) row[observed] = 1;
    else if (node.table[p + observed] === 0) row.set(node.table.subarray(q, q + levels));
    else
      row.set(gumbelMaxLaw(node.table.subarray(p, p + levels), node.table.subarray(q, q + levels), observed));
    if (act !== undefined)
      for (let k = 0; k < levels; k++) row[k] = act.own * (row[k] as number) + (act.law[k] as number);
    for (const a of moving) {
      const digit = (digits[a] as number) + 1;
      digits[a] = digit < (sizes[all[a] as number] as number) ? digit : 0;
      if (digits[a] !== 0) break;
    }
  }
  return { scope: Int32Array.of(...free, there), values };
}
