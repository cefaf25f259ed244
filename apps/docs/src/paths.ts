import { fileURLToPath } from 'node:url';

const inRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Where the pages, the generated reference and the finished site lie. */
export const paths: Readonly<Record<'root' | 'pages' | 'api' | 'site' | 'output', string>> = {
  root: inRoot(''),
  pages: inRoot('docs'),
  api: inRoot('docs/api'),
  site: inRoot('apps/docs/site'),
  output: inRoot('apps/docs/dist/site'),
};
