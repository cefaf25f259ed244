import { createRng } from '@cfe/base';
import { bootstrapEnsemble, counterfactual, effect } from '../../src/index.ts';
import { type ExactFamily, tableFrom, wilson } from './exact-families.ts';

/** One kind of question over many fresh data sets. */
export interface Coverage {
  readonly question: string;
  readonly sets: number;
  readonly share: number;
  readonly wilson: readonly [number, number];
  /** mean width over that of an interval that knows the estimate's standard error */
  readonly relativeWidth: number;
}

interface Tally {
  hits: number;
  sets: number;
  readonly widths: number[];
  /** per family, estimate − truth over the scale of the question */
  readonly errors: number[];
}

/** Fresh rows, one fresh test row, one answer of each kind per data set; families take turns. */
export async function coverageOf(
  families: readonly ExactFamily[],
  { sets, rows, replicates, samples }: Record<'sets' | 'rows' | 'replicates' | 'samples', number>,
): Promise<Coverage[]> {
  const tallies = new Map<string, Tally[]>();
  for (let set = 0; set < sets; set++) {
    const which = set % families.length;
    const family = families[which]!;
    const rng = createRng(set).fork('coverage');
    const table = tableFrom(family.truth.sample(rows, { seed: rng.fork('rows') }));
    const test = family.truth.sample(1, { seed: rng.fork('test') });
    const row = Object.fromEntries(test.names.map((name) => [name, test.column(name)[0]!]));
    const ensemble = await bootstrapEnsemble(table, family.fit, { replicates, seed: rng.fork('fit') });
    const [x, z] = [row[family.treatment]!, row[family.covariate]!];
    const asked = {
      treatment: { [family.treatment]: 1 },
      control: { [family.treatment]: 0 },
      outcome: 'y',
      seed: rng.fork('ask'),
      samples,
    };
    const note = (
      question: string,
      truth: number,
      scale: number,
      { value, interval }: { readonly value: number; readonly interval?: readonly [number, number] },
    ): void => {
      const list =
        tallies.get(question) ?? families.map(() => ({ hits: 0, sets: 0, widths: [], errors: [] }));
      tallies.set(question, list);
      const tally = list[which]!;
      const [low, high] = interval!;
      tally.sets++;
      if (low <= truth && truth <= high) tally.hits++;
      tally.widths.push((high - low) / scale);
      tally.errors.push((value - truth) / scale);
    };
    note('ATE', family.averageEffect, 1, await effect(ensemble, asked));
    note(
      'CATE',
      family.effectAt(z),
      1,
      await effect(ensemble, { ...asked, samples: 20, among: { [family.covariate]: z } }),
    );
    const imagined = await counterfactual(ensemble, row, { do: { [family.treatment]: x + 1 } });
    note('counterfactual', row.y! + family.effectAt(z), 1, imagined.y!);
  }
  return [...tallies].map(([question, list]) => {
    const hits = list.reduce((sum, tally) => sum + tally.hits, 0);
    const ratios = list.map(({ widths, errors }) => {
      const sd = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
      return widths.reduce((a, b) => a + b, 0) / widths.length / (2 * 1.6449 * sd);
    });
    return {
      question,
      sets,
      share: hits / sets,
      wilson: wilson(hits, sets),
      relativeWidth: ratios.reduce((a, b) => a + b, 0) / ratios.length,
    };
  });
}
