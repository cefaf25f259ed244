import { createDag } from '@cfe/graph';
import { parseCsv } from '../parse-csv.ts';
import { selectColumns } from '../table.ts';
import type { DatasetEntry, DatasetFile } from './dataset.ts';
import { pairChecksums } from './pair-checksums.ts';

const pairs =
  'https://raw.githubusercontent.com/cmu-phil/example-causal-datasets/a23adc349a23fc34d258193b45c60522ca6355b4/real/pairs';

const meta: DatasetFile = {
  path: 'tuebingen-pairs/pairmeta.txt',
  sha256: 'e630e7ea56b2ba6ec551d6a88183a8fde2154bd24e59ecdc9fc98365efe8e4a9',
  bytes: 1923,
  url: `${pairs}/ground.truth/pairmeta.txt`,
};

/** The 108 Tübingen cause–effect pairs: `tuebingen-0001` … `tuebingen-0108`. */
export function pairDatasets(): readonly DatasetEntry[] {
  return pairChecksums.map(([sha256, bytes], k): DatasetEntry => {
    const id = String(k + 1).padStart(4, '0');
    const file = {
      path: `tuebingen-pairs/pairs/pair${id}.txt`,
      sha256,
      bytes,
      url: `${pairs}/data/pair.${k + 1}.txt`,
    };
    return {
      info: {
        name: `tuebingen-${id}`,
        title: `Tübingen cause–effect pair ${k + 1} of 108`,
        description:
          'Measurements of a cause and its effect, without names; a few pairs have several columns on a side.',
        licence: 'CC0-1.0 (collection)',
        source: 'Mooij, Peters, Janzing, Zscheischler and Schölkopf (2016), JMLR 17 (32)',
        kind: 'table',
        units: {},
        truth: 'Which side is the cause; averages over pairs are weighted by the fact `weight`.',
        files: [file, meta],
      },
      async load(read) {
        const { table: whole } = parseCsv(await read(file.path), { delimiter: '\t' });
        const line = (await read(meta.path)).split('\n').find((text) => text.startsWith(id)) ?? '';
        const [, causeFrom, causeTo, effectFrom, effectTo, weight] = line
          .trim()
          .split(/\s+/)
          .map(Number) as number[];
        const span = (from = 0, to = 0): readonly string[] => whole.names.slice(from - 1, to);
        const [causes, effects] = [span(causeFrom, causeTo), span(effectFrom, effectTo)];
        const edges = causes.flatMap((cause) => effects.map((effect): [string, string] => [cause, effect]));
        const table = selectColumns(
          whole,
          whole.names.filter((column) => causes.includes(column) || effects.includes(column)),
        );
        return {
          table,
          graphs: { direction: createDag(table.names, edges) },
          facts: { weight: weight as number },
        };
      },
    };
  });
}
