/**
 * The number that a trimmed cell spells, NaN for what is no finite number. Hexadecimal, `Infinity`, dates and
 * "1 000" are not taken for numbers.
 *
 * @param decimalComma - whether `1,5` is a number
 */
export function parseNumber(cell: string, decimalComma: boolean): number {
  const first = cell.charCodeAt(0);
  // a digit, a sign, a point (or a comma): anything else is no number, and Number() accepts more than we do
  const digit = first >= 48 && first <= 57;
  if (!digit && first !== 45 && first !== 43 && first !== 46 && !(decimalComma && first === 44))
    return Number.NaN;
  if (first === 48 && cell.length > 1) {
    const second = cell.charCodeAt(1) | 32;
    if (second === 120 || second === 98 || second === 111) return Number.NaN; // 0x, 0b, 0o
  }
  const value = Number(cell);
  if (Number.isFinite(value)) return value;
  if (decimalComma && decimal.test(cell)) {
    const plain = Number(cell.replace(',', '.'));
    if (Number.isFinite(plain)) return plain;
  }
  return Number.NaN;
}

const decimal = /^[+-]?\d*,\d+(e[+-]?\d+)?$/i;

/** A cell without the white space around it; free where there is none. */
export function trimCell(cell: string): string {
  const length = cell.length;
  if (length === 0) return cell;
  const first = cell.charCodeAt(0);
  const last = cell.charCodeAt(length - 1);
  return first > 32 && first < 127 && last > 32 && last < 127 ? cell : cell.trim();
}
