import { type Backend, doctorReport, listBackends, registerBackend } from '@cfe/autograd';
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
          ...others.map(({ name, available, reason }) => [
            '',
            name,
            available ? 'TensorFlow.js ops' : 'not available',
            '',
            reason,
          ]),
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

interface OtherBackend {
  readonly name: string;
  readonly available: boolean;
  /** what it is, or what is missing and what to do */
  readonly reason: string;
}

/** Backends of packages that the command line does not bring, looked at where they are installed. */
async function otherBackends(): Promise<readonly OtherBackend[]> {
  const inPage = { available: false, reason: 'runs in a browser: @cfe/backend-browser' };
  return [...(await nodeBackends()), { name: 'webgpu', ...inPage }, { name: 'webgl', ...inPage }];
}

async function nodeBackends(): Promise<readonly OtherBackend[]> {
  const name = '@cfe/backend-node-gpu';
  const found = (await import(/* @vite-ignore */ name).catch(() => undefined)) as
    | Readonly<Record<'nodeGpuBackend' | 'nodeWebgpuBackend', () => Backend>>
    | undefined;
  if (found === undefined) {
    const missing = (peers: string, use: string): string =>
      `not installed: npm install ${name} ${peers}, for programs with ${use}`;
    const cuda = missing('@tensorflow/tfjs-node-gpu@4.22.0', 'a CUDA device');
    const any = missing('webgpu@0.3.8 @tensorflow/tfjs-backend-webgpu@4.22.0', 'a graphics card of any make');
    return [
      { name: 'node-gpu', available: false, reason: cuda },
      { name: 'node-webgpu', available: false, reason: any },
    ];
  }
  const all = [found.nodeGpuBackend(), found.nodeWebgpuBackend()];
  return Promise.all(
    all.map(async (backend) => {
      const probe = await backend.probe();
      const use = 'for programs that give it to selectBackend; the command line runs on the CPU';
      return probe.available
        ? { name: backend.name, available: true, reason: `${probe.detail}. It is ${use}` }
        : { name: backend.name, available: false, reason: probe.reason };
    }),
  );
}
