import { columnsFrom, InputError } from '@cfe/base';
import {
  type Answer,
  type CounterfactualValue,
  counterfactual,
  counterfactuals,
  type Ensemble,
  shakiest,
} from '@cfe/counterfactuals';
import { createTable, toCsvPieces } from '@cfe/data';
import type { Do } from '@cfe/scm';
import type { Command, Context } from '../command.ts';
import { actionFrom } from '../input/action.ts';
import { type Row, readRows } from '../input/rows.ts';
import { readModel } from '../model/model-file.ts';
import { basisLines } from '../output/basis.ts';

type Value = number | string;
type Interval = readonly [low: number, high: number];

interface Predicted {
  readonly row: Record<string, Value>;
  readonly interval?: Record<string, Interval>;
}

export const predict: Command = {
  name: 'predict',
  summary: 'what each row of a file would have been under an action (CSV on stdout)',
  arguments: [
    ['<model>', 'what `cfe fit` wrote, or a linear-Gaussian JSON file'],
    ['<rows>', 'CSV file; what is not in it is filled in with its mean given what is'],
  ],
  options: [['--do <assignment>', 'the action, such as x=1, x+=0.5 or x*=2 (repeatable)']],
  examples: ['cfe predict model.json cars.csv --do weight+=-500'],
  async run([path = '', file = ''], options, context) {
    const subject = await readModel(path);
    const { model } = subject;
    const rows = await readRows(file, model, context);
    const action = actionFrom(options, model) ?? {};
    const complete = rows.every((row) => model.graph.nodes.every((name) => Object.hasOwn(row, name)));
    const { predicted, ...basis } =
      complete && model.abduction === 'point'
        ? await predictTogether(subject, rows, action, context)
        : await predictEach(subject, rows, action, context);
    for (const line of basisLines(basis)) context.say(line);
    const intervals = predicted.flatMap(({ interval }) => (interval === undefined ? [] : [interval]));
    const table = createTable(
      model.variables.map((variable) => ({
        variable,
        values: Float64Array.from(predicted, ({ row }) => {
          const value = row[variable.name] as Value;
          return variable.kind === 'categorical' ? variable.levels.indexOf(String(value)) : Number(value);
        }),
      })),
    );
    return {
      json: {
        rows: predicted.map(({ row }) => row),
        ...(intervals.length === predicted.length ? { intervals, level: context.level } : {}),
        ...basis,
      },
      text: toCsvPieces(table),
    };
  },
};

/** Rows with what their values rest on. */
interface Predictions extends Pick<Answer, 'identifiedBy' | 'assumptions' | 'warnings'> {
  readonly predicted: readonly Predicted[];
}

/** All rows in one pass over the model. */
async function predictTogether(
  subject: Ensemble,
  rows: readonly Row[],
  action: Do,
  { level, seed }: Context,
): Promise<Predictions> {
  const { variables } = subject.model;
  const columns = columnsFrom(
    Object.fromEntries(
      variables.map((variable) => [
        variable.name,
        Float64Array.from(rows, (row) => {
          const value = row[variable.name] as Value;
          return variable.kind === 'categorical' ? variable.levels.indexOf(String(value)) : Number(value);
        }),
      ]),
    ),
  );
  const { values, low, high, identifiedBy, assumptions, warnings } = await counterfactuals(subject, columns, {
    do: action,
    level,
    seed,
  });
  const predicted = rows.map(
    (_, r): Predicted => ({
      row: Object.fromEntries(
        variables.map((variable) => {
          const value = values.column(variable.name)[r] as number;
          return [
            variable.name,
            variable.kind === 'categorical' ? (variable.levels[value] as string) : value,
          ];
        }),
      ),
      ...(low === undefined || high === undefined
        ? {}
        : {
            interval: Object.fromEntries(
              variables
                .filter(({ kind }) => kind === 'continuous')
                .map(({ name }): [string, Interval] => [
                  name,
                  [low.column(name)[r] as number, high.column(name)[r] as number],
                ]),
            ),
          }),
    }),
  );
  return { predicted, identifiedBy, assumptions, warnings };
}

/** One row at a time, where values are missing or a category's noise is only known in law. */
async function predictEach(
  subject: Ensemble,
  rows: readonly Row[],
  action: Do,
  { level, seed, signal, onProgress }: Context,
): Promise<Predictions> {
  const out: Predicted[] = [];
  const answers: CounterfactualValue[] = [];
  for (const [r, row] of rows.entries()) {
    signal.throwIfAborted();
    const answer = await counterfactual(subject, row, { do: action, level, seed }).catch((cause) => {
      if (!(cause instanceof InputError)) throw cause;
      throw new InputError(
        cause.code,
        `row ${r + 1}: ${cause.message}`,
        { ...cause.details, row: r },
        { cause },
      );
    });
    const entries = Object.entries(answer);
    answers.push(...Object.values(answer));
    out.push({
      row: Object.fromEntries(
        entries.map(([name, { value, probabilities }]) => [name, mostLikely(probabilities) ?? value]),
      ),
      interval: Object.fromEntries(
        entries.flatMap(([name, { interval }]): [string, Interval][] =>
          interval === undefined ? [] : [[name, interval]],
        ),
      ),
    });
    onProgress({ phase: 'rows', done: r + 1, total: rows.length });
  }
  return {
    predicted: out,
    ...shakiest(answers),
    warnings: [...new Set(answers.flatMap(({ warnings }) => warnings))],
  };
}

function mostLikely(probabilities: Readonly<Record<string, number>> | undefined): string | undefined {
  return Object.entries(probabilities ?? {}).sort(([, a], [, b]) => b - a)[0]?.[0];
}
