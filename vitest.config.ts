import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { examplePlugin } from './test/support/example-plugin.ts';

const config: ViteUserConfig = defineConfig({
  // Tests read the sources of every package, never a build: see docs/decisions/vitest.md.
  resolve: { conditions: ['@cfe/source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['@cfe/source', ...defaultServerConditions] } },
  plugins: [examplePlugin()],
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    benchmark: { include: ['packages/*/bench/**/*.bench.ts', 'apps/*/bench/**/*.bench.ts'] },
    environment: 'node',
    setupFiles: ['test/support/setup.ts'],
    pool: 'forks', // packages under test start worker threads of their own
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Bundled once, as the build of @cfe/autograd/tfjs does: 250 files that Node cannot import by themselves.
    deps: {
      optimizer: {
        ssr: { enabled: true, include: ['@tensorflow/tfjs-core/dist/register_all_gradients.js'] },
      },
    },
  },
});

export default config;
