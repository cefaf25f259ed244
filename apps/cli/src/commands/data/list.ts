import { datasets } from '@cfe/data/node';
import type { Command } from '../../command.ts';
import { textTable } from '../../output/text-table.ts';

export const dataList: Command = {
  name: 'list',
  summary: 'the data sets that go by a name, and what is known of their truth',
  async run() {
    const rows = datasets.map(({ name, kind, rows: count, truth }) => [
      name,
      kind,
      count === undefined ? '' : String(count),
      truth.length > 70 ? `${truth.slice(0, 69)}…` : truth,
    ]);
    return {
      json: {
        datasets: datasets.map(({ files, ...info }) => ({
          ...info,
          bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        })),
      },
      text: textTable([['name', 'kind', 'rows', 'truth'], ...rows]),
    };
  },
};
