import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '@cfe/base';

const script = fileURLToPath(new URL('../../python/peers.py', import.meta.url));

/** The Python packages that the suite can hold itself against. */
export const packages = [
  'dowhy',
  'causal-learn',
  'dagma',
  'flopsearch',
  'gcastle',
  'lingam',
  'econml',
] as const;
export type PeerPackage = (typeof packages)[number];

/** What a package answered, or why it did not. */
export type PeerAnswer = Readonly<Record<string, unknown>> & {
  readonly version?: string;
  readonly seconds?: number;
  readonly error?: string;
};

/** The interpreters to try: `CFE_PYTHON`, one or several as in `PATH`, else `python3` and `python`. */
function interpreters(): readonly string[] {
  const named = (process.env.CFE_PYTHON ?? '').split(delimiter).filter((path) => path !== '');
  return named.length > 0 ? named : ['python3', 'python'];
}

const found = new Map<string, Promise<string | undefined>>();

/** The first interpreter that can import the package, and otherwise why none can. */
export async function pythonWith(
  name: PeerPackage,
): Promise<{ readonly python: string } | { readonly reason: string }> {
  const reasons: string[] = [];
  for (const python of interpreters()) {
    const key = `${python}\n${name}`;
    const probe = found.get(key) ?? ask(python, name, { task: 'probe' }, 120).then(({ error }) => error);
    found.set(key, probe);
    const error = await probe;
    if (error === undefined) return { python };
    if (!error.includes('no module')) found.delete(key); // such as a machine too busy to answer: ask again next time
    reasons.push(error);
  }
  return {
    reason: `${name} is in none of ${interpreters().length} Python interpreter${interpreters().length === 1 ? '' : 's'} tried (${[...new Set(reasons)].join('; ')}). Install it with \`pip install ${name}\` and name that Python: --peers PATH, or CFE_PYTHON`,
  };
}

/** Asks a package that {@link pythonWith} found; what goes wrong, a timeout too, is an answer with `error`. */
export async function askPeer(name: PeerPackage, request: object, seconds: number): Promise<PeerAnswer> {
  const at = await pythonWith(name);
  return 'reason' in at ? { error: at.reason } : ask(at.python, name, request, seconds);
}

function ask(python: string, name: PeerPackage, request: object, seconds: number): Promise<PeerAnswer> {
  return new Promise((resolve) => {
    // One thread each: what spins on a busy machine waits for nothing but itself.
    const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
    const child = spawn(python, [script, name], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve({ error: `no answer within ${seconds} s` });
    }, seconds * 1000);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(-2000);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ error: messageOf(error) });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      const last = out.trim().split('\n').at(-1) ?? '';
      try {
        resolve(JSON.parse(last) as PeerAnswer);
      } catch {
        resolve({
          error: `ended with ${code} and no answer: ${err.trim().split('\n').at(-1) || 'it said nothing'}`,
        });
      }
    });
    child.stdin.on('error', () => {}); // it may end before it has read everything; 'close' tells
    child.stdin.end(JSON.stringify(request));
  });
}
