import { InputError } from '@cfe/base';
import type { Knowledge } from '@cfe/structure';
import { readJson } from './files.ts';

/**
 * The knowledge of a JSON file: `{tiers, required, forbidden, roots, leaves}`, each optional.
 *
 * @throws {@link InputError} if it has another form
 */
export async function readKnowledge(path: string | undefined): Promise<Knowledge | undefined> {
  return path === undefined ? undefined : checkedKnowledge(await readJson(path), path);
}

/** A value as knowledge, if it has that form. */
export function checkedKnowledge(value: unknown, path: string): Knowledge {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(path, 'this is no object');
  for (const [key, entry] of Object.entries(value as object)) {
    const fits = forms[key];
    if (fits === undefined) wrong(path, `there is no key "${key}"`);
    else if (!fits(entry)) wrong(path, `"${key}" has another form`);
  }
  return value as Knowledge;
}

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');
const isLists = (value: unknown): boolean => Array.isArray(value) && value.every(isNames);
const isEdges = (value: unknown): boolean =>
  isLists(value) && (value as readonly unknown[][]).every(({ length }) => length === 2);

const forms: Readonly<Record<string, (value: unknown) => boolean>> = {
  tiers: isLists,
  required: isEdges,
  forbidden: isEdges,
  roots: isNames,
  leaves: isNames,
};

function wrong(path: string, what: string): never {
  throw new InputError(
    'cli/knowledge',
    `${path}: ${what}. Knowledge is {"tiers": [["a"], ["b"]], "required": [["a", "b"]], "forbidden": [], "roots": [], "leaves": []}, each optional.`,
    { path },
  );
}
