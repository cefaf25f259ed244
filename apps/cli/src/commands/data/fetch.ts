import { datasetFiles, datasets } from '@cfe/data/node';
import type { Command } from '../../command.ts';

export const dataFetch: Command = {
  name: 'fetch',
  summary: 'bring a data set onto this machine, checked against its SHA-256',
  arguments: [['<name>', 'as `cfe data list` names it']],
  async run([name = ''], _options, { signal, onProgress }) {
    const files = await datasetFiles(name, { signal, onProgress });
    const info = datasets.find((dataset) => dataset.name === name);
    return {
      json: { name, files, licence: info?.licence, source: info?.source },
      text: [...files, `Licence: ${info?.licence}. Cite: ${info?.source}`].join('\n'),
    };
  },
};
