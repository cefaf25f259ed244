import { counterfactual, effect, effectCurve } from '@cfe/counterfactuals';
import { ancestorsOf, type Dag } from '@cfe/graph';
import type { CausalNetwork } from '@cfe/network';
import { type Block, effectCurveSvg, htmlReport, type Section } from '@cfe/report';
import type { Context } from '../command.ts';
import { checkGradients } from '../model/check-gradients.ts';
import type { ModelFile } from '../model/model-file.ts';
import { measured, shown, signed } from '../output/numbers.ts';
import { recordsOf } from '../output/rows.ts';
import { versions } from '../versions.ts';
import { counterfactualBlocks } from './counterfactual-blocks.ts';
import { fitBlocks } from './fit-blocks.ts';
import { gradientBlocks } from './gradient-blocks.ts';
import { graphBlocks } from './graph-blocks.ts';

/** A cause of the outcome, and what one standard deviation more of it does. */
interface CauseEffect {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly answer: Awaited<ReturnType<typeof effect>>;
}

/** The report of any model: graph, effects on one outcome, a counterfactual, fit and checks. */
export async function modelPage(
  file: ModelFile,
  {
    path,
    outcome,
    seed,
    level,
    signal,
  }: Pick<Context, 'seed' | 'level' | 'signal'> & { readonly path: string; readonly outcome: string },
): Promise<string> {
  const graph = file.model.graph as Dag;
  const effects = await effectsOn(file, outcome, { seed, level, signal });
  const gradients = gradientBlocks(await checkGradients());
  const sections: Section[] = [
    { title: `What moves ${outcome}`, blocks: effectBlocks(effects, outcome, level, file) },
    {
      title: 'The graph',
      blocks: await graphBlocks({
        graph: file.graph ?? graph,
        dag: graph,
        confidence: file.confidence,
        resamples: file.replicates.length,
      }),
    },
  ];
  const [strongest] = effects;
  if (strongest !== undefined) {
    sections.push(await curveSection(file, strongest.name, outcome, { seed, level }));
    signal.throwIfAborted();
    if (file.rows !== undefined) sections.push(await rowSection(file, file.rows, strongest, { seed, level }));
  }
  if ('summary' in file.model) {
    sections.push({
      title: 'How well the mechanisms fit',
      blocks: fitBlocks(file.model as unknown as CausalNetwork),
    });
  }
  sections.push({ title: 'The gradient check', blocks: gradients });
  if (file.notes.length > 0)
    sections.push({ title: 'The data', blocks: [{ kind: 'list', items: file.notes }] });
  return htmlReport({
    title: `A causal model of ${outcome}`,
    lead: `${graph.nodes.length} variables, ${graph.children.items.length} edges${file.rows === undefined ? '' : `, fitted to ${file.rows.rows} rows`}. What would change ${outcome}, by how much, and what that rests on.`,
    sections,
    footer: [
      `cfe report ${path}, seed ${seed}, level ${level}, ${file.replicates.length} refits.`,
      Object.entries(versions())
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  });
}

/** The variable with the most causes; of several, the last. */
export function mainOutcome({ graph, variables }: ModelFile['model']): string | undefined {
  return variables
    .filter(({ kind }) => kind === 'continuous')
    .map(({ name }) => ({ name, causes: ancestorsOf(graph, name).length }))
    .reduce<{ name: string; causes: number } | undefined>(
      (best, one) => (best === undefined || one.causes >= best.causes ? one : best),
      undefined,
    )?.name;
}

async function effectsOn(
  file: ModelFile,
  outcome: string,
  { seed, level, signal }: Pick<Context, 'seed' | 'level' | 'signal'>,
): Promise<CauseEffect[]> {
  const { model } = file;
  const drawn = file.rows ?? (await model.sample(2000, { seed }));
  const causes = ancestorsOf(model.graph, outcome).filter(
    (name) => name !== outcome && model.variables[model.graph.nodes.indexOf(name)]?.kind === 'continuous',
  );
  const found: CauseEffect[] = [];
  for (const name of causes) {
    signal.throwIfAborted();
    const values = drawn.column(name);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const sd = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    const [from, to] = [mean, mean + sd];
    const answer = await effect(file, {
      treatment: { [name]: to },
      control: { [name]: from },
      outcome,
      level,
      seed,
      samples: 1000,
    });
    found.push({ name, from, to, answer });
  }
  return found.sort((a, b) => Math.abs(b.answer.value) - Math.abs(a.answer.value));
}

function effectBlocks(
  effects: readonly CauseEffect[],
  outcome: string,
  level: number,
  file: ModelFile,
): Block[] {
  const first = effects[0]?.answer;
  if (first === undefined)
    return [{ kind: 'text', text: `No continuous variable of the graph is a cause of ${outcome}.` }];
  const warnings = effects.flatMap(({ answer }) => answer.warnings);
  return [
    {
      kind: 'table',
      head: [
        'Cause',
        'From the mean',
        'to one sd more',
        `Change of ${outcome}`,
        `${Math.round(100 * level)}% interval`,
      ],
      numeric: [1, 2, 3, 4],
      rows: effects.map(({ name, from, to, answer }) => {
        const { value, interval } = measured(answer.value, answer.interval);
        return [name, shown(from), shown(to), signed(value), interval];
      }),
      caption:
        file.replicates.length === 0
          ? 'Average total effects. The model is taken as certain, so there are no intervals.'
          : 'Average total effects; intervals over refits on resampled rows.',
    },
    { kind: 'text', text: 'All of this holds if:' },
    { kind: 'list', items: first.assumptions },
    ...(first.sensitivity === undefined ? [] : [{ kind: 'note', text: first.sensitivity.message } as const]),
    ...(warnings.length === 0 ? [] : [{ kind: 'note', text: [...new Set(warnings)].join(' ') } as const]),
  ];
}

async function curveSection(
  file: ModelFile,
  treatment: string,
  outcome: string,
  options: { readonly seed: number; readonly level: number },
): Promise<Section> {
  const range = file.rows ?? (await file.model.sample(2000, { seed: options.seed }));
  const sorted = Float64Array.from(range.column(treatment)).sort();
  const [low, high] = [0.02, 0.98].map((p) => sorted[Math.round(p * (sorted.length - 1))] as number) as [
    number,
    number,
  ];
  const values = Array.from({ length: 13 }, (_, k) => low + ((high - low) * k) / 12);
  const points = await effectCurve(file, { treatment, outcome, values, samples: 400, ...options });
  const shownRows = Math.min(range.rows, 1000);
  const svg = await effectCurveSvg(
    points.map(({ at, value, interval }) => ({
      x: at,
      y: value,
      ...(interval && { low: interval[0], high: interval[1] }),
    })),
    {
      x: treatment,
      y: outcome,
      rows: Array.from({ length: shownRows }, (_, r) => ({
        x: range.column(treatment)[r] as number,
        y: range.column(outcome)[r] as number,
      })),
    },
  );
  return {
    title: `Mean ${outcome} at any ${treatment}`,
    blocks: [
      {
        kind: 'figure',
        svg,
        caption: `The line: mean ${outcome} if ${treatment} were set to that value for all. Grey: ${file.rows === undefined ? 'rows drawn from the model' : 'the rows'}.`,
      },
    ],
  };
}

async function rowSection(
  file: ModelFile,
  rows: NonNullable<ModelFile['rows']>,
  { name, from, to }: CauseEffect,
  options: { readonly seed: number; readonly level: number },
): Promise<Section> {
  const row = recordsOf(rows)[0] as Record<string, number | string>;
  const value = Number(row[name]) + (to - from);
  const answer = await counterfactual(file, row, { do: { [name]: value }, samples: 200, ...options });
  return {
    title: `The first row, with one sd more ${name}`,
    blocks: counterfactualBlocks(row, answer, { acted: [name], head: `${name} = ${shown(value)}` }),
  };
}
