import { type Block, barsSvg, htmlReport, type Section } from '@cfe/report';
import type { Summary } from '../experiment.ts';
import type { Results } from './results.ts';

/** The run as a page for readers who have not read the code: every claim, its rule, its figures and its floors. */
export async function reportPage(results: Results): Promise<string> {
  const { experiments } = results;
  const count = (verdict: string): number => experiments.filter((e) => e.verdict === verdict).length;
  const sections: Section[] = [
    {
      title: 'Verdicts',
      blocks: [
        {
          kind: 'text',
          text: `${count('supported')} claims are supported, ${count('refuted')} refuted, ${count('inconclusive')} inconclusive; ${count('failed')} experiments failed and ${count('skipped')} were skipped.`,
        },
        {
          kind: 'table',
          head: ['', 'Experiment', 'Verdict', 'Why', 'Seconds'],
          rows: experiments.map(({ id, title, verdict, reason, seconds }) => [
            id,
            title,
            verdict,
            reason,
            seconds.toFixed(1),
          ]),
          numeric: [4],
        },
      ],
    },
  ];
  for (const experiment of experiments) {
    if (experiment.metrics.length === 0) continue;
    const { id, title, claim, rule, verdict, reason, metrics, floors, ceiling, cells } = experiment;
    const skills = [...metrics, ...ceiling, ...floors].filter(
      ({ name, mean }) => name.endsWith('skill') && mean !== null,
    );
    const figure: Block[] =
      skills.length === 0
        ? []
        : [
            {
              kind: 'figure',
              svg: await barsSvg(
                skills.map(({ name, min }) => ({ name, value: min as number })),
                { title: 'smallest counterfactual skill', domain: [-1, 1] },
              ),
              caption:
                'The smallest skill over targets, values and seeds: 1 is perfect, 0 what copying the factual value scores, negative worse than that. A bar at the edge goes on beyond it.',
            },
          ];
    sections.push({
      title: `${id} · ${title}`,
      blocks: [
        { kind: 'text', text: claim },
        { kind: 'note', text: `Rule: ${rule}` },
        { kind: 'text', text: `Verdict: ${verdict}. ${reason}` },
        ...figure,
        table('Ours', metrics, cells),
        ...(floors.length === 0 ? [] : [table('Floors', floors, cells)]),
        ...(ceiling.length === 0 ? [] : [table('Ceiling', ceiling, cells)]),
      ],
    });
  }
  return htmlReport({
    title: 'Evaluation',
    lead: 'Each claim was written down with the rule that decides it before anything ran, and is judged against a truth outside the engine. Negative results stay.',
    sections,
    footer: [
      `${results.size} run, seeds ${results.seeds.join(', ')}${results.fake === undefined ? '' : `, with the planted fake '${results.fake}'`}`,
      `Node ${results.versions.node}, ${results.machine.processor}, ${results.machine.cores} cores`,
      `commit ${results.commit ?? 'unknown'}`,
    ],
  });
}

function table(caption: string, summaries: readonly Summary[], cells: number): Block {
  const shown = (value: number | null | undefined): string =>
    value === null || value === undefined ? 'n/a' : String(Number(value.toPrecision(4)));
  return {
    kind: 'table',
    caption: `${caption}, over ${cells} data set${cells === 1 ? '' : 's'}`,
    head: ['Figure', 'Mean', '95% interval', 'Smallest', 'Largest', 'n'],
    rows: summaries.map(({ name, mean, interval, min, max, n }) => [
      name,
      shown(mean),
      interval === undefined ? '' : `${shown(interval[0])} … ${shown(interval[1])}`,
      shown(min),
      shown(max),
      String(n),
    ]),
    numeric: [1, 3, 4, 5],
  };
}
