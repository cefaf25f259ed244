import { parseBif } from '@cfe/scm';
import type { DatasetEntry, DatasetFile } from './dataset.ts';

const models =
  'https://raw.githubusercontent.com/pgmpy/pgmpy/94105f10d4177e4420e2fa6766d819c19aa6b66e/pgmpy/utils/example_models';

const networks: readonly (readonly [
  name: string,
  nodes: number,
  edges: number,
  bytes: number,
  sha256: string,
])[] = [
  ['alarm', 37, 46, 13376, '701e6c561f71b55669070c29614f0724b761289aa2c4a35bcc97b638ee881fa2'],
  ['andes', 223, 338, 64737, '2330f233405fbbdf2a485651edd4130d3d09f816e81cb7056842ae6021edabe4'],
  ['asia', 8, 8, 1074, '9f770c96940dc4d860b581602120790ac538983b30b28d38631b8184dc7b5f89'],
  ['cancer', 5, 4, 725, '05d4ea00a758450eed6fe68ea6de4da05ce0e3e919bd3e8ff7f0bc80a1db4b48'],
  ['child', 20, 25, 5863, '432c22e661cd0e8235c8d95599ac22ccc261002459f5c4e6e7235b057908fe6e'],
  ['earthquake', 5, 4, 747, '74dd131e2c6437a39de17f2963d2d16fadd91e70450d1fc20501df05e8dc4f2e'],
  ['hailfinder', 56, 66, 57369, 'cf09960af33dd643771c61e23a89c7815448047f335ffa9ba7d57359bc755548'],
  ['hepar2', 70, 123, 58214, 'd70ffdcc3b698235002898344c98d9645beb277969f29ba7af6f11d7db3f16cc'],
  ['insurance', 27, 52, 22719, '39f9e706e9208e720a55a98b6811188b33a7292335a53373a9343a0c7065dab4'],
  ['sachs', 11, 17, 5734, 'b7bd3931192f9e529f0f88bba15fca6cc61ba3c805d5c8ae57eba57ed3b332ec'],
  ['survey', 6, 6, 891, '3698ccc0f1f74b9f935617d91989e4cdb39edb5360b558216af64047fc88b3b0'],
  ['water', 32, 66, 237482, '433a1c1a795e6a26d4ea41e1916982e7af9c7fff236438f4d4006bbacd226661'],
  ['win95pts', 76, 112, 42125, '14d2195e0c4613e0beb1f06e9199c8cd39a1154171a215c38b47c0fd773d0b36'],
];

/** Discrete networks of the bnlearn repository: `bnlearn-asia` and others. */
export function networkDatasets(): readonly DatasetEntry[] {
  return networks.map(([name, nodes, edges, bytes, sha256]): DatasetEntry => {
    const file: DatasetFile = {
      path: `bnlearn-networks/${name}.bif`,
      sha256,
      bytes,
      url: `${models}/${name}.bif.gz`,
      compression: 'gzip',
    };
    return {
      info: {
        name: `bnlearn-${name}`,
        title: `${name}, a discrete Bayesian network`,
        description: `${nodes} categorical variables and ${edges} edges with their probability tables; sample rows from the model.`,
        licence: 'CC BY-SA 3.0 (bnlearn repository, attribution); files from an MIT-licensed collection',
        source: 'Scutari, Bayesian Network Repository, bnlearn.com/bnrepository',
        kind: 'network',
        units: {},
        truth: 'The network is the truth: every query has an exact answer.',
        files: [file],
      },
      async load(read) {
        const model = parseBif(await read(file.path));
        return { model, graphs: { network: model.graph }, facts: {} };
      },
    };
  });
}
