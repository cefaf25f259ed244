import { readFile } from 'node:fs/promises';
import { InputError } from '@cfe/base';
import type { Ensemble } from '@cfe/counterfactuals';
import { createTable, parseCsv, simulatorFromJson, simulatorModel, type Table, toCsv } from '@cfe/data';
import { type Graph, type GraphJson, graphFromJson, graphToJson } from '@cfe/graph';
import { type CausalNetwork, type ExecutorFactory, loadModel, saveNetwork } from '@cfe/network';
import type { CausalModel } from '@cfe/scm';
import { unreadable } from '../input/files.ts';
import { selectedExecutor } from './executor.ts';
import type { FittedEnsemble } from './fit-ensemble.ts';

/** What a model file tells beside the model: absent for an exact model. */
export interface ModelFile extends Ensemble {
  readonly model: CausalModel;
  readonly rows?: Table;
  /** the class that was learned; absent where the graph was given */
  readonly graph?: Graph;
  readonly confidence?: readonly (readonly number[])[];
  /** what was left out of the data and why */
  readonly notes: readonly string[];
}

interface Written {
  readonly kind: 'cfe-ensemble';
  readonly version: 1;
  /** networks in the engine's own format, in base64 */
  readonly model: string;
  readonly replicates: readonly string[];
  /** the rows that it was fitted to, as CSV; they tell how far a question leaves the data */
  readonly rows: string;
  readonly graph?: GraphJson;
  readonly confidence?: readonly (readonly number[])[];
  readonly notes: readonly string[];
}

/** A fitted ensemble as the text of a file. */
export function modelText(fitted: FittedEnsemble, notes: readonly string[]): string {
  const base64 = (network: CausalNetwork): string => Buffer.from(saveNetwork(network)).toString('base64');
  const written: Written = {
    kind: 'cfe-ensemble',
    version: 1,
    model: base64(fitted.model),
    replicates: fitted.replicates.map(base64),
    rows: toCsv(fitted.rows),
    ...(fitted.learned === undefined ? {} : { graph: graphToJson(fitted.learned.graph) }),
    ...(fitted.confidence === undefined ? {} : { confidence: fitted.confidence.map((row) => [...row]) }),
    notes,
  };
  return `${JSON.stringify(written)}\n`;
}

/**
 * A model from a file: what `cfe fit` or `cfe simulate` wrote, a saved network, a linear-Gaussian model in JSON, or BIF.
 *
 * @throws {@link InputError} if the file cannot be read or holds none of these
 */
export async function readModel(path: string): Promise<ModelFile> {
  const [bytes, executor] = [await bytesOf(path), await selectedExecutor()];
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart();
  try {
    if (/^\{\s*"kind"\s*:\s*"cfe-ensemble"/.test(start)) return ensembleFrom(bytes, executor);
    const simulator = /^\{\s*"kind"\s*:\s*"simulator"/.test(start);
    const model = simulator
      ? simulatorModel(simulatorFromJson(jsonOf(bytes)))
      : loadModel(bytes, { executor });
    return { model, replicates: [], notes: [] };
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(cause.code, `${path}: ${cause.message}`, { ...cause.details, path }, { cause });
  }
}

function ensembleFrom(bytes: Uint8Array, executor: ExecutorFactory): ModelFile {
  const value = jsonOf<Partial<Written>>(bytes);
  if (value.version !== 1) {
    throw new InputError(
      'cli/model-version',
      `this model is of version ${value.version}; this cfe reads version 1.`,
    );
  }
  const { model, replicates = [], rows = '', graph, confidence, notes = [] } = value;
  const network = (base64: string | undefined): CausalNetwork =>
    loadModel(new Uint8Array(Buffer.from(base64 ?? '', 'base64')), { executor }) as CausalNetwork;
  const main = network(model);
  const types = Object.fromEntries(main.variables.map(({ name, kind }) => [name, kind]));
  return {
    model: main,
    replicates: replicates.map(network),
    rows: withLevels(parseCsv(rows, { types, delimiter: ',', source: 'the rows of this model' }).table, main),
    ...(graph === undefined ? {} : { graph: graphFromJson(graph) }),
    ...(confidence === undefined ? {} : { confidence }),
    notes,
  };
}

function jsonOf<Value>(bytes: Uint8Array): Value {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Value;
  } catch (cause) {
    throw new InputError('cli/model-damaged', 'this model file is cut short or damaged.', {}, { cause });
  }
}

/** Columns in the model's order, categories by the model's own levels. */
function withLevels(table: Table, { variables }: CausalNetwork): Table {
  return createTable(
    variables.map((variable) => {
      const values = table.column(variable.name);
      const read = table.variable(variable.name);
      if (variable.kind !== 'categorical' || read.kind !== 'categorical') return { variable, values };
      return { variable, values: values.map((k) => variable.levels.indexOf(read.levels[k] as string)) };
    }),
  );
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
