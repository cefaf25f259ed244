import { InputError, messageOf } from '@cfe/base';
import { type DiscreteModel, discreteModel } from './discrete-model.ts';
import { jsonFault } from './internal/json-fault.ts';
import { type LinearGaussian, linearGaussian } from './linear-gaussian.ts';
import { parseBif } from './parse-bif.ts';

/** A model with answers in closed form that a file can hold. */
export type StoredModel = LinearGaussian | DiscreteModel;

/**
 * An exact model from a file's text: BIF, or JSON of one of two kinds:
 *
 * - `{"kind": "linear-gaussian", "nodes": […], "weights": [[…]], "intercepts": […], "noiseVariances": […]}`, the last two
 *   optional, weights[i][j] the effect of i on j
 * - `{"kind": "discrete", "variables": [{"name", "levels"}], "parents": {…}, "tables": {name: [[…]]}}` as in {@link discreteModel}
 *
 * Everything is checked before a model is made.
 *
 * @throws {@link InputError} (`'scm/model-json'`, with `details.path`, or line and column) for JSON of another shape; `'scm/bif'` for
 * anything else that is not BIF; and what {@link linearGaussian} and {@link discreteModel} throw
 * @example
 * import { parseModel } from '@cfe/scm';
 * const model = parseModel('{"kind":"linear-gaussian","nodes":["x","y"],"weights":[[0,2],[0,0]]}');
 * model.exact({ do: { x: 3 } }).mean; // → { x: 3, y: 6 }
 */
