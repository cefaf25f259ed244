import { type Block, htmlReport, type Section } from '@cfe/report';
import type { Summary } from '../experiment.ts';
import { curveSvg, type RoleSummary, summariesSvg } from './figures.ts';
import { prototypeRows } from './prototype-table.ts';
import { commitsOf, type Results, type ResultsEntry, summariesOf } from './results.ts';
import { shown, shownInterval } from './shown.ts';

const verdicts = ['supported', 'inconclusive', 'refuted', 'failed', 'skipped'] as const;

/** The run as a page for readers who have not read the code: every claim, its rule, its figures and its floors. */
export async function reportPage(results: Results): Promise<string> {
  const { experiments, machine, versions } = results;
  const sections = [overview(results), howToRead, ...prototypeSection(results)];
  for (const entry of experiments) if (entry.metrics.length > 0) sections.push(await section(entry));
  return htmlReport({
    title: 'Evaluation',
    lead: 'Each claim was written down with the rule that decides it before anything ran, and is judged against a truth outside the engine. Negative results stay.',
    sections,
    footer: [
      `${results.size} run, seeds ${results.seeds.join(', ')}${results.fake === undefined ? '' : `, with the planted fake '${results.fake}'`}${results.complete ? '' : ', not finished'}`,
      `CFE ${versions.cfe}, Node ${versions.node}, ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB`,
      `commit ${results.commit ?? 'unknown'}`,
      ...(commitsOf(results).length < 2
        ? []
        : [
            `data sets measured at ${commitsOf(results)
              .map(([at, cells]) => `${at} (${cells})`)
              .join(', ')}`,
          ]),
    ],
  });
}

function overview({ experiments }: Results): Section {
  const count = (verdict: string): number => experiments.filter((entry) => entry.verdict === verdict).length;
  return {
    title: 'Verdicts',
    blocks: [
      {
        kind: 'answers',
        answers: verdicts
          .filter((verdict) => count(verdict) > 0)
          .map((verdict) => ({
            question: verdict,
            answer: String(count(verdict)),
            detail: listed(experiments.filter((entry) => entry.verdict === verdict).map(({ id }) => id)),
          })),
      },
      {
        kind: 'table',
        head: ['Experiment', 'Verdict', 'Why', 'Seconds'],
        rows: experiments.map(({ id, title, verdict, reason, seconds }) => [
          `${id} · ${title}`,
          verdict,
          reason,
          seconds.toFixed(1),
        ]),
        numeric: [3],
      },
    ],
  };
}

/** Ids with runs joined: `R1–R15`. */
function listed(ids: readonly string[]): string {
  const parts: string[] = [];
  for (let k = 0; k < ids.length; k++) {
    const [, letter = '', number = ''] = (ids[k] as string).match(/^([A-Z])(\d+)$/) ?? [];
    let last = k;
    while (letter !== '' && ids[last + 1] === `${letter}${Number(number) + last + 1 - k}`) last++;
    parts.push(last > k + 1 ? `${ids[k]}–${ids[last]}` : (ids.slice(k, last + 1) as string[]).join(', '));
    k = last;
  }
  return parts.join(', ');
}

const howToRead: Section = {
  title: 'How to read this',
  blocks: [
    {
      kind: 'list',
      items: [
        'Ours: what the engine reaches with nothing of the truth handed in, unless the experiment says so.',
        'Floor: what anything must beat, such as copying the factual value, a regression, an untrained network or an empty graph.',
        'Ceiling: what is reached by someone who knows the true graph and the true form of every mechanism, from the same rows.',
        'Counterfactual skill: 1 − Σ(ŷ′ − y′)² / Σ(y − y′)² over the descendants of what was set, in rows never seen. 1 is perfect; copying the factual value scores 0. The smallest over targets and values counts.',
        'SHD: how many pairs of variables are joined differently in two graphs. CPDAG: the class of graphs that observations cannot tell apart. AID: pairs whose effect would be adjusted for wrongly.',
        'In the figures the dot is the mean over data sets, the thick line its 95% interval (Student’s t, three or more data sets), the thin line runs from the smallest to the largest.',
      ],
    },
  ],
};

