import { expect, test } from 'vitest';
import { assignmentsApart } from './program.ts';

test.each([
  ['predict m --do a=1 b=2 rows.csv', 'predict m --do a=1 --do b=2 rows.csv'],
  ['predict m rows.csv --do a=1 --do b=2', 'predict m rows.csv --do a=1 --do b=2'],
  [
    'effect m --treatment x=1 --control x=0 --outcome y',
    'effect m --treatment x=1 --control x=0 --outcome y',
  ],
  ['query m --do x~normal(0,1) y+=2 --json', 'query m --do x~normal(0,1) --do y+=2 --json'],
  ['plan m --target y>=3 extra=1', 'plan m --target y>=3 extra=1'],
])('%s', (line, apart) => {
  expect(assignmentsApart(line.split(' ')).join(' ')).toBe(apart);
});
