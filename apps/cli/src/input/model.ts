import { InputError } from '@cfe/base';
import type { Ensemble } from '@cfe/counterfactuals';
import { type LinearGaussianSpec, linearGaussian } from '@cfe/scm';
import { parseJson, readText } from './files.ts';

/**
 * A model from a file: what `cfe fit` wrote, or an exact model.
 *
 * @throws {@link InputError} if the file holds neither
 */
export async function readModel(path: string): Promise<Ensemble> {
  const value = parseJson(await readText(path), path);
  if (
    typeof value === 'object' &&
    value !== null &&
    (value as { kind?: unknown }).kind === 'linear-gaussian'
  ) {
    return { model: linearGaussian(value as LinearGaussianSpec), replicates: [] };
  }
  throw new InputError('cli/model', `${path}: this is no model.`, { path });
}
