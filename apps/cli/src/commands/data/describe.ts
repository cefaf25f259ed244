import { describeTable } from '@cfe/data';
import { readCsv } from '@cfe/data/node';
import type { Command } from '../../command.ts';
import { shown } from '../../output/numbers.ts';
import { textTable } from '../../output/text-table.ts';

export const dataDescribe: Command = {
  name: 'describe',
  summary: "what a file's columns were taken for, and how their values spread",
  arguments: [['<data>', 'CSV file']],
  async run([path = ''], _options, { signal }) {
    const table = await readCsv(path, { signal });
    const summaries = new Map(describeTable(table).map((summary) => [summary.name, summary]));
    const columns = table.columns.map((reading) => ({ ...reading, ...summaries.get(reading.name) }));
    const rows = columns.map((column) => [
      column.name,
      column.kind,
      String(column.missing),
      'mean' in column ? shown(column.mean) : '',
      'sd' in column ? shown(column.sd) : '',
      'min' in column ? `${shown(column.min)} … ${shown(column.max)}` : '',
      column.reason,
    ]);
    return {
      json: { file: path, rows: table.rows, columns },
      text: [
        `${path}: ${table.rows} rows, ${table.columns.length} columns, ${table.names.length} used.`,
        textTable([['column', 'kind', 'missing', 'mean', 'sd', 'range', 'read as'], ...rows]),
      ].join('\n'),
    };
  },
};
