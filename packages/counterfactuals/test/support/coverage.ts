import { createRng } from '@cfe/base';
import { type Answer, bootstrapEnsemble, counterfactual, effect } from '../../src/index.ts';
import { type ExactFamily, tableFrom, wilson } from './exact-families.ts';

/** One kind of question over many fresh data sets. */
export interface Coverage {
  readonly question: string;
  readonly sets: number;
  readonly share: number;
  readonly wilson: readonly [number, number];
  /** mean width over that of an interval that knows the estimate's standard error */
  readonly relativeWidth: number;
  /** share of answers that say they lie beyond the rows */
  readonly flagged: number;
}

interface Tally {
  hits: number;
  sets: number;
  flagged: number;
  readonly widths: number[];
  /** per family, estimate − truth over the scale of the question */
  readonly errors: number[];
}

/**
 * Fresh rows, one fresh test row, one answer of each kind per data set; families take turns.
 *
 * @param options.first - seed of the first data set, default 0
 * @param options.beyond - also asks for the effect of a treatment four standard deviations up
 */
export async function coverageOf(
  families: readonly ExactFamily[],
  {
    sets,
    rows,
    replicates,
    samples,
    first = 0,
    beyond = false,
  }: Record<'sets' | 'rows' | 'replicates' | 'samples', number> & {
    readonly first?: number;
    readonly beyond?: boolean;
  },
): Promise<Coverage[]> {
  const tallies = new Map<string, Tally[]>();
  for (let set = 0; set < sets; set++) {
    const which = set % families.length;
    const family = families[which]!;
    const rng = createRng(first + set).fork('coverage');
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
      { value, interval, support }: Pick<Answer, 'interval' | 'support'> & { readonly value: number },
    ): void => {
      const list =
        tallies.get(question) ??
        families.map(() => ({ hits: 0, sets: 0, flagged: 0, widths: [], errors: [] }));
      tallies.set(question, list);
      const tally = list[which]!;
      const [low, high] = interval!;
      tally.sets++;
      if (low <= truth && truth <= high) tally.hits++;
      if (support?.inside === false) tally.flagged++;
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
    if (!beyond) continue;
    const column = table.column(family.treatment);
    const mean = column.reduce((sum, v) => sum + v, 0) / rows;
    const far = mean + 4 * Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rows);
    note(
      'ATE, 4 sd beyond',
      far * family.averageEffect,
      far,
      await effect(ensemble, { ...asked, treatment: { [family.treatment]: far } }),
    );
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
      flagged: list.reduce((sum, tally) => sum + tally.flagged, 0) / sets,
      wilson: wilson(hits, sets),
      relativeWidth: ratios.reduce((a, b) => a + b, 0) / ratios.length,
    };
  });
}
