import type { Summary } from '../experiment.ts';
import { prototypeRows } from './prototype-table.ts';
import { commitsOf, type Results, type ResultsEntry, summariesOf } from './results.ts';
import { shown, shownInterval } from './shown.ts';

/** The anchor of an experiment's row. */
function anchorOf(id: string): string {
  return id.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** The run as a page of the documentation: made from its results, never edited by hand. */
export function resultsPage(results: Results, command: string): string {
  const { experiments, size, seeds, machine, versions, commit } = results;
  const measured = commitsOf(results);
  const rows = experiments.map(
    ({ id, title, verdict, reason, metrics }) =>
      `| <a id="${anchorOf(id)}"></a>${metrics.length === 0 ? id : `[${id}](#${anchorOf(id)}-figures)`} | ${cell(title)} | ${verdict} | ${cell(reason)} |`,
  );
  const printed = prototypeRows(results);
  return `# Results

Written by \`${command}\` at commit ${commit ?? 'unknown'} (${size} run, ${seeds.length} seed${seeds.length === 1 ? '' : 's'}, Node ${versions.node}, ${machine.processor}, ${machine.cores} cores). Never edited by hand.${
    measured.length < 2
      ? ''
      : ` It was stopped and resumed: data sets were measured at ${measured.map(([at, cells]) => `${at.replace(/^(.{7})\w+/, '$1')} (${cells})`).join(', ')}.`
  }

Each claim was written down with its rule before it was run. Refuted and inconclusive claims stay. Intervals are 95%, Student's t over data sets.
Figures that a quick run repeats are in \`results.csv\` beside this page; \`npm run eval -- --quick --check\` holds a new run against them.

| | experiment | verdict | why |
| --- | --- | --- | --- |
${rows.join('\n')}
${
  printed.length === 0
    ? ''
    : `
<a id="prototype-figures"></a>
## What the research prototype printed

Under the same names, the prototype measured something else: untrained networks, data that did not vary with the seed, and a "counterfactual
correlation" between a variable before and after. Its numbers are no targets; they stand beside the figure of ours that is nearest in meaning.

| | prototype's figure | printed | what that was | ours | our figure |
| --- | --- | --- | --- | --- | --- |
${printed.map((row) => `| ${row.id} | ${cell(row.figure)} | ${row.printed} | ${cell(row.measured)} | ${row.ours} | ${cell(row.name)} |`).join('\n')}
`
}
${experiments
  .filter(({ metrics }) => metrics.length > 0)
  .map(section)
  .join('\n')}`;
}

function section(entry: ResultsEntry): string {
  const { id, title, claim, rule, verdict, cells, breakdown, curves } = entry;
  const parts = [
    `<a id="${anchorOf(id)}-figures"></a>
## ${id}: ${title}

${claim}

Rule: ${rule}

Verdict: **${verdict}**, over ${cells.length} data set${cells.length === 1 ? '' : 's'}.

| | figure | mean | 95% interval | smallest | largest | n |
| --- | --- | --- | --- | --- | --- | --- |
${summariesOf(entry)
  .map(([role, summary]) => `| ${role} | ${cell(summary.name)} | ${figures(summary)} |`)
  .join('\n')}
`,
  ];
  if (breakdown !== undefined)
    parts.push(`Ours by ${breakdown.by}:

| ${breakdown.by} | figure | mean | 95% interval | smallest | largest | n |
| --- | --- | --- | --- | --- | --- | --- |
${breakdown.groups
  .flatMap((group) =>
    group.figures.map((summary) => `| ${cell(group.value)} | ${cell(summary.name)} | ${figures(summary)} |`),
  )
  .join('\n')}
`);
  for (const { title: name, x, y, lines } of curves)
    parts.push(`${name}:

| | ${cell(x)} | ${cell(y)} | 95% interval | n |
| --- | --- | --- | --- | --- |
${lines
  .flatMap((line) =>
    line.points.map(
      (point) =>
        `| ${cell(line.name)} | ${shown(point.x)} | ${shown(point.y)} | ${shownInterval(point.low === undefined || point.high === undefined ? undefined : [point.low, point.high])} | ${point.n} |`,
    ),
  )
  .join('\n')}
`);
  return parts.join('\n');
}

function figures({ mean, interval, min, max, n }: Summary): string {
  return `${shown(mean)} | ${shownInterval(interval)} | ${shown(min)} | ${shown(max)} | ${n}`;
}

/** Text that stays in its table cell and is not taken for markup. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}
