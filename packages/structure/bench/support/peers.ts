import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Table } from '@cfe/data';
import { fromAdjacency, type Graph } from '@cfe/graph';

/** What a peer found; no graph where its arrows form none. */
export interface PeerAnswer {
  readonly graph: Graph | undefined;
  /** of the processor, its own and its children's */
  readonly seconds: number;
}

/** An interpreter that has the peers. */
export const python: string | undefined = process.env.PYTHON;

const prelude = `
import json, resource, sys, time, warnings, logging, os, io, contextlib
warnings.filterwarnings('ignore'); logging.disable(logging.CRITICAL)
import numpy as np
folder = sys.argv[1]
def used():
    total = 0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        r = resource.getrusage(who)
        total += r.ru_utime + r.ru_stime
    return total
def ask(name, kind, call, limit=None):
    """The graph that call returns, as rows of marks, and the processor time it took, at most limit seconds of it."""
    if limit is not None:
        import signal
        def stop(*_): raise TimeoutError()
        signal.signal(signal.SIGPROF, stop)
        signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            start = used(); graph = call(); seconds = used() - start
        answers[name] = dict(seconds=seconds, kind=kind, graph=np.asarray(graph).astype(int).tolist())
    except TimeoutError: # no answer in time, and no graph
        answers[name] = dict(seconds=float(limit), kind=kind, graph=None)
    finally:
        if limit is not None: signal.setitimer(signal.ITIMER_PROF, 0)
def marks(g):
    """Marks of a graph of causal-learn: 1 for an arrow, 2 for a line."""
    g = g.graph; out = np.zeros((d, d), int)
    for i in range(d):
        for j in range(d):
            if g[i, j] == -1: out[i, j] = 1 if g[j, i] == 1 else 2
    return out
`;

/**
 * Runs peers on the rows of a table, in Python and on one thread. The script calls `ask(name, kind, call)` on `x`, `[rows, d]`, with
 * `given` as this function got it.
 */
export function askPeers(
  script: string,
  table: Table,
  given: unknown = {},
  interpreter: string | undefined = python,
): Record<string, PeerAnswer> {
  return askPeersAll(script, [{ table, given }], interpreter)[0]!;
}

/** The same for several tables in one interpreter. */
export function askPeersAll(
  script: string,
  asked: readonly { readonly table: Table; readonly given: unknown }[],
  interpreter: string | undefined = python,
): Record<string, PeerAnswer>[] {
  const folder = mkdtempSync(join(tmpdir(), 'cfe-bench-'));
  try {
    for (const [k, { table }] of asked.entries()) {
      const d = table.names.length;
      const values = new Float64Array(table.rows * d);
      for (const [j, name] of table.names.entries()) {
        const column = table.column(name);
        for (let r = 0; r < table.rows; r++) values[r * d + j] = column[r]!;
      }
      writeFileSync(join(folder, `${k}.bin`), values);
    }
    writeFileSync(
      join(folder, 'asked.json'),
      JSON.stringify(asked.map(({ table, given }) => ({ rows: table.rows, d: table.names.length, given }))),
    );
    writeFileSync(join(folder, 'script.py'), script);
    writeFileSync(
      join(folder, 'ask.py'),
      `${prelude}
all = []
code = compile(open(folder + '/script.py').read(), 'script', 'exec')
for k, one in enumerate(json.load(open(folder + '/asked.json'))):
    d, given, answers = one['d'], one['given'], {}
    x = np.fromfile(f'{folder}/{k}.bin').reshape(one['rows'], d)
    exec(code)
    all.append(answers)
print('ANSWER' + json.dumps(all))
`,
    );
    const out = execFileSync(interpreter as string, [join(folder, 'ask.py'), folder], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
    });
    const raw = JSON.parse(out.slice(out.lastIndexOf('ANSWER') + 6)) as Record<
      string,
      { seconds: number; kind: 'dag' | 'cpdag' | 'pdag'; graph: number[][] | null }
    >[];
    return raw.map((answers, k) =>
      Object.fromEntries(
        Object.entries(answers).map(([name, { seconds, kind, graph }]) => [
          name,
          { seconds, graph: graph === null ? undefined : read(kind, graph, asked[k]!.table.names) },
        ]),
      ),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(kind: 'dag' | 'cpdag' | 'pdag', rows: number[][], names: readonly string[]): Graph | undefined {
  try {
    return fromAdjacency(kind, rows, names);
  } catch {
    return undefined;
  }
}
