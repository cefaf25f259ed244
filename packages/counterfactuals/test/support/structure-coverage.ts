import { createRng, permutation } from '@cfe/base';
import type { Cpdag } from '@cfe/graph';
import { linearGaussian } from '@cfe/scm';
import { learnStructure } from '@cfe/structure';
import { classEffects, effectOverGraphs } from '../../src/index.ts';
import { tableFrom, wilson } from './exact-families.ts';

/** Coverage of sets that know of the graph's uncertainty, beside that of the class learned on the same rows. */
export async function structureCoverage({
  sets,
  rows,
  d = 5,
  graphs,
  first = 0,
}: {
  readonly sets: number;
  readonly rows: number;
  readonly d?: number;
  readonly graphs: number;
  /** seed of the first data set, default 0 */
  readonly first?: number;
}): Promise<
  Record<'set' | 'naive' | 'width' | 'naiveWidth' | 'oracleWidth' | 'pieces', number> & {
    readonly wilson: readonly [number, number];
  }
> {
  const tally = { set: 0, naive: 0, width: 0, naiveWidth: 0, oracleWidth: 0, pieces: 0 };
  for (let seed = 0; seed < sets; seed++) {
    const rng = createRng(first + seed).fork('structure coverage');
    const nodes = Array.from({ length: d }, (_, i) => `v${i}`);
    const order = permutation(rng.fork('order'), d);
    const weights = nodes.map(() => new Float64Array(d));
    for (let a = 0; a < d; a++)
      for (let b = a + 1; b < d; b++)
        if (rng.uniform() < 0.5)
          weights[order[a]!]![order[b]!] = (rng.uniform() < 0.5 ? -1 : 1) * (0.25 + 0.75 * rng.uniform());
    const model = linearGaussian({ nodes, weights });
    // a pair with the first before the second in causal order
    const i = rng.integer(d - 1);
    const [treatment, outcome] = [nodes[order[i]!]!, nodes[order[i + 1 + rng.integer(d - 1 - i)]!]!];
    const table = tableFrom(model.sample(rows, { seed: rng.fork('rows') }));
    const mean = (x: number): number => model.exact({ do: { [treatment]: x } }).mean[outcome] as number;
    const truth = mean(1) - mean(0);
    const asked = { treatment, outcome, variables: model.variables };
    const learn = async (t: typeof table): Promise<Cpdag> =>
      (await learnStructure(t, { method: 'flop', seed: 1, budget: { restarts: 3 } })).graph as Cpdag;
    const { set, width } = await effectOverGraphs(table, learn, { ...asked, graphs, seed: rng.fork('ask') });
    const holds = (intervals: readonly (readonly [number, number])[]): number =>
      intervals.some(([low, high]) => low - 1e-9 <= truth && truth <= high + 1e-9) ? 1 : 0;
    const naive = classEffects(table, { ...asked, graph: await learn(table) });
    const [best] = naive.effects.map(({ interval }) => interval);
    const oracle = classEffects(table, { ...asked, graph: model.graph });
    tally.set += holds(set);
    tally.width += width / sets;
    tally.pieces += set.length / sets;
    tally.naive += holds([best!]);
    tally.naiveWidth += (best![1] - best![0]) / sets;
    tally.oracleWidth += (oracle.interval[1] - oracle.interval[0]) / sets;
  }
  return { ...tally, set: tally.set / sets, naive: tally.naive / sets, wilson: wilson(tally.set, sets) };
}
