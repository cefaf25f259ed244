import { InputError, ShapeError } from '@cfe/base';
import type { CheckCase } from '../check-case.ts';

type Matrix = readonly (readonly number[])[];

/** Refuses a case whose arrays do not fit together, before anything runs. */
export function checkShapes({ dag, W, b, v, U, mask, value, upstream }: CheckCase): void {
  const d = lengthOf('dag', dag);
  matrix('dag', dag, d, d);
  if (lengthOf('b', b) !== d) throw shape('b', [lengthOf('b', b)], [d]);
  if (lengthOf('v', v) !== d) throw shape('v', [lengthOf('v', v)], [d]);
  if (lengthOf('W', W) !== d) throw shape('W', [lengthOf('W', W)], [d]);
  for (let j = 0; j < d; j++) {
    const units = lengthOf(`b[${j}]`, b[j]);
    if (units === 0) throw shape(`b[${j}]`, [0], ['1 or more']);
    numbers(`b[${j}]`, b[j] as readonly number[], units);
    numbers(`v[${j}]`, v[j] as readonly number[], units);
    matrix(`W[${j}]`, W[j] as Matrix, units, d);
  }
  const rows = lengthOf('U', U);
  matrix('U', U, rows, d);
  matrix('mask', mask, rows, d);
  matrix('upstream', upstream, rows, d);
  matrix(
    'value',
    value.map((line, r) =>
      Array.isArray(line) ? line.map((x, j) => (mask[r]?.[j] === 1 ? x : (x ?? 0))) : line,
    ),
    rows,
    d,
  );
  for (const [name, entries] of [
    ['dag', dag],
    ['mask', mask],
  ] as const) {
    for (const [r, line] of entries.entries()) {
      const j = line.findIndex((entry) => entry !== 0 && entry !== 1);
      if (j >= 0) throw bad(`${name}[${r}][${j}]`, line[j], '0 or 1');
    }
  }
}

function lengthOf(name: string, list: unknown): number {
  if (!Array.isArray(list)) throw bad(name, list, 'a list');
  return list.length;
}

function matrix(name: string, entries: readonly (readonly unknown[])[], rows: number, columns: number): void {
  if (lengthOf(name, entries) !== rows) throw shape(name, [entries.length], [rows, columns]);
  for (const [r, line] of entries.entries()) numbers(`${name}[${r}]`, line, columns);
}

function numbers(name: string, entries: readonly unknown[], length: number): void {
  if (lengthOf(name, entries) !== length) throw shape(name, [entries.length], [length]);
  const at = entries.findIndex((entry) => !Number.isFinite(entry));
  if (at >= 0) throw bad(`${name}[${at}]`, entries[at], 'a finite number');
}

function shape(name: string, have: readonly number[], need: readonly (number | string)[]): ShapeError {
  return new ShapeError(
    'autograd/case-shape',
    `checkCase: ${name} has length ${have.join(' × ')}, ${need.join(' × ')} is needed.`,
    { name, have, need },
  );
}

function bad(name: string, value: unknown, needs: string): InputError {
  return new InputError(
    'autograd/case-value',
    `checkCase: ${name} is ${String(value)}; it must be ${needs}.`,
    {
      name,
      value,
    },
  );
}
