import { doctorReport, listBackends, registerBackend } from '@cfe/autograd';
import { wasmBackend } from '@cfe/backend-wasm';
import type { Command } from '../command.ts';
import { textOf } from '../input/options.ts';
import { textTable } from '../output/text-table.ts';
import { versions } from '../versions.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'what this machine runs on: backends, executors and kernels found, and why the others are not',
  options: [['--backend <name>', 'take this one']],
  async run(_args, options) {
    if (!listBackends().some(({ name }) => name === 'wasm')) registerBackend(wasmBackend({ tfjs: 'never' }));
    const wanted = textOf(options, 'backend');
    const report = await doctorReport(wanted === undefined ? {} : { override: wanted });
    const rows = report.backends.map(({ name, available, executor, stepMicroseconds, detail }) => [
      name === report.active ? '→' : '',
      name,
      available ? (executor ?? 'TensorFlow.js ops') : 'not available',
      stepMicroseconds === undefined ? '' : `${Math.round(stepMicroseconds)}`,
      detail,
    ]);
    return {
      json: { ...report, ...versions() },
      text: [
        textTable([['', 'backend', 'executor', 'µs per step', ''], ...rows]),
        ...report.advice,
        Object.entries(versions())
          .map(([name, version]) => `${name} ${version}`)
          .join(', '),
      ].join('\n'),
    };
  },
};
