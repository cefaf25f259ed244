import { describeTable } from '@cfe/data';
import type { Command } from '../../command.ts';
import { readNamedTable } from '../../input/named-table.ts';
import { shown } from '../../output/numbers.ts';
import { textTable } from '../../output/text-table.ts';

export const dataDescribe: Command = {
  name: 'describe',
  summary: "what a file's columns were taken for, and how their values spread",
  arguments: [['<data>', 'CSV, Parquet or Arrow file, or the name of a data set']],
  async run([path = ''], _options, context) {
    const table = await readNamedTable(path, context);
    const summaries = new Map(describeTable(table).map((summary) => [summary.name, summary]));
    const readings =
      table.columns ??
      table.variables.map(({ name, kind }) => ({ name, kind, reason: '', missing: table.missing(name) }));
    const columns = readings.map((reading) => ({ ...reading, ...summaries.get(reading.name) }));
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
        `${path}: ${table.rows} rows, ${columns.length} columns, ${table.names.length} used.`,
        textTable([['column', 'kind', 'missing', 'mean', 'sd', 'range', 'read as'], ...rows]),
      ].join('\n'),
    };
  },
};
