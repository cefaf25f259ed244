import type { Arrow, Cell } from './protocol.ts';

/** What a shared address holds: everything but the rows of a file of one's own. */
export interface Shared {
  /** `cars`, `simulated` or `own` */
  readonly data: 'cars' | 'simulated' | 'own';
  readonly seed: number;
  /** the columns that are used */
  readonly columns: readonly string[];
  readonly edges: readonly Arrow[];
  readonly mechanisms: 'mlp' | 'linear';
  readonly row: number;
  readonly outcome: string;
  readonly set: Readonly<Record<string, Cell>>;
}

/** As the part of an address after `#`. */
export function toHash(state: Shared): string {
  return `#p=${encodeURIComponent(JSON.stringify(state))}`;
}

/** @returns undefined where the address holds no such state, or a damaged one */
export function fromHash(hash: string): Shared | undefined {
  if (!hash.startsWith('#p=')) return undefined;
  try {
    const value: unknown = JSON.parse(decodeURIComponent(hash.slice(3)));
    return isShared(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isShared(value: unknown): value is Shared {
  if (typeof value !== 'object' || value === null) return false;
  const { data, seed, columns, edges, mechanisms, row, outcome, set } = value as Record<string, unknown>;
  const isText = (item: unknown): item is string => typeof item === 'string';
  return (
    (data === 'cars' || data === 'simulated' || data === 'own') &&
    Number.isInteger(seed) &&
    Array.isArray(columns) &&
    columns.every(isText) &&
    Array.isArray(edges) &&
    edges.every((edge) => Array.isArray(edge) && edge.length === 2 && edge.every(isText)) &&
    (mechanisms === 'mlp' || mechanisms === 'linear') &&
    Number.isInteger(row) &&
    (row as number) >= 0 &&
    isText(outcome) &&
    typeof set === 'object' &&
    set !== null &&
    Object.values(set).every((cell) => isText(cell) || Number.isFinite(cell))
  );
}
