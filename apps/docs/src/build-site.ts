import { build } from 'vitepress';
import { paths } from './paths.ts';

/** Builds the static site, reference included; a link that leads nowhere fails it. */
export async function buildSite(): Promise<string> {
  await build(paths.site, { outDir: paths.output });
  return paths.output;
}
