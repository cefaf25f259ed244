import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../peers/train_step.py', import.meta.url));

/** PyTorch in a process of its own, or why there is none. The interpreter is `CFE_PYTHON`, or python3. */
export class TorchPeer {
  readonly version: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: ChildProcessWithoutNullStreams, lines: AsyncIterator<string>, version: string) {
    this.child = child;
    this.lines = lines;
    this.version = version;
  }

  static async start(threads: number): Promise<TorchPeer | undefined> {
    for (const python of [process.env.CFE_PYTHON, 'python3', '/usr/bin/python3']) {
      if (python === undefined || spawnSync(python, ['-c', 'import torch']).status !== 0) continue;
      const limit = String(threads);
      const child = spawn(python, [script, limit], {
        env: { ...process.env, OMP_NUM_THREADS: limit, OPENBLAS_NUM_THREADS: limit, MKL_NUM_THREADS: limit },
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const { torch } = JSON.parse(String((await lines.next()).value)) as { torch: string };
      return new TorchPeer(child, lines, torch);
    }
    return undefined;
  }

  async run(workload: string, steps: number): Promise<number> {
    this.child.stdin.write(`${workload} ${steps}\n`);
    return Number((await this.lines.next()).value);
  }

  close(): void {
    this.child.stdin.end();
  }
}
