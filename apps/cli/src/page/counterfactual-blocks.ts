import type { CounterfactualAnswer } from '@cfe/counterfactuals';
import type { Block } from '@cfe/report';
import { measured, shown } from '../output/numbers.ts';

/** One individual as it was and as it would have been, variable by variable. */
export function counterfactualBlocks(
  row: Readonly<Record<string, number | string>>,
  answer: CounterfactualAnswer,
  options: {
    readonly acted: readonly string[];
    readonly units?: Readonly<Record<string, string>>;
    readonly head: string;
  },
): Block[] {
  const rows = Object.entries(answer).map(([name, { value, interval, probabilities }]) => {
    const before = row[name] ?? '';
    const level = Object.entries(probabilities ?? {}).sort(([, a], [, b]) => b - a)[0]?.[0];
    const after = level ?? value;
    const unit = options.units?.[name];
    const label = unit === undefined ? name : `${name} (${unit})`;
    const text = (x: number | string): string => (typeof x === 'number' ? shown(x) : x);
    if (options.acted.includes(name)) return [label, text(before), text(after), '', 'set'];
    // far-away rounding is no change
    const kept =
      typeof after === 'number'
        ? Math.abs(after - Number(before)) <= 1e-9 * Math.abs(after)
        : after === before;
    if (kept) return [label, text(before), text(after), '', 'not reached, so kept'];
    const told = measured(value, interval);
    return [label, text(before), level ?? told.value, told.interval, 'follows'];
  });
  return [
    {
      kind: 'table',
      head: [
        '',
        'As it was',
        options.head,
        `${Math.round(100 * (Object.values(answer)[0]?.level ?? 0.9))}% interval`,
        '',
      ],
      numeric: [1, 2, 3],
      rows,
    },
  ];
}
