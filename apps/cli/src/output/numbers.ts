/** A number as people read it: about four significant digits, a true minus sign, no exponent in the usual range. */
export function shown(x: number | null | undefined, digits = 4): string {
  if (x === null || x === undefined || Number.isNaN(x)) return '–';
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return x.toExponential(digits - 1).replace('-', '−');
  const decimals = size === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return Number(x.toFixed(Math.min(decimals, 10)))
    .toString()
    .replace('-', '−');
}

/** `[low, high]` as text; empty without one. */
export function shownInterval(interval: readonly [number, number] | undefined, digits = 3): string {
  return interval === undefined ? '' : `[${shown(interval[0], digits)}, ${shown(interval[1], digits)}]`;
}
