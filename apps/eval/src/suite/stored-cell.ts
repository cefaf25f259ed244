import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CfeError } from '@cfe/base';
import type { Cell, Fake, Figures, Measured } from '../experiment.ts';
import { csv } from './csv.ts';
import { writeAtomically } from './write-atomically.ts';

/** A cell as it is kept: its figures; its predictions are a file beside it. */
export interface StoredCell {
  readonly cell: Cell;
  readonly fake?: Fake;
  readonly figures: Figures;
  readonly seconds: number;
  /** of the code that measured it: a run that was resumed may have several */
  readonly commit?: string;
}

/** Where a cell is kept, without the ending. */
export function cellPath(folder: string, id: string, index: number): string {
  return join(folder, 'cells', id, String(index).padStart(4, '0'));
}

/** Writes the predictions, then the figures: a cell with figures is whole. */
export function writeCell(path: string, stored: StoredCell, { predictions }: Measured): void {
  if (predictions !== undefined) {
    const names = Object.keys(predictions);
    const rows = (predictions[names[0] ?? ''] ?? []).map((_, r) =>
      names.map((name) => rounded(predictions[name]?.[r])),
    );
    writeAtomically(`${path}.predictions.csv.gz`, gzipSync(csv(names, rows)));
  }
  writeAtomically(`${path}.json`, `${JSON.stringify(stored)}\n`);
}

/** Keeps the same cell under another experiment too, unless something is there already. */
export function copyCell(from: string, to: string): void {
  if (existsSync(`${to}.json`)) return;
  for (const ending of ['.predictions.csv.gz', '.json'])
    if (existsSync(`${from}${ending}`)) writeAtomically(`${to}${ending}`, readFileSync(`${from}${ending}`));
}

/** Seven digits: far finer than any figure is told. */
function rounded(value: number | string | undefined): number | string | undefined {
  return typeof value === 'number' ? Number(value.toPrecision(7)) : value;
}

/** A cell of an earlier run of the same settings; anything else at its place is an error, not overwritten. */
export function readCell(path: string, cell: Cell, fake: Fake | undefined): StoredCell | undefined {
  const file = `${path}.json`;
  if (!existsSync(file)) return undefined;
  const stored = JSON.parse(readFileSync(file, 'utf8')) as StoredCell;
  if (JSON.stringify(stored.cell) === JSON.stringify(cell) && stored.fake === fake) return stored;
  throw new CfeError(
    'eval/other-run',
    `${file} is of a run with other seeds or settings. Resume with the same options, or choose another folder.`,
    { path: file },
  );
}
