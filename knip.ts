import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  // A type that stands in the signature of a named export of its file is part of that export.
  ignoreExportsUsedInFile: { interface: true, type: true },
  workspaces: {
    '.': {
      entry: ['scripts/*.mjs', 'scripts/*.d.mts', 'test/**/*.test.ts', 'test/pages/*.ts'],
      project: ['scripts/**', 'test/**', '*.ts'],
      ignoreDependencies: [
        /^@cfe\//, // linked here so that the tests and examples at the root can import any package
        '@tensorflow/tfjs-core', // the one copy that the packages' optional peers resolve to
        /^@tensorflow\/tfjs-(?:backend-cpu|layers)$/, // which the pages in docs/ import
        '@biomejs/biome', // these three are run by their files, from scripts/
        'pnpm',
        'turbo',
      ],
    },
    // What package.json exports is an entry by itself; the rest is reached by address or by Vitest.
    'packages/*': {
      entry: [
        'src/**/*-worker.ts',
        '{src,test}/**/*.test.ts',
        'test/fixtures/**',
        'bench/**/*.bench.ts',
        'bench/*.mjs',
        'bench/pages/*.ts',
        'scripts/*',
      ],
      project: ['{src,test,bench,scripts}/**'],
    },
    'apps/*': {
      entry: [
        'src/**/*-worker.ts',
        'src/playground/mount.ts', // which the site imports
        'test/pages/*.ts',
        'src/experiments/*.ts', // jobs, which a thread finds by their address and name
        '{src,test}/**/*.test.ts',
        'bench/**/*.bench.ts',
        'scripts/*',
      ],
      project: ['{src,test,bench,scripts}/**'],
      ignoreDependencies: [
        'vega-datasets', // its exports hide the file that the build takes from its folder
        'axe-core', // whose text is put into a page
        'typedoc-plugin-markdown', // these three are named in settings of TypeDoc and VitePress
        'typedoc-vitepress-theme',
        'vue',
      ],
    },
  },
};

export default config;
