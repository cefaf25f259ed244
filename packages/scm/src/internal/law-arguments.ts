import type { Distribution } from '../distribution.ts';

/** The laws that a fixed list of numbers makes. */
export type NamedLaw = Exclude<Distribution['kind'], 'categorical' | 'empirical'>;

/** The parameters of each law, in the order of its text form. */
export const argumentNames: Readonly<Record<NamedLaw, readonly string[]>> = {
  normal: ['mean', 'sd'],
  uniform: ['low', 'high'],
  laplace: ['mean', 'scale'],
  exponential: ['rate'],
  gumbel: ['location', 'scale'],
  logistic: ['location', 'scale'],
  'student-t': ['degrees', 'location', 'scale'],
};
