import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig } from 'vitepress';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const vue = dirname(fileURLToPath(import.meta.resolve('vue/package.json')));
const reference = at('../../../../docs/api/typedoc-sidebar.json');
const api: DefaultTheme.SidebarItem[] = existsSync(reference)
  ? (JSON.parse(readFileSync(reference, 'utf8')) as DefaultTheme.SidebarItem[])
  : [];

const pages = at('../../../../docs');

/** A group of the sidebar; pages that are not there are left out. */
function group(text: string, links: Readonly<Record<string, string>>): DefaultTheme.SidebarItem {
  const items = Object.entries(links)
    .filter(([link]) => existsSync(`${pages}${link}.md`))
    .map(([link, title]) => ({ text: title, link }));
  return { text, items };
}

/** The decisions, as their own list has them. */
function decisions(): Record<string, string> {
  const list = readFileSync(`${pages}/decisions/README.md`, 'utf8');
  return Object.fromEntries(
    [...list.matchAll(/^- \[(.+)\]\((.+)\.md\)$/gm)].map(([, title, page]) => [
      `/decisions/${page}`,
      title as string,
    ]),
  );
}

/** Pages of figures whose headings are long for a sidebar. */
const measured: Readonly<Record<string, string>> = {
  'structure-benchmarks.md': 'Graphs from data',
  'counterfactuals-evidence.md': 'Counterfactuals',
  'layer0-benchmarks.md': 'Graphs, models and tables',
};

/** The heading of a page, up to a colon: "Backends: what was measured" is "Backends". */
function titleOf(path: string): string {
  return /^# ([^:\n]+)/m.exec(readFileSync(path, 'utf8'))?.[1]?.trim() ?? path;
}

const sidebar: DefaultTheme.SidebarItem[] = [
  group('Guide', {
    '/guide/start': 'Start in five minutes',
    '/guide/discover': 'Discover a graph',
    '/guide/fit': 'Fit and ask',
    '/guide/train': 'Train with interventions',
    '/guide/tfjs': 'do in your own TensorFlow.js network',
    '/guide/plan': 'Plan an intervention',
    '/guide/backends': 'Choose a backend',
    '/guide/large-data': 'Large data',
    '/guide/evaluate': 'Evaluate honestly',
  }),
  group('Concepts', {
    '/concepts/rungs': 'Three rungs',
    '/concepts/cuts': 'What an intervention cuts',
    '/concepts/identification': 'Identification',
    '/concepts/uncertainty': 'How sure an answer is',
  }),
  group('Recipes', {
    '/recipes/dowhy': 'From DoWhy',
    '/recipes/causal-learn': 'From causal-learn',
    '/recipes/pytorch': 'From PyTorch',
  }),
  group('Reference', {
    '/reference/cli': 'The cfe command',
    '/reference/formats': 'File formats',
    '/api/index': 'API',
  }),
  group('Measured', {
    '/results': 'Results',
    ...Object.fromEntries(
      readdirSync(pages)
        .filter((name) => /-(?:benchmarks|evidence)\.md$/.test(name))
        .sort()
        .map((name) => [`/${name.slice(0, -3)}`, measured[name] ?? titleOf(`${pages}/${name}`)]),
    ),
  }),
  group('Contribute', {
    '/contributing/first-change': 'First change in 15 minutes',
    '/contributing/architecture': 'Architecture',
    '/decisions/README': 'Decisions',
  }),
];

/** Set for a quick build, without the reference. */
const pagesOnly = process.env.CFE_SITE === 'pages';

export default defineConfig({
  title: 'CFE',
  description: 'The causal fine-tuning engine: what would have happened, from a table, in TypeScript.',
  srcDir: at('../../../../docs'),
  cacheDir: at(`../../dist/.vitepress-cache${pagesOnly ? '-pages' : ''}`),
  ...(pagesOnly ? { srcExclude: ['api/**'], ignoreDeadLinks: [/^\/api\//] } : {}),
  // the usual themes fall short of a contrast of 4.5 on the grey behind code
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  cleanUrls: false,
  lastUpdated: false,
  // The pages lie outside this package, where no `vue` can be found.
  vite: {
    resolve: { alias: [{ find: /^vue(?=\/|$)/, replacement: vue }] },
    worker: { format: 'es' },
    build: { chunkSizeWarningLimit: 2000, ...(pagesOnly ? { minify: false } : {}) },
  },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Start', link: '/guide/start' },
      { text: 'Playground', link: '/playground' },
      { text: 'Results', link: '/results' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: {
      '/api/': [{ text: 'API', items: api }],
      '/decisions/': [...sidebar.slice(-1), group('Decisions', decisions())],
      '/': sidebar,
    },
    outline: [2, 3],
  },
});
