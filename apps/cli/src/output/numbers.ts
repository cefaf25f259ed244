/** A number as people read it: about four significant digits, thousands apart from five digits on, a true minus sign. */
export function shown(x: number | null | undefined, digits = 4): string {
  if (x === null || x === undefined || Number.isNaN(x)) return '–';
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return x.toExponential(digits - 1).replaceAll('-', '−');
  const decimals = size === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return grouped(Number(x.toFixed(Math.min(decimals, 10))).toString());
}

/** A value and its interval with the decimals that the interval's width makes worth reading. */
export function measured(
  value: number,
  interval: readonly [number, number] | undefined,
): { readonly value: string; readonly interval: string } {
  if (interval === undefined) return { value: shown(value, 3), interval: '' };
  const width = Math.abs(interval[1] - interval[0]);
  const scale = width > 0 ? width : Math.abs(value) / 100;
  const decimals = scale > 0 ? Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(scale)))) : 0;
  const text = (x: number): string => grouped(x.toFixed(decimals));
  return { value: text(value), interval: `[${text(interval[0])}, ${text(interval[1])}]` };
}

/** A number that says its sign. */
export function signed(text: string): string {
  return text.startsWith('−') || !/[1-9]/.test(text) ? text : `+${text}`;
}

function grouped(text: string): string {
  const [whole = '', part] = (/[1-9]/.test(text) ? text.replace('-', '−') : text.replace('-', '')).split('.');
  const apart = whole.length < 5 ? whole : whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
  return part === undefined ? apart : `${apart}.${part}`;
}
