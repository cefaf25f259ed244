import { InputError, UnknownNameError } from '@cfe/base';
import type { Typed } from '../command.ts';

/** The text of an option, if it was given. */
export function textOf(options: Typed, key: string): string | undefined {
  const value = options[key];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a repeatable option. */
export function listOf(options: Typed, key: string): readonly string[] {
  const value = options[key];
  return Array.isArray(value) ? value : [];
}

/**
 * A whole number of an option.
 *
 * @throws {@link InputError} if it is not one, or below `least`
 */
export function wholeOf(options: Typed, key: string, least = 0): number | undefined {
  const text = textOf(options, key);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new InputError('cli/option', `${flag(key)} takes a whole number from ${least} on, got ${text}.`);
}

/** A number of an option. */
export function numberOf(options: Typed, key: string): number | undefined {
  const text = textOf(options, key);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InputError('cli/option', `${flag(key)} takes a number, got ${text}.`);
}

/** An option that must be there. */
export function required(options: Typed, key: string): string {
  const text = textOf(options, key);
  if (text !== undefined) return text;
  throw new InputError('cli/missing-option', `${flag(key)} is needed.`);
}

/** One of a few words. */
export function choiceOf<Choice extends string>(
  options: Typed,
  key: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = textOf(options, key);
  const found = choices.find((choice) => choice === text);
  if (text === undefined || found !== undefined) return found;
  throw new UnknownNameError('cli/option', `${flag(key)} is one of ${choices.join(', ')}, got ${text}.`);
}

/** `a,b` as names; a name with a comma is quoted. */
export function namesOf(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/"((?:[^"\\]|\\.)*)"|([^,"]+)/g)]
    .map(([, quoted, plain]) => (quoted === undefined ? (plain as string).trim() : unquoted(quoted)))
    .filter((name) => name !== '');
}

function unquoted(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}

function flag(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
