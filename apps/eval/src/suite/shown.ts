/** A figure to four digits. */
export function shown(value: number | null | undefined): string {
  return value === null || value === undefined ? 'n/a' : String(Number(value.toPrecision(4)));
}

export function shownInterval(interval: readonly [number, number] | undefined): string {
  return interval === undefined ? '' : `${shown(interval[0])} … ${shown(interval[1])}`;
}
