import { type DiscreteModel, type DiscreteSpec, discreteModel } from './discrete-model.ts';
import { type Place, type Scanner, scannerOf, shown, type Token } from './internal/scanner.ts';

/**
 * A discrete model from the Bayesian network interchange format (BIF), as the bnlearn repository and most programs
 * write it.
 *
 * `table` lists the variable's own level slowest and its last parent fastest; rows `(level, …) p, p;` may come in any
 * order; `default` fills the rest. Names in quotation marks may hold anything. Properties are skipped.
 *
 * @throws {@link InputError} (`'scm/bif'`, `details.line` and `details.column`, both from 1) for anything that is not BIF, an
 * unknown or repeated name or row, a missing table, or probabilities that are not a distribution
 * @throws {@link CyclicGraphError} if the parents form a cycle
 * @see Cozman (1998), The interchange format for Bayesian networks, version 0.15
 * @example
 * import { parseBif } from '@cfe/scm';
 * const model = parseBif(`network rain {}
 *   variable rain { type discrete [ 2 ] { no, yes }; }
 *   variable wet { type discrete [ 2 ] { no, yes }; }
 *   probability ( rain ) { table 0.8, 0.2; }
 *   probability ( wet | rain ) { (no) 0.9, 0.1; (yes) 0.25, 0.75; }`);
 * model.exact({ do: { rain: 'yes' } }).probabilities?.wet?.yes; // → 0.75
 */
export function parseBif(text: string): DiscreteModel {
  return discreteModel(bifSpec(text));
}

interface Declared {
  readonly levels: readonly string[];
  readonly place: Place;
  parents: readonly string[];
  table: Float64Array | undefined;
}

/** The most entries that the tables of one file may have together. */
const budget = 2 ** 25;

function bifSpec(text: string): DiscreteSpec {
  const scan = scannerOf(text, 'parseBif', 'scm/bif');
  const variables = new Map<string, Declared>();
  let entries = 0;
  while (scan.token.kind !== 'end') {
    const { token } = scan;
    if (scan.accept('network')) {
      while (scan.token.kind === 'word' || scan.token.kind === 'text') scan.take();
      properties(scan);
    } else if (scan.accept('variable')) variable(scan, variables);
    else if (scan.accept('probability')) {
      entries += probability(scan, variables, budget - entries);
    } else scan.fail(`expected "network", "variable" or "probability", found ${shown(token)}.`);
  }
  if (variables.size === 0) scan.fail('the text declares no variable.');
  for (const [name, { table, place }] of variables) {
    if (table === undefined) scan.fail(`${JSON.stringify(name)} has no probability block. Add one.`, place);
  }
  return {
    variables: [...variables].map(([name, { levels }]) => ({ name, levels })),
    parents: Object.fromEntries([...variables].map(([name, { parents }]) => [name, parents])),
    tables: Object.fromEntries([...variables].map(([name, { table }]) => [name, table as Float64Array])),
  };
}

function properties(scan: Scanner): void {
  scan.expect('{', 'to open the block');
  while (!scan.accept('}')) {
    if (scan.token.value !== 'property' || scan.token.kind !== 'word')
      scan.fail(`expected "property" or "}", found ${shown(scan.token)}.`);
    property(scan);
  }
}

function property(scan: Scanner): void {
  while (!scan.accept(';')) {
    if (scan.token.kind === 'end') scan.fail('this property is never closed. Add a semicolon.');
    scan.take();
  }
}

function name(scan: Scanner, what: string): Token {
  const { token } = scan;
  if ((token.kind !== 'word' && token.kind !== 'text') || token.value === '') {
    scan.fail(`expected ${what}, found ${shown(token)}.`);
  }
  return scan.take();
}

function variable(scan: Scanner, variables: Map<string, Declared>): void {
  const token = name(scan, "a variable's name");
  if (variables.has(token.value))
    scan.fail(`the variable ${shown(token)} is declared twice. Keep one.`, token);
  scan.expect('{', 'to open the variable');
  let levels: string[] | undefined;
  while (!scan.accept('}')) {
    if (scan.token.value === 'property' && scan.token.kind === 'word') {
      property(scan);
      continue;
    }
    const type = scan.expect('type', 'or "}" in a variable');
    if (levels !== undefined) scan.fail(`${shown(token)} has two types. Keep one.`, type);
    levels = discreteType(scan);
  }
  if (levels === undefined)
    scan.fail(`${shown(token)} has no type. Add: type discrete [ 2 ] { a, b };`, token);
  variables.set(token.value, { levels, place: token, parents: [], table: undefined });
}

function discreteType(scan: Scanner): string[] {
  scan.expect('discrete', '(the only type there is)');
  const claimed = scan.accept('[') ? scan.take() : undefined;
  if (claimed !== undefined) scan.expect(']', 'after the number of levels');
  scan.expect('{', 'to open the levels');
  const levels: string[] = [];
  const seen = new Set<string>();
  while (!scan.accept('}')) {
    const level = name(scan, "a level's name");
    if (seen.has(level.value)) scan.fail(`the level ${shown(level)} is listed twice. Keep one.`, level);
    seen.add(level.value);
    levels.push(level.value);
    scan.accept(',');
  }
  if (claimed !== undefined && Number(claimed.value) !== levels.length) {
    scan.fail(`the type says ${shown(claimed)} levels, but lists ${levels.length}.`, claimed);
  }
  scan.accept(';');
  return levels;
}

