import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig } from 'vitepress';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const vue = dirname(fileURLToPath(import.meta.resolve('vue/package.json')));
const reference = at('../../../../docs/api/typedoc-sidebar.json');
const api: DefaultTheme.SidebarItem[] = existsSync(reference)
  ? (JSON.parse(readFileSync(reference, 'utf8')) as DefaultTheme.SidebarItem[])
  : [];

/** Pages of figures, those that are there. */
const measured: DefaultTheme.SidebarItem[] = [
  { text: 'Results', link: '/results' },
  { text: 'Graphs from data', link: '/structure-benchmarks' },
  { text: 'Backends', link: '/backends-benchmarks' },
  { text: 'Graphs, models and tables', link: '/layer0-benchmarks' },
  { text: 'Counterfactuals', link: '/counterfactuals-evidence' },
].filter(({ link }) => existsSync(at(`../../../../docs${link}.md`)));

export default defineConfig({
  title: 'CFE',
  description: 'The causal fine-tuning engine: what would have happened, from a table, in TypeScript.',
  srcDir: at('../../../../docs'),
  cacheDir: at('../../dist/.vitepress-cache'),
  cleanUrls: false,
  lastUpdated: false,
  // The pages lie outside this package, where no `vue` can be found.
  vite: {
    resolve: { alias: [{ find: /^vue(?=\/|$)/, replacement: vue }] },
    worker: { format: 'es' },
    build: { chunkSizeWarningLimit: 2000 },
  },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Start', link: '/guide/start' },
      { text: 'Playground', link: '/playground' },
      { text: 'API', link: '/api/' },
      { text: 'Decisions', link: '/decisions/README' },
    ],
    sidebar: {
      '/api/': [{ text: 'API', items: api }],
      '/': [
        {
          text: 'Guide',
          items: [
            { text: 'Start in five minutes', link: '/guide/start' },
            { text: 'Discover a graph', link: '/guide/discover' },
            { text: 'Plan an intervention', link: '/guide/plan' },
            { text: 'Evaluate honestly', link: '/guide/evaluate' },
            { text: 'What an intervention cuts', link: '/guide/interventions' },
            { text: 'How sure an answer is', link: '/guide/uncertainty' },
          ],
        },
        { text: 'Measured', items: measured },
      ],
    },
  },
});
