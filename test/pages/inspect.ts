/** What `util.inspect` shows of the values in examples, for a page: `written-value.ts` takes either form. */
export function inspect(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Map) {
    return `{ ${[...value].map(([key, item]) => `${inspect(key)} => ${inspect(item)}`).join(', ')} }`;
  }
  if (value instanceof Set) return `{ ${[...value].map(inspect).join(', ')} }`;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return `[ ${Array.from(value as ArrayLike<unknown>, inspect).join(', ')} ]`;
  }
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inspect(item)}`);
  return `{ ${entries.join(', ')} }`;
}
