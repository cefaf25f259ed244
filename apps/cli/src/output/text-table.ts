/**
 * Rows as aligned columns for a terminal; numbers to the right.
 *
 * @param rows - the first one is the head
 */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => width(row[c] ?? ''))));
  const numeric = widths.map((_, c) =>
    rows.slice(1).every((row) => /^[−+-]?[\d.–…%\s[\]to−]*$/.test(row[c] ?? '')),
  );
  return rows
    .map((row) =>
      row
        .map((cell, c) => {
          const space = ' '.repeat((widths[c] as number) - width(cell));
          return numeric[c] ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function width(text: string): number {
  return [...text].length;
}
