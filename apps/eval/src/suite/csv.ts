/** Rows of values as CSV: text in quotes, nothing for what is missing, numbers as they are. */
export function csv(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cell = (value: unknown): string =>
    typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value ?? '');
  return `${[head.join(','), ...rows.map((row) => row.map(cell).join(','))].join('\n')}\n`;
}
