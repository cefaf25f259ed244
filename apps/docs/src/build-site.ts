import { build } from 'vitepress';
import { paths } from './paths.ts';

/**
 * Builds the static site; a link that leads nowhere fails it.
 *
 * @param output - the folder that it is written to
 */
export async function buildSite(output: string): Promise<void> {
  await build(paths.site, { outDir: output });
}
