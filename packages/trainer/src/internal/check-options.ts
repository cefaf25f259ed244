import { InputError } from '@cfe/base';

const limits = {
  epochs: [0, 'whole'],
  batchSize: [1, 'whole'],
  patience: [0, 'any'],
  clipNorm: [0, 'any'],
  counterfactualWeight: [0, 'any'],
  structureWeight: [0, 'any'],
} as const;

/**
 * Refuses numbers with which a loop would not end, or that would only show as NaN later. Infinity is as good as many.
 *
 * @throws {@link InputError} naming the option
 */
export function checkOptions(options: { readonly [Option in keyof typeof limits]?: unknown }): void {
  for (const [option, [least, form]] of Object.entries(limits)) {
    const value = options[option as keyof typeof limits];
    if (value === undefined) continue;
    const isNumber = typeof value === 'number' && value >= least;
    if (isNumber && (form === 'any' || value === Infinity || Number.isInteger(value))) continue;
    const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
    throw new InputError(
      'trainer/option',
      `fit: '${option}' is ${shown}; it must be a ${form === 'whole' ? 'whole number' : 'number'} ≥ ${least}.`,
      { option },
    );
  }
}
