import type { Host } from './host.ts';

/** The two packages, the one with CUDA first. */
export const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** One of the two packages. */
export type TensorFlowPackage = (typeof packages)[number];

/** Something that keeps TensorFlow's binary from working here, and the remedy. */
export interface Fault {
  readonly code:
    | 'not-installed'
    | 'musl'
    | 'platform'
    | 'apple-silicon'
    | 'binary-missing'
    | 'library-missing'
    | 'windows-library'
    | 'driver-missing'
    | 'gpu-hidden'
    | 'gpu-unusable'
    | 'cuda-missing'
    | 'cuda-version'
    | 'cudnn-missing'
    | 'load-failed';
  /** what is wrong and what to do, in sentences */
  readonly message: string;
}

const cudaLibrary = 'libcudart.so.11.0';
const cudnnLibrary = 'libcudnn.so.8';
const needs =
  'tfjs-node-gpu 4.22 is built for CUDA 11.2 or later in CUDA 11, and cuDNN 8.1 or later in cuDNN 8';

/**
 * Why a package cannot work here, as far as it shows without running any of it; `undefined` if nothing speaks against
 * it. Loading it may still fail: see {@link explainLoadError}.
 */
export function diagnose(host: Host, name: TensorFlowPackage): Fault | undefined {
  const gpu = name.endsWith('-gpu');
  const place = `${host.platform} ${host.arch}`;
  if (gpu && host.platform === 'darwin') {
    return {
      code: 'apple-silicon',
      message: `macOS has no CUDA, on Apple silicon or Intel, so ${name} cannot run here. Use @tensorflow/tfjs-node (npm install @tensorflow/tfjs-node@4.22.0) or the wasm backend, which needs nothing.`,
    };
  }
  if (host.platform === 'linux' && host.glibc === undefined) {
    return {
      code: 'musl',
      message: `this system has musl instead of the GNU C library (Alpine?), and TensorFlow's binary needs glibc. Use a glibc image such as node:20-bookworm-slim, or the wasm backend.`,
    };
  }
  if (gpu && host.arch !== 'x64') {
    return {
      code: 'platform',
      message: `there is no TensorFlow binary with CUDA for ${place}. Use @tensorflow/tfjs-node (its arm64 binary computes on the CPU) or the wasm backend.`,
    };
  }
  if (!['linux', 'win32', 'darwin'].includes(host.platform)) {
    return { code: 'platform', message: `there is no TensorFlow binary for ${place}. Use the wasm backend.` };
  }
  const folder = host.packageFolder(name);
  if (folder === undefined) {
    return {
      code: 'not-installed',
      message: `${name} is not installed. Install it: npm install ${name}@4.22.0`,
    };
  }
  return binaryFault(host, name, folder) ?? (gpu ? cudaFault(host) : undefined);
}

function binaryFault(host: Host, name: TensorFlowPackage, folder: string): Fault | undefined {
  const addons = host.list(`${folder}/lib`).filter((entry) => /^napi-v\d+$/.test(entry));
  const addon = addons
    .map((entry) => `${folder}/lib/${entry}`)
    .find((at) => host.exists(`${at}/tfjs_binding.node`));
  if (addon === undefined) {
    return {
      code: 'binary-missing',
      message: `${name} is installed, but its native addon (lib/napi-v8/tfjs_binding.node) is not there: its install script did not run or had no network (npm --ignore-scripts; pnpm runs none unless allowed). Run: npm rebuild ${name} --build-addon-from-source, with pnpm first list it in onlyBuiltDependencies.`,
    };
  }
  if (host.platform === 'win32') {
    if (host.exists(`${addon}/tensorflow.dll`)) return undefined;
    return host.exists(`${folder}/deps/lib/tensorflow.dll`)
      ? {
          code: 'windows-library',
          message: `Windows does not find tensorflow.dll, which lies in another folder than the addon ("The specified module could not be found"). Copy it: copy "${folder}\\deps\\lib\\tensorflow.dll" "${addon}"`,
        }
      : missingLibrary(name, 'tensorflow.dll');
  }
  const library = host.platform === 'darwin' ? 'libtensorflow.2.dylib' : 'libtensorflow.so.2';
  return host.exists(`${folder}/deps/lib/${library}`)
    ? undefined
    : missingLibrary(name, `deps/lib/${library}`);
}

function missingLibrary(name: string, file: string): Fault {
  return {
    code: 'library-missing',
    message: `${name} is installed, but TensorFlow's library (${file}) is not there: the download in its install script failed. Behind a proxy set HTTPS_PROXY, then run: npm rebuild ${name}`,
  };
}

