import Papa from 'papaparse';
import { refuse } from './refuse.ts';

/** What receives the rows of a text. */
export interface RowSink {
  /** @param names - trimmed and distinct; only the first may be empty, as that of row labels is */
  header(names: readonly string[], delimiter: string): void;
  /** @param cells - as many as the header has, not trimmed; @param line - where the row starts, from 1 */
  row(cells: readonly string[], line: number): void;
}

/** A text that comes in pieces of any size. */
export interface RowSplitter {
  push(text: string): void;
  /** @throws {@link InputError} if the text was empty, or ended within a quoted cell */
  end(): void;
}

export interface SplitRules {
  readonly source: string;
  readonly delimiter?: string | undefined;
  /** column names; the first line then is data already */
  readonly names?: readonly string[] | undefined;
  /** of the text, default 1 */
  readonly firstLine?: number | undefined;
}

const guessed: readonly string[] = [',', ';', '\t', '|'];
/** A row longer than this is an unclosed quote. Far above the 10⁶ characters that a cell may well have. */
const longestRow = 1 << 26;

/**
 * Splits text into rows with Papa Parse, piece by piece, counting lines as an editor does. Blank lines are skipped.
 */
export function createRowSplitter(rules: SplitRules, sink: RowSink): RowSplitter {
  const { source } = rules;
  let rest = '';
  let enough = 1; // parse again once so many characters wait
  let parser: Papa.Parser | undefined;
  let newline = '\n';
  let width = 0;
  let line = rules.firstLine ?? 1;
  let rows = 0;
  let started = false;

  function start(last: boolean): boolean {
    if (!started) {
      if (rest === '' && !last) return false;
      if (rest.startsWith('\uFEFF')) rest = rest.slice(1);
      started = true;
    }
    const lineEnd = rest.search(/[\r\n]/);
    const undecided = lineEnd < 0 || lineEnd === rest.length - 1 || rest.length < 4096;
    if (undecided && !last && rest.length < longestRow) return false;
    if (rest.trim() === '') {
      if (!last) return false;
      refuse('empty-file', source, 'it is empty. It needs a row of column names and rows of values.');
    }
    newline = rest.includes('\n') ? '\n' : '\r';
    const delimiter = rules.delimiter ?? guessDelimiter(rest);
    parser = new Papa.Parser({ delimiter, newline: newline as '\n' });
    if (rules.names !== undefined) takeHeader(rules.names, delimiter);
    return true;
  }

  function takeHeader(cells: readonly string[], delimiter: string): void {
    const names = cells.map((cell) => cell.trim());
    width = names.length;
    checkHeader(names, source);
    sink.header(names, delimiter);
  }

  function parse(last: boolean): void {
    if (parser === undefined && !start(last)) return;
    const { data, errors, meta } = (parser as Papa.Parser).parse(rest, 0, !last) as Papa.ParseResult<
      string[]
    >;
    const broken = errors.find(({ row }) => (row ?? 0) < data.length);
    const stop = broken?.row ?? data.length;
    const quoted = rest.includes('"');
    for (let i = 0; i < stop; i++) {
      const cells = data[i] as string[];
      take(cells, meta.delimiter);
      line += 1 + (quoted ? breaksIn(cells, newline) : 0);
    }
    if (broken !== undefined) {
      refuse(
        'quotes',
        source,
        `line ${line} has an unclosed or misplaced quote. Close it, or double it within a cell.`,
        {
          line,
        },
      );
    }
    rest = last ? '' : rest.slice(meta.cursor);
    if (rest.length > longestRow) {
      refuse(
        'row-too-long',
        source,
        `line ${line} goes on for more than ${longestRow} characters. Is a quote unclosed?`,
        {
          line,
        },
      );
    }
    enough = data.length > 0 ? rest.length + 1 : 2 * rest.length; // a long cell is not parsed anew for every piece
  }

  function take(cells: readonly string[], delimiter: string): void {
    if (isBlank(cells, width)) return;
    if (width === 0) {
      takeHeader(cells, delimiter);
      return;
    }
    if (cells.length !== width) {
      const names = rules.names === undefined ? 'the first row names' : 'there are names for';
      refuse(
        'ragged',
        source,
        `line ${line} has ${cells.length} cells, ${names} ${width} columns. Add or remove cells.`,
        {
          line,
          cells: cells.length,
          columns: width,
        },
      );
    }
    rows++;
    sink.row(cells, line);
  }

  return {
    push(text) {
      if (text.includes('\0'))
        refuse('binary', source, 'this is not text: it has zero bytes. Save it as CSV in UTF-8.');
      rest += text;
      if (rest.length >= enough) parse(false);
    },
    end() {
      if (rest === '' && rules.firstLine !== undefined) return; // the rest of a text that has been read so far
      parse(true);
      if (rows === 0 && rules.firstLine === undefined)
        refuse('no-rows', source, 'it has column names and no rows. Add rows.');
    },
  };
}

/** An empty line, or one of white space: no row. A line of delimiters is a row of missing values. */
function isBlank(cells: readonly string[], width: number): boolean {
  const [only] = cells;
  return (
    cells.length === 1 && (only as string).trim() === '' && (width !== 1 || only === '' || only === '\r')
  );
}

function guessDelimiter(text: string): string {
  const sample = text.slice(0, 1 << 16);
  return Papa.parse(sample, { preview: 20, skipEmptyLines: 'greedy', delimitersToGuess: [...guessed] }).meta
    .delimiter;
}

/** Line ends within cells, "\r\n" counted once. */
function breaksIn(cells: readonly string[], newline: string): number {
  let breaks = 0;
  for (const cell of cells)
    for (let at = cell.indexOf(newline); at >= 0; at = cell.indexOf(newline, at + 1)) breaks++;
  return breaks;
}

function checkHeader(names: readonly string[], source: string): void {
  const seen = new Map<string, number>();
  for (const [j, name] of names.entries()) {
    if (name === '' && (j > 0 || names.length === 1)) {
      refuse('unnamed-column', source, `line 1: column ${j + 1} has no name. Name it.`, {
        line: 1,
        column: j + 1,
      });
    }
    const before = seen.get(name);
    if (before !== undefined) {
      refuse(
        'duplicate-column',
        source,
        `line 1: columns ${before + 1} and ${j + 1} are both named ${JSON.stringify(name.slice(0, 60))}. Rename one.`,
        { line: 1, name, columns: [before + 1, j + 1] },
      );
    }
    seen.set(name, j);
  }
}