function declared(scan: Scanner, variables: Map<string, Declared>): readonly [Token, Declared] {
  const token = name(scan, "a variable's name");
  const found = variables.get(token.value);
  return found === undefined
    ? scan.fail(`the variable ${shown(token)} was not declared before.`, token)
    : [token, found];
}

/** Reads one block, and returns how many entries its table has. */
function probability(scan: Scanner, variables: Map<string, Declared>, allowed: number): number {
  scan.expect('(', 'to open the variables');
  const [token, own] = declared(scan, variables);
  if (own.table !== undefined) scan.fail(`${shown(token)} has two probability blocks. Keep one.`, token);
  const parents: { readonly name: string; readonly levels: readonly string[] }[] = [];
  if (scan.accept('|')) {
    while (scan.token.value !== ')' || scan.token.kind === 'text') {
      const [parent, { levels }] = declared(scan, variables);
      if (parent.value === token.value) scan.fail(`${shown(parent)} cannot be its own parent.`, parent);
      if (parents.some((other) => other.name === parent.value))
        scan.fail(`the parent ${shown(parent)} is listed twice.`, parent);
      parents.push({ name: parent.value, levels });
      scan.accept(',');
    }
  }
  scan.expect(')', 'to close the variables');
  const width = own.levels.length;
  const rows = parents.reduce((product, { levels }) => product * levels.length, 1);
  if (rows * width > allowed) {
    scan.fail(
      `the table of ${shown(token)} has ${rows * width} entries, which is more than this reader takes.`,
      token,
    );
  }
  const table = new Float64Array(rows * width).fill(Number.NaN);
  let fallback: readonly number[] | undefined;
  let whole = false;
  const fill = (row: number, numbers: readonly number[]): void => table.set(numbers, row * width);
  scan.expect('{', 'to open the probabilities');
  while (!scan.accept('}')) {
    const start = scan.token;
    if (start.kind === 'word' && start.value === 'property') {
      property(scan);
    } else if (scan.accept('table')) {
      if (whole) scan.fail('there are two tables in this block. Keep one.', start);
      whole = true;
      const numbers = readNumbers(scan, rows * width, start);
      // own level slowest in the file, fastest in ours
      for (let row = 0; row < rows; row++) {
        const line = own.levels.map((_, k) => numbers[k * rows + row] as number);
        checkRow(scan, line, start);
        fill(row, line);
      }
    } else if (scan.accept('default')) {
      if (fallback !== undefined) scan.fail('there are two default rows in this block. Keep one.', start);
      fallback = readNumbers(scan, width, start);
      checkRow(scan, fallback, start);
    } else {
      const row = readRow(scan, parents);
      if (!Number.isNaN(table[row * width])) scan.fail('this row is given twice. Keep one.', start);
      const numbers = readNumbers(scan, width, start);
      checkRow(scan, numbers, start);
      fill(row, numbers);
    }
  }
  for (let row = 0; row < rows; row++) {
    if (!Number.isNaN(table[row * width])) continue;
    if (fallback === undefined) {
      let rest = row;
      const missing = [...parents].reverse().map(({ levels }) => {
        const level = levels[rest % levels.length];
        rest = Math.floor(rest / levels.length);
        return level;
      });
      return scan.fail(
        `the row (${missing.reverse().join(', ')}) of ${shown(token)} is missing. Add it, or a default row.`,
        token,
      );
    }
    fill(row, fallback);
  }
  own.parents = parents.map((parent) => parent.name);
  own.table = table;
  return table.length;
}

function readRow(
  scan: Scanner,
  parents: readonly { readonly name: string; readonly levels: readonly string[] }[],
): number {
  const open = scan.expect('(', ', "table" or "default" to begin a row');
  let row = 0;
  for (const { name: parent, levels } of parents) {
    const level = name(scan, `a level of ${JSON.stringify(parent)}`);
    const k = levels.indexOf(level.value);
    if (k < 0)
      scan.fail(
        `${JSON.stringify(parent)} has no level ${shown(level)}; it has ${levels.slice(0, 8).join(', ')}.`,
        level,
      );
    row = row * levels.length + k;
    scan.accept(',');
  }
  if (parents.length === 0) scan.fail('a variable without parents has no rows. Use "table".', open);
  scan.expect(')', `after ${parents.length} levels`);
  return row;
}

function readNumbers(scan: Scanner, wanted: number, start: Place): number[] {
  const numbers: number[] = [];
  while (!scan.accept(';')) {
    const { token } = scan;
    if (token.kind !== 'word' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(token.value)) {
      scan.fail(`expected a probability or ";", found ${shown(token)}.`);
    }
    const value = Number(token.value);
    // published tables are rounded; a row within 1e-3 of a distribution is scaled to one
    if (!(value >= 0 && value <= 1.001))
      scan.fail(`${shown(token)} is no probability: they lie between 0 and 1.`);
    if (numbers.length === wanted) scan.fail(`there are more than ${wanted} probabilities here.`);
    numbers.push(value);
    scan.take();
    scan.accept(',');
  }
  if (numbers.length < wanted)
    scan.fail(`${numbers.length} probabilities where ${wanted} are needed.`, start);
  return numbers;
}

function checkRow(scan: Scanner, numbers: readonly number[], place: Place): void {
  const total = numbers.reduce((sum, p) => sum + p, 0);
  if (Math.abs(total - 1) > 1e-3)
    scan.fail(`these probabilities sum to ${total}, not to 1: ${numbers.slice(0, 8).join(', ')}.`, place);
}
