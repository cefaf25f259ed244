import { throwUnknownName } from '@cfe/base';
import type { ColumnReading, ReadTable } from '../column-reading.ts';
import type { CsvOptions } from '../parse-csv.ts';
import { createTable } from '../table.ts';
import { type ColumnBuilder, createColumnBuilder } from './column-builder.ts';
import { createTextSource, type TextSource } from './decode-text.ts';
import { trimCell } from './parse-number.ts';
import { refuse } from './refuse.ts';
import { createRowSplitter } from './split-rows.ts';

export const emptyMarks: readonly string[] = ['', 'na', 'n/a', 'nan', 'null', 'none', '?'];

/** Reads a CSV that comes in pieces of text or bytes into a table. */
export interface CsvReader {
  push(piece: string | Uint8Array): void;
  end(): ReadTable;
  /** What the columns look like, judged by the complete rows until now. */
  soFar(): readonly ColumnReading[];
}

export function createCsvReader(
  options: CsvOptions,
  onHeader?: (names: readonly string[], delimiter: string) => void,
): CsvReader {
  const source = options.source ?? 'the text';
  const missing = new Set((options.missing ?? emptyMarks).map((mark) => mark.toLowerCase()));
  let builders: readonly ColumnBuilder[] = [];
  let decoder: TextSource | undefined;
  const splitter = createRowSplitter(
    { source, delimiter: options.delimiter, names: options.names },
    {
      header(names, delimiter) {
        onHeader?.(names, delimiter);
        checkNames(options.types, names, source, 'type');
        checkNames(options.units, names, source, 'unit');
        builders = names.map((name, j) =>
          createColumnBuilder({
            source,
            name,
            position: j + 1,
            missing,
            decimalComma: options.decimalComma ?? delimiter === ';',
            type: own(options.types, name) ?? (name === '' ? 'row-label' : undefined),
            unit: own(options.units, name),
          }),
        );
      },
      row(cells, line) {
        for (let j = 0; j < builders.length; j++)
          (builders[j] as ColumnBuilder).push(trimCell(cells[j] as string), line);
      },
    },
  );
  return {
    push(piece) {
      if (typeof piece === 'string') {
        splitter.push(piece);
        return;
      }
      decoder ??= createTextSource(source, options.encoding);
      splitter.push(decoder.push(piece));
    },
    soFar: () => builders.map((builder) => builder.finish().reading),
    end() {
      if (decoder !== undefined) splitter.push(decoder.end());
      splitter.end();
      const finished = builders.map((builder) => builder.finish());
      const used = finished.flatMap(({ column }) => (column === undefined ? [] : [column]));
      const columns: readonly ColumnReading[] = finished.map(({ reading }) => reading);
      if (used.length === 0) {
        refuse(
          'no-columns',
          source,
          `none of its ${columns.length} columns holds numbers or categories. ${columns[0]?.name}: ${columns[0]?.reason}`,
        );
      }
      const table = createTable(used);
      return { ...table, table, columns };
    },
  };
}

export function own<V>(record: Readonly<Record<string, V>> | undefined, name: string): V | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function checkNames(
  record: Readonly<Record<string, unknown>> | undefined,
  names: readonly string[],
  source: string,
  what: string,
): void {
  const unknown = Object.keys(record ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throwUnknownName(`${source}: a ${what} is given for a column`, 'column', unknown, names);
}
