import { describe, expect, test } from 'vitest';
import { layerViolations } from './support/layers.ts';
import { readManifest, readWorkspaces, type Workspace } from './support/workspace.ts';

test('every import and dependency keeps to the layer map', () => {
  const workspaces = readWorkspaces();
  expect(workspaces.length).toBeGreaterThan(10); // so that a moved folder cannot empty this test
  expect(layerViolations(workspaces, readManifest('.'))).toEqual([]);
});

describe('a planted import is found and named', () => {
  const planted: readonly [what: string, folder: string, source: string, message: RegExp][] = [
    [
      'upwards',
      'packages/graph',
      "import { x } from '@cfe/data';",
      /graph\/src\/index\.ts:1 .*'@cfe\/data'.*not below/,
    ],
    [
      'upwards, as a type',
      'packages/graph',
      "export type { X } from '@cfe/data';",
      /'@cfe\/data'.*not below/,
    ],
    [
      'upwards, dynamically',
      'packages/graph',
      "const x = await import('@cfe/data');",
      /'@cfe\/data'.*not below/,
    ],
    [
      'upwards, inside a type',
      'packages/graph',
      "type X = import('@cfe/data').X;",
      /'@cfe\/data'.*not below/,
    ],
    ['a backend', 'packages/data', "import '@cfe/backend-wasm';", /neither backends nor apps/],
    ['from a backend', 'packages/backend-wasm', "import '@cfe/graph';", /@cfe\/base and @cfe\/autograd only/],
    ['an app', 'apps/eval', "import '@cfe/cli';", /what two apps share/],
    [
      'another src',
      'packages/data',
      "import { x } from '@cfe/graph/src/shd.ts';",
      /src\/ and dist\/ are its own/,
    ],
    [
      'another dist',
      'packages/data',
      "import { x } from '../../graph/dist/index.js';",
      /another folder than its own/,
    ],
    ['undeclared', 'packages/data', "import { x } from 'left-pad';", /does not declare left-pad/],
    [
      'tfjs in layer 0',
      'packages/data',
      "import * as tf from '@tensorflow/tfjs-core';",
      /works without TensorFlow/,
    ],
    [
      'tfjs in a main entry',
      'packages/network',
      "import type * as tf from '@tensorflow/tfjs-core';",
      /entry '\.' loads/,
    ],
    [
      'a tfjs subpath in a main entry',
      'packages/network',
      "import '@cfe/autograd/tfjs';",
      /entry '\.' loads/,
    ],
    ['tfjs on load', 'packages/backend-wasm', "import '@tensorflow/tfjs-core';", /inside activate/],
  ];

  test.each(planted)('%s', (_what, folder, source, message) => {
    expect(layerViolations([...others(folder), plant(folder, source)], { name: 'root' }).join('\n')).toMatch(
      message,
    );
  });

  test('but what the map allows passes', () => {
    const source =
      "import { x } from '@cfe/graph';\nimport fs from 'node:fs';\nexport { y } from './index.ts';";
    expect(
      layerViolations([...others('packages/data'), plant('packages/data', source)], { name: 'root' }),
    ).toEqual([]);
  });
});

const known = ['base', 'graph', 'data', 'autograd', 'network', 'backend-wasm'].map(
  (name) => `packages/${name}`,
);

function others(folder: string): readonly Workspace[] {
  return [...known, 'apps/cli'].filter((other) => other !== folder).map((other) => plant(other, ''));
}

function plant(folder: string, source: string): Workspace {
  const subpath = folder === 'packages/autograd' ? { './tfjs': { '@cfe/source': './src/tfjs.ts' } } : {};
  return {
    folder,
    manifest: {
      name: folder.replace(/^.*\//, '@cfe/'),
      exports: { '.': { '@cfe/source': './src/index.ts' }, ...subpath },
      dependencies: folder === 'packages/data' ? { '@cfe/graph': 'workspace:*' } : {},
    },
    sources: new Map([['src/index.ts', source]]),
  };
}
