import type { Section } from '@cfe/report';
import { units } from './cars.ts';
import type { Findings } from './findings.ts';

/** What the columns were taken for, what was dropped, and how it was learned. */
export function dataSection({ cars, fitted }: Findings): Section {
  const how = (name: string): string => {
    if (name === 'origin') return 'in the score as the group of its level indicators (degenerate Gaussian)';
    if (name === 'cylinders') return 'in the score as a number, though it has only five values';
    return '';
  };
  return {
    title: 'The data, and what was decided about them',
    blocks: [
      {
        kind: 'text',
        text: `${cars.rowsInFile} rows. ${cars.dropped} ${cars.table.rows} remain: dropping them assumes that what is missing does not depend on what it would have been.`,
      },
      {
        kind: 'table',
        head: ['Column', 'Unit', 'Taken for', 'Missing', 'Note'],
        numeric: [3],
        rows: cars.columns.map(({ name, kind, reason, missing }) => [
          name,
          units[name] ?? '',
          kind === 'ignored' ? 'not used' : kind === 'continuous' ? 'a number' : 'categories',
          String(missing),
          [reason, how(name)].filter((part) => part !== '').join(' '),
        ]),
      },
      {
        kind: 'note',
        text: `The graph was learned by ${fitted.learned?.method ?? ''}; ${fitted.learned?.message ?? ''} ${fitted.fit.message}`,
      },
    ],
  };
}