function cudaFault(host: Host): Fault | undefined {
  if (host.platform === 'win32') return undefined; // only loading tells
  if (
    !host.exists('/dev/nvidiactl') &&
    !host.exists('/proc/driver/nvidia/version') &&
    !host.exists('/dev/dxg')
  ) {
    return {
      code: 'driver-missing',
      message: `no NVIDIA driver is running (neither /dev/nvidiactl nor /proc/driver/nvidia/version is there). Install the driver so that nvidia-smi lists the GPU; in Docker start with --gpus all and the NVIDIA Container Toolkit.`,
    };
  }
  const visible = host.environment.CUDA_VISIBLE_DEVICES;
  if (visible !== undefined && (visible.trim() === '' || visible.trim().startsWith('-1'))) {
    return {
      code: 'gpu-hidden',
      message: `CUDA_VISIBLE_DEVICES is '${visible}', which hides every GPU. Unset it, or set it to the number of a GPU that nvidia-smi lists, such as 0.`,
    };
  }
  const folders = libraryFolders(host);
  const files = folders.flatMap((folder) => host.list(folder));
  if (!files.some((file) => file.startsWith(cudaLibrary))) {
    const other = files.find((file) => /^libcudart\.so\.\d+/.test(file));
    return other === undefined
      ? {
          code: 'cuda-missing',
          message: `${cudaLibrary} was not found in ${folders.join(', ')}. ${needs}: install the CUDA 11.8 toolkit (package cuda-toolkit-11-8), and add its lib64 folder to LD_LIBRARY_PATH.`,
        }
      : {
          code: 'cuda-version',
          message: `CUDA is installed as ${other}, but ${cudaLibrary} is needed. ${needs}; CUDA 12 does not serve. Install the CUDA 11.8 toolkit beside it (package cuda-toolkit-11-8), and put its lib64 folder first in LD_LIBRARY_PATH.`,
        };
  }
  if (!files.some((file) => file.startsWith(cudnnLibrary))) {
    const other = files.find((file) => /^libcudnn\.so\.\d+/.test(file));
    return {
      code: 'cudnn-missing',
      message: `${cudnnLibrary} was not found${other === undefined ? '' : ` (there is ${other}, which does not serve)`}. ${needs}: install cuDNN 8 for CUDA 11 (package libcudnn8), or unpack it beside CUDA's own libraries.`,
    };
  }
  return undefined;
}

/** A package with CUDA that loads where TensorFlow then finds no GPU computes on the CPU and says so only in its log. */
export const unusableGpu: Fault = {
  code: 'gpu-unusable',
  message: `${packages[0]} is loaded, but TensorFlow found no GPU that it can use, and computes on the CPU. Run nvidia-smi: it must list the GPU, with driver 450.80.02 or later on Linux (456.38 on Windows). TensorFlow's own messages on stderr name a library that it could not open.`,
};

function libraryFolders(host: Host): readonly string[] {
  const own = (host.environment.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  const cuda = host
    .list('/usr/local')
    .filter((name) => name.startsWith('cuda'))
    .flatMap((name) => [`/usr/local/${name}/lib64`, `/usr/local/${name}/targets/x86_64-linux/lib`]);
  return [...new Set([...own, ...cuda, '/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/local/lib'])];
}

/** What an error from loading the package means, and the remedy. */
export function explainLoadError(host: Host, name: TensorFlowPackage, error: unknown): Fault {
  const text = error instanceof Error ? error.message : String(error);
  const library = /(lib[\w.+-]+\.so[\w.]*): cannot open shared object file/.exec(text)?.[1];
  const remedy =
    library?.startsWith('libtensorflow') === true
      ? `TensorFlow's library is missing. Run: npm rebuild ${name}`
      : library !== undefined
        ? `the library ${library} is missing. ${needs}; put the folder with ${library} in LD_LIBRARY_PATH.`
        : /GLIBC_\d|GLIBCXX/.test(text)
          ? 'the system is older than the binary. Rebuild the addon here: npm rebuild ' +
            `${name} --build-addon-from-source, or use a newer image such as node:20-bookworm-slim.`
          : /specified module could not be found/i.test(text)
            ? `Windows does not find tensorflow.dll: copy it from deps\\lib to lib\\napi-v8 in the folder of ${name}.`
            : /isNullOrUndefined|isArray is not a function/.test(text)
              ? `this Node (${host.node}) has no util.isNullOrUndefined, and the package was loaded before this backend could put it back. Activate this backend before anything else imports ${name}.`
              : /NODE_MODULE_VERSION|different Node\.js version/.test(text)
                ? `the addon was built for another Node than ${host.node}. Run: npm rebuild ${name} --build-addon-from-source`
                : /invalid ELF header|wrong ELF class|not a valid Win32|mach-o/i.test(text)
                  ? `the addon was installed on another system (node_modules copied?). Run: npm rebuild ${name} on this one.`
                  : `Run: npm rebuild ${name} --build-addon-from-source, or use the wasm backend.`;
  return { code: 'load-failed', message: `${name} could not be loaded: ${text.split('\n')[0]}. ${remedy}` };
}