function prototypeSection(results: Results): Section[] {
  const rows = prototypeRows(results);
  if (rows.length === 0) return [];
  return [
    {
      title: 'What the research prototype printed',
      blocks: [
        {
          kind: 'text',
          text: 'The prototype that the engine grew from ran experiments under the same names and measured something else: untrained networks, data that did not vary with the seed, and a “counterfactual correlation” between a variable before and after. Its numbers are no targets; they stand beside the figure of ours that is nearest in meaning.',
        },
        {
          kind: 'table',
          head: ['Prototype’s figure', 'Printed', 'What that was', 'Ours', 'Our figure'],
          rows: rows.map(({ id, figure, printed, measured, ours, name }) => [
            `${id}, ${figure}`,
            printed,
            measured,
            ours,
            name,
          ]),
          numeric: [1, 3],
        },
      ],
    },
  ];
}

async function section(entry: ResultsEntry): Promise<Section> {
  const { id, title, claim, rule, verdict, reason, cells, breakdown, curves } = entry;
  const summaries = summariesOf(entry);
  const blocks: Block[] = [
    { kind: 'text', text: claim },
    { kind: 'note', text: `Rule: ${rule}` },
    { kind: 'text', text: `Verdict: ${verdict}. ${reason}` },
  ];
  for (const curve of curves) {
    blocks.push({ kind: 'figure', svg: await curveSvg(curve), caption: curve.title });
    blocks.push({ kind: 'details', summary: `Figures of: ${curve.title}`, blocks: [curveTable(curve)] });
  }
  blocks.push(await figure(summaries, `All figures, over ${datasets(cells.length)}.`));
  blocks.push({
    kind: 'details',
    summary: `Table of all figures, over ${datasets(cells.length)}`,
    blocks: [
      table(
        ['Whose', 'Figure'],
        summaries.map(([role, summary]) => [[role, summary.name], summary]),
      ),
    ],
  });
  if (breakdown !== undefined) {
    const rows = breakdown.groups.flatMap((group) =>
      group.figures.map((summary) => [[group.value, summary.name], summary] as const),
    );
    const drawn = rows.map(
      ([[group, name], summary]): RoleSummary => ['ours', { ...summary, name: `${name}, ${group}` }],
    );
    blocks.push(await figure(drawn, `Ours, by ${breakdown.by}.`));
    blocks.push({
      kind: 'details',
      summary: `Table of ours by ${breakdown.by}`,
      blocks: [table([breakdown.by, 'Figure'], rows)],
    });
  }
  return { title: `${id} · ${title}`, blocks };
}

function datasets(cells: number): string {
  return `${cells} data set${cells === 1 ? '' : 's'}`;
}

async function figure(summaries: readonly RoleSummary[], caption: string): Promise<Block> {
  return { kind: 'figure', svg: await summariesSvg(summaries), caption };
}

function table(
  head: readonly string[],
  rows: readonly (readonly [lead: readonly string[], summary: Summary])[],
): Block {
  return {
    kind: 'table',
    head: [...head, 'Mean', '95% interval', 'Smallest', 'Largest', 'n'],
    rows: rows.map(([lead, { mean, interval, min, max, n }]) => [
      ...lead,
      shown(mean),
      shownInterval(interval),
      shown(min),
      shown(max),
      String(n),
    ]),
    numeric: [2, 4, 5, 6],
  };
}

function curveTable({ x, y, lines }: ResultsEntry['curves'][number]): Block {
  return {
    kind: 'table',
    head: ['', x, y, '95% interval', 'n'],
    rows: lines.flatMap(({ name, points }) =>
      points.map((point) => [
        name,
        shown(point.x),
        shown(point.y),
        shownInterval(
          point.low === undefined || point.high === undefined ? undefined : [point.low, point.high],
        ),
        String(point.n),
      ]),
    ),
    numeric: [1, 2, 4],
  };
}
