import { listBackends, selectBackend } from '@cfe/autograd';
import type { Command } from '../command.ts';
import { versions } from '../versions.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'what this machine runs on: backends, why the others are not, versions',
  options: [['--backend <name>', 'try this one']],
  async run(_args, options) {
    const wanted = options.backend;
    const { backend, detail, chosenBy, rejected } = await selectBackend('auto', {
      ...(typeof wanted === 'string' ? { override: wanted } : {}),
    });
    const known = listBackends().map(({ name, capabilities }) => ({ name, ...capabilities }));
    return {
      json: {
        active: { name: backend.name, ...backend.capabilities, detail },
        chosenBy,
        rejected,
        known,
        ...versions(),
      },
      text: [
        `Backend: ${backend.name} (${backend.capabilities.dtype}, ${backend.capabilities.device})${detail === undefined ? '' : `, ${detail}`}`,
        ...rejected.map(({ name, reason }) => `  not ${name}: ${reason}`),
        ...Object.entries(versions()).map(([name, version]) => `${name} ${version}`),
      ].join('\n'),
    };
  },
};
