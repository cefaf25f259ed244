import { el } from './dom.ts';
import { formatCell } from './format.ts';
import type { Cell, Column, Loaded, Question } from './protocol.ts';

/** What the sliders tell. */
export interface SliderEvents {
  onSet(set: Question['set']): void;
  onRow(row: number): void;
  onOutcome(outcome: string): void;
}

/** A slider per variable: moving one sets the variable, its box lets go again. */
export function showSliders(
  part: HTMLElement,
  { columns, rows }: Loaded,
  factual: Readonly<Record<string, Cell>>,
  question: Question,
  { onSet, onRow, onOutcome }: SliderEvents,
): void {
  let set = question.set;
  const row = el('input', {
    type: 'number',
    min: 1,
    max: rows,
    value: question.row + 1,
    'data-key': 'row',
    change: () => onRow(Math.min(rows, Math.max(1, Math.round(Number(row.value) || 1))) - 1),
  });
  const outcome = el(
    'select',
    { 'data-key': 'outcome', change: () => onOutcome(outcome.value) },
    ...columns
      .filter(({ variable }) => variable.kind === 'continuous')
      .map(({ variable: { name } }) =>
        el('option', { value: name, selected: name === question.outcome }, name),
      ),
  );
  const lines = columns.map((column) => {
    const { name } = column.variable;
    const start = set[name] ?? factual[name]!;
    const shown = el('output', {}, textOf(start, column));
    const box = el('input', {
      type: 'checkbox',
      checked: Object.hasOwn(set, name),
      'aria-label': `Set ${name}`,
      'data-key': `set ${name}`,
      change: () => change(box.checked),
    });
    const control = controlFor(column, start, () => {
      box.checked = true;
      change(true);
    });
    const line = el('div', { class: 'slider' }, el('label', {}, box, ` ${name}`), control.element, shown);
    const change = (isSet: boolean): void => {
      const { [name]: _gone, ...others } = set;
      if (!isSet) control.reset(factual[name]!);
      set = isSet ? { ...others, [name]: control.value() } : others;
      shown.textContent = textOf(isSet ? control.value() : factual[name]!, column);
      line.classList.toggle('active', isSet);
      onSet(set);
    };
    line.classList.toggle('active', box.checked);
    return line;
  });
  part.replaceChildren(
    el('h2', {}, '4. What if'),
    el(
      'div',
      { class: 'asked' },
      el('label', {}, `Row (1 to ${rows}) `, row),
      el('label', {}, 'Outcome ', outcome),
    ),
    ...lines,
  );
}

function controlFor(
  { variable, low, high }: Column,
  start: Cell,
  onInput: () => void,
): { readonly element: HTMLElement; value(): Cell; reset(value: Cell): void } {
  const { name } = variable;
  if (variable.kind === 'categorical') {
    const element = el(
      'select',
      { 'aria-label': name, 'data-key': `value ${name}`, change: onInput },
      ...variable.levels.map((level) => el('option', { value: level, selected: level === start }, level)),
    );
    return { element, value: () => element.value, reset: (value) => (element.value = String(value)) };
  }
  const step = stepOf((high - low) / 100);
  const element = el('input', {
    type: 'range',
    min: Math.floor(low / step) * step,
    max: Math.ceil(high / step) * step,
    step,
    'aria-label': name,
    'data-key': `value ${name}`,
    input: onInput,
  });
  element.value = String(start);
  return { element, value: () => Number(element.value), reset: (value) => (element.value = String(value)) };
}

/** The next 1, 2 or 5 times a power of ten. */
function stepOf(size: number): number {
  if (!(size > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].find((factor) => factor * power >= size)! * power;
}

function textOf(value: Cell, { unit }: Column): string {
  return `${formatCell(value)}${unit === undefined ? '' : ` ${unit}`}`;
}
