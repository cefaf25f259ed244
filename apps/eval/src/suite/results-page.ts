import type { Summary } from '../experiment.ts';
import type { Results } from './results.ts';

/** The run as a page of the documentation: made from its results, never edited by hand. */
export function resultsPage(results: Results, command: string): string {
  const { experiments, size, seeds, machine, versions, commit } = results;
  const rows = experiments.map(
    ({ id, title, verdict, reason }) => `| ${id} | ${cell(title)} | ${verdict} | ${cell(reason)} |`,
  );
  const sections = experiments
    .filter(({ metrics }) => metrics.length > 0)
    .map(
      ({ id, title, claim, rule, verdict, metrics, floors, ceiling, cells }) => `## ${id}: ${title}

${claim}

Rule: ${rule}

Verdict: **${verdict}**, over ${cells} data set${cells === 1 ? '' : 's'}.

| | figure | mean | 95% interval | smallest | largest | n |
| --- | --- | --- | --- | --- | --- | --- |
${[...table('ours', metrics), ...table('floor', floors), ...table('ceiling', ceiling)].join('\n')}
`,
    );
  return `# Results

Written by \`${command}\` at commit ${commit ?? 'unknown'} (${size} run, ${seeds.length} seed${seeds.length === 1 ? '' : 's'}, Node ${versions.node}, ${machine.processor}, ${machine.cores} cores). Never edited by hand.

Each claim was written down with its rule before it was run. Refuted and inconclusive claims stay.

| | experiment | verdict | why |
| --- | --- | --- | --- |
${rows.join('\n')}

${sections.join('\n')}`;
}

function table(role: string, summaries: readonly Summary[]): string[] {
  return summaries.map(
    ({ name, mean, interval, min, max, n }) =>
      `| ${role} | ${cell(name)} | ${shown(mean)} | ${interval === undefined ? '' : `${shown(interval[0])} … ${shown(interval[1])}`} | ${shown(min)} | ${shown(max)} | ${n} |`,
  );
}

/** Text that stays in its table cell and is not taken for markup. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}

function shown(value: number | null): string {
  return value === null ? 'n/a' : String(Number(value.toPrecision(4)));
}