export function parseModel(text: string): StoredModel {
  if (!/^[\s\ufeff]*[{[]/.test(text)) return parseBif(text);
  const json = text.replace(/^\ufeff/, '');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const place = placeOf(json);
    throw new InputError(
      'scm/model-json',
      `parseModel: line ${place.line}, column ${place.column}: this is not JSON (${messageOf(error)}).`,
      place,
      { cause: error },
    );
  }
  return modelFromJson(value);
}

/**
 * An exact model from a JSON value, as {@link parseModel} reads it from text.
 *
 * @throws {@link InputError} (`'scm/model-json'`, `details.path`) for a value of another shape
 * @example
 * import { modelFromJson } from '@cfe/scm';
 * modelFromJson({ kind: 'linear-gaussian', nodes: ['x'], weights: [[0]], intercepts: [4] }).exact({}).mean; // → { x: 4 }
 */
export function modelFromJson(value: unknown): StoredModel {
  const fields = record(value, 'model');
  if (fields.kind === 'linear-gaussian') {
    only(fields, ['kind', 'nodes', 'weights', 'intercepts', 'noiseVariances']);
    const nodes = texts(fields.nodes, 'nodes');
    const weights = list(fields.weights, 'weights').map((row, i) => numbers(row, `weights[${i}]`));
    for (const [i, row] of weights.entries()) {
      if (row.length !== nodes.length)
        throw wrong(`weights[${i}]`, `has ${row.length} numbers for ${nodes.length} nodes`);
    }
    return linearGaussian({
      nodes,
      weights,
      ...(fields.intercepts !== undefined && { intercepts: numbers(fields.intercepts, 'intercepts') }),
      ...(fields.noiseVariances !== undefined && {
        noiseVariances: numbers(fields.noiseVariances, 'noiseVariances'),
      }),
    });
  }
  if (fields.kind === 'discrete') {
    only(fields, ['kind', 'variables', 'parents', 'tables']);
    const tables = record(fields.tables, 'tables');
    const parents = fields.parents === undefined ? {} : record(fields.parents, 'parents');
    return discreteModel({
      variables: list(fields.variables, 'variables').map((variable, j) => {
        const { name, levels } = record(variable, `variables[${j}]`);
        if (typeof name !== 'string') throw wrong(`variables[${j}].name`, 'must be a text');
        return { name, levels: texts(levels, `variables[${j}].levels`) };
      }),
      parents: Object.fromEntries(
        Object.entries(parents).map(([name, names]) => [name, texts(names, `parents.${name}`)]),
      ),
      tables: Object.fromEntries(
        Object.entries(tables).map(([name, table]) => {
          const rows = list(table, `tables.${name}`);
          return [
            name,
            Array.isArray(rows[0])
              ? rows.map((row, i) => numbers(row, `tables.${name}[${i}]`))
              : numbers(rows, `tables.${name}`),
          ];
        }),
      ),
    });
  }
  throw wrong(
    'kind',
    `is ${JSON.stringify(fields.kind) ?? 'missing'}; it is "linear-gaussian" or "discrete"`,
  );
}

/**
 * An exact model as JSON text, one row of numbers per line; {@link parseModel} returns the same model, to the bit.
 *
 * @example
 * import { formatModel, linearGaussian } from '@cfe/scm';
 * formatModel(linearGaussian({ nodes: ['x'], weights: [[0]] })).split('\n')[1]; // → '  "kind": "linear-gaussian",'
 */
export function formatModel(model: StoredModel): string {
  const fields: [string, unknown][] =
    'spec' in model
      ? [
          ['kind', 'linear-gaussian'],
          ['nodes', model.spec.nodes],
          ['weights', model.spec.weights.map((row) => Array.from(row))],
          ['intercepts', Array.from(model.spec.intercepts)],
          ['noiseVariances', Array.from(model.spec.noiseVariances)],
        ]
      : [
          ['kind', 'discrete'],
          ['variables', model.nodes.map(({ name, levels }) => ({ name, levels }))],
          [
            'parents',
            Object.fromEntries(
              model.nodes.map(({ name, parents }) => [
                name,
                Array.from(parents, (k) => model.graph.nodes[k]),
              ]),
            ),
          ],
          [
            'tables',
            Object.fromEntries(
              model.nodes.map(({ name, table, levels }) => [name, rowsOf(table, levels.length)]),
            ),
          ],
        ];
  return `{\n${fields.map(([key, value]) => `  ${JSON.stringify(key)}: ${spread(value)}`).join(',\n')}\n}\n`;
}

function rowsOf(table: Float64Array, width: number): number[][] {
  return Array.from({ length: table.length / width }, (_, i) =>
    Array.from(table.subarray(i * width, (i + 1) * width)),
  );
}

/** One entry per line of a list of lists or objects, or of a record; anything else on one line. */
function spread(value: unknown): string {
  if (Array.isArray(value) && typeof value[0] === 'object') {
    return `[\n${value.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value).map(
      ([key, entry]) => `    ${JSON.stringify(key)}: ${JSON.stringify(entry)}`,
    );
    return `{\n${entries.join(',\n')}\n  }`;
  }
  return JSON.stringify(value);
}

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(path, 'must be an object');
}

function list(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(path, 'must be a list');
}

function texts(value: unknown, path: string): string[] {
  return list(value, path).map((entry, i) => {
    if (typeof entry !== 'string') throw wrong(`${path}[${i}]`, 'must be a text');
    return entry;
  });
}

function numbers(value: unknown, path: string): number[] {
  return list(value, path).map((entry, i) => {
    if (typeof entry !== 'number' || !Number.isFinite(entry))
      throw wrong(`${path}[${i}]`, 'must be a number');
    return entry;
  });
}

function only(fields: Fields, known: readonly string[]): void {
  const other = Object.keys(fields).find((key) => !known.includes(key));
  if (other !== undefined)
    throw wrong(other, `is no field of this kind of model; it has ${known.join(', ')}`);
}

function wrong(path: string, problem: string): InputError {
  return new InputError('scm/model-json', `parseModel: ${path.slice(0, 80)} ${problem}.`, {
    path: path.slice(0, 200),
  });
}

function placeOf(text: string): { readonly line: number; readonly column: number } {
  const before = text.slice(0, jsonFault(text)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
