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
    const others = await otherBackends();
    const rows = report.backends.map(({ name, available, executor, stepMicroseconds, detail }) => [
      name === report.active ? '→' : '',
      name,
      available ? (executor ?? 'TensorFlow.js ops') : 'not available',
      stepMicroseconds === undefined ? '' : `${Math.round(stepMicroseconds)}`,
      detail,
    ]);
    return {
      json: { ...report, others, ...versions() },
      text: [
        textTable([
          ['', 'backend', 'executor', 'µs per step', ''],
          ...rows,
          ...others.map(({ name, reason }) => ['', name, 'not available', '', reason]),
        ]),
        ...report.backends.flatMap(({ name, facts }) =>
          Object.keys(facts).length === 0
            ? []
            : `${name}: ${Object.entries(facts)
                .map(([fact, value]) => `${fact} ${value}`)
                .join(', ')}`,
        ),
        ...report.advice,
        Object.entries(versions())
          .map(([name, version]) => `${name} ${version}`)
          .join(', '),
      ].join('\n'),
    };
  },
};

/** Backends of packages that the command line does not bring, and what each would take. */
async function otherBackends(): Promise<readonly { readonly name: string; readonly reason: string }[]> {
  const inPage = 'runs in a browser: @cfe/backend-browser';
  const gpu = '@cfe/backend-node-gpu';
  const installed = await import(/* @vite-ignore */ gpu).then(
    () => true,
    () => false,
  );
  return [
    {
      name: 'node-gpu',
      reason: installed
        ? `give nodeGpuBackend() of ${gpu} to selectBackend; the command line runs on the CPU`
        : `not installed: npm install ${gpu} @tensorflow/tfjs-node-gpu, for programs with a CUDA device`,
    },
    { name: 'webgpu', reason: inPage },
    { name: 'webgl', reason: inPage },
  ];
}
