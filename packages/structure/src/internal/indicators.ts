/** One column per level that occurs, but for the first. */
export function indicators(values: Float64Array, levels: number): Float64Array[] {
  const present = Array.from({ length: levels }, (_, level) => level).filter((level) =>
    values.includes(level),
  );
  return present.slice(1).map((level) => values.map((x) => (x === level ? 1 : 0)));
}
