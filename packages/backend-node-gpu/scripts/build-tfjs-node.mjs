// Makes a @tensorflow/tfjs-node that really runs, on the CPU, where its own install script cannot download TensorFlow: npm brings its
// JavaScript and the sources of its addon, the `tensorflow-cpu` wheel of PyPI brings TensorFlow's library and headers (the same C API),
// and g++ compiles the one against the other.
//
//   node packages/backend-node-gpu/scripts/build-tfjs-node.mjs [FOLDER]
//
// FOLDER is by default ~/.cache/cfe/tfjs-node, where this package's tests and benchmarks look too. It takes 700 MB, most of it TensorFlow.
// Linux on x86-64 with g++, npm, and a Python with pip (CFE_PYTHON, or python3).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';

const tfjs = '4.22.0';
const tensorflow = '2.15.1'; // the C API has been stable since 2.x; this wheel is the last that pip serves for Python 3.9 to 3.11
const folder = resolve(
  process.argv[2] ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cfe', 'tfjs-node'),
);
const python = process.env.CFE_PYTHON ?? 'python3';
const unpack = `
import json, os, sys, zipfile
wheel, deps, files, headers = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
with zipfile.ZipFile(wheel) as zip:
    for name in zip.namelist():
        if name in files: to = os.path.join(deps, 'lib', os.path.basename(name))
        elif any(name.startswith(h) for h in headers) and not name.endswith('/'): to = os.path.join(deps, name[len('tensorflow/'):])
        else: continue
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with zip.open(name) as source, open(to + '.part', 'wb') as out:
            while part := source.read(1 << 20): out.write(part)
        os.rename(to + '.part', to)
`;

if (process.platform !== 'linux' || process.arch !== 'x64') {
  fail(`the wheel's library is for Linux on x86-64, and this is ${process.platform} ${process.arch}.`);
}
mkdirSync(folder, { recursive: true });
const addon = join(folder, 'node_modules/@tensorflow/tfjs-node');

say(`npm: @tensorflow/tfjs-node@${tfjs}, without its install script`);
if (!existsSync(join(folder, 'package.json')))
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `@tensorflow/tfjs-node@${tfjs}`]);

const deps = join(addon, 'deps');
if (!existsSync(join(deps, 'lib/libtensorflow_cc.so.2'))) {
  say(`pip: tensorflow-cpu==${tensorflow}, without what it depends on`);
  const wheels = join(folder, 'wheel');
  const target = ['--python-version', '3.11', '--platform', 'manylinux2014_x86_64', '--only-binary=:all:'];
  run(python, [
    '-m',
    'pip',
    'download',
    '--no-deps',
    ...target,
    '-d',
    wheels,
    `tensorflow-cpu==${tensorflow}`,
  ]);
  const wheel = readdirSync(wheels).find((name) => name.endsWith('.whl'));
  const wanted = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map(
    (name) => `tensorflow/${name}`,
  );
  const headers = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/'].map(
    (name) => `tensorflow/include/${name}`,
  );
  run(python, ['-c', unpack, join(wheels, wheel), deps, JSON.stringify(wanted), JSON.stringify(headers)]);
  rmSync(wheels, { recursive: true });
}
// The name that tfjs-node's own download has, by which the probe of this package looks.
const usual = join(deps, 'lib/libtensorflow.so.2');
if (!existsSync(usual)) symlinkSync('libtensorflow_cc.so.2', usual);

say('g++: the addon');
mkdirSync(join(addon, 'lib/napi-v8'), { recursive: true });
run('g++', [
  ...['-O2', '-fPIC', '-shared', '-std=c++17', '-DNAPI_VERSION=8'],
  ...['-I', addon, '-I', nodeHeaders(), '-I', join(deps, 'include')],
  ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'].map((file) => join(addon, file)),
  ...['-o', join(addon, 'lib/napi-v8/tfjs_binding.node')],
  ...['-L', join(deps, 'lib'), '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
  '-Wl,-rpath,$ORIGIN/../../deps/lib',
]);

say('check: a product on TensorFlow');
const check = `
  const util = require('node:util');
  util.isNullOrUndefined ??= (x) => x === null || x === undefined;
  util.isArray ??= Array.isArray;
  const tf = require('@tensorflow/tfjs-node');
  const [eleven] = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync();
  if (tf.getBackend() !== 'tensorflow' || eleven !== 11) throw new Error('wrong: ' + tf.getBackend() + ' ' + eleven);`;
run(process.execPath, ['-e', check]);
process.stdout.write(
  `${addon} is ready. To use it: CFE_TFJS_NODE=${folder}, or nodeGpuBackend({ from: '${folder}' }).\n`,
);

function nodeHeaders() {
  const own = join(dirname(dirname(process.execPath)), 'include/node');
  if (existsSync(join(own, 'node_api.h'))) return own;
  if (existsSync('/usr/include/node/node_api.h')) return '/usr/include/node';
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', 'node-api-headers@1.5.0']);
  return join(folder, 'node_modules/node-api-headers/include');
}

function run(command, args) {
  try {
    execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    fail(`${command} failed (${error.code ?? `exit ${error.status}`}).\n${error.stderr ?? ''}`);
  }
}

function say(what) {
  process.stdout.write(`${what}\n`);
}

function fail(why) {
  process.stderr.write(`build-tfjs-node: ${why}\n`);
  process.exit(1);
}
