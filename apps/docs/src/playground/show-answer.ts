import { el, put } from './dom.ts';
import { drawLaws } from './draw-laws.ts';
import { formatCell } from './format.ts';
import type { Detail, Loaded, Question, Reply, WouldHaveBeen } from './protocol.ts';

/** The row as it was and as it would have been, the outcome for everybody, and what regressions say. */
export function showAnswer(
  part: HTMLElement,
  { row, outcome, set }: Question,
  reply: Reply,
  { columns }: Loaded,
  milliseconds: number,
): void {
  const unit = columns.find(({ variable }) => variable.name === outcome)?.unit;
  const action = Object.entries(set)
    .map(([name, value]) => `${name} = ${formatCell(value)}`)
    .join(', ');
  const told = reply.row.find(({ name }) => name === outcome);
  const hasTruth = reply.row.some(({ truth }) => truth !== undefined);
  const { before, after, naive } = reply;
  put(
    part,
    el('h2', {}, action === '' ? 'Move a slider to intervene' : `do(${action})`),
    told !== undefined &&
      el(
        'p',
        { class: 'headline' },
        `Row ${row + 1}: ${outcome} was ${formatCell(told.was)}`,
        action !== '' && ', and would have been ',
        action !== '' && el('strong', { class: 'would-be' }, formatCell(told.wouldBe)),
        unit === undefined ? '' : ` ${unit}`,
        told.interval !== undefined
          ? ` (90%: ${told.interval.map(formatCell).join(' to ')}).`
          : reply.detail === 'quick' && action !== '' && !Object.hasOwn(set, outcome)
            ? ' (90%: …).'
            : '.',
      ),
    naive !== undefined &&
      el(
        'p',
        { class: 'naive' },
        'A regression on what was set alone would say ',
        el('b', {}, formatCell(naive.alone)),
        '; one on everything, all else equal, ',
        el('b', {}, formatCell(naive.allElseEqual)),
        told?.truth === undefined ? '.' : '. The truth is ',
        told?.truth !== undefined && el('b', { class: 'truth' }, formatCell(told.truth)),
        told?.truth !== undefined && '.',
      ),
    el(
      'div',
      { class: 'scroll' },
      el(
        'table',
        {},
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            ...['variable', 'was', 'would have been', '90% interval', ...(hasTruth ? ['truth'] : [])].map(
              (text) => el('th', { scope: 'col' }, text),
            ),
          ),
        ),
        el(
          'tbody',
          {},
          ...reply.row.map((line) => lineOf(line, set, hasTruth, reply.detail === 'quick' ? '…' : '')),
        ),
      ),
    ),
    el('h3', {}, `${outcome} for everybody`),
    drawLaws(before, after, `Distribution of ${outcome} before and under the action`),
    el(
      'p',
      { class: 'legend' },
      el('span', { class: 'key before' }),
      `as things are: mean ${formatCell(before.mean)}${intervalOf(before.interval, reply.detail)}`,
      action !== '' && el('span', { class: 'key after' }),
      action !== '' &&
        `under the action: mean ${formatCell(after.mean)}${intervalOf(after.interval, reply.detail)}`,
    ),
    reply.warnings.length > 0 &&
      el('ul', { class: 'warnings' }, ...reply.warnings.map((text) => el('li', {}, text))),
    el(
      'p',
      { class: 'note' },
      `${reply.detail === 'quick' ? 'Answered' : 'Answered by all 20 refits'} in ${Math.round(milliseconds)} ms. It holds if the graph is right, nothing hidden moves two variables, and noise adds to each mechanism. Intervals: 20 refits on resampled rows, on this graph.`,
    ),
  );
}

function lineOf(
  { name, was, wouldBe, interval, truth }: WouldHaveBeen,
  set: Question['set'],
  hasTruth: boolean,
  noInterval: string,
): HTMLElement {
  const [a, b] = [formatCell(was), formatCell(wouldBe)];
  const isSet = Object.hasOwn(set, name);
  return el(
    'tr',
    { class: isSet ? 'set' : a === b ? 'same' : 'moved', 'data-variable': name },
    el('th', { scope: 'row' }, name),
    el('td', {}, a),
    el('td', {}, b),
    el('td', {}, isSet ? 'set' : a === b ? '' : (interval?.map(formatCell).join(' to ') ?? noInterval)),
    hasTruth && el('td', {}, truth === undefined ? '' : formatCell(truth)),
  );
}

function intervalOf(interval: readonly [number, number] | undefined, detail: Detail): string {
  if (interval === undefined) return detail === 'quick' ? ' (90%: …)' : '';
  return ` (90%: ${interval.map(formatCell).join(' to ')})`;
}
