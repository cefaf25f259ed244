import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** A folder with optional peers of this package: as an environment variable names it, or in the cache. */
function installed(variable: string, name: string, file: string): string | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folders = [process.env[variable], join(cache, 'cfe', name)];
  return folders.find(
    (folder) => folder !== undefined && folder !== '' && existsSync(join(folder, 'node_modules', file)),
  );
}

export const tfjsNode: string | undefined = installed(
  'CFE_TFJS_NODE',
  'tfjs-node',
  '@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node',
);
export const noTfjsNode =
  'no @tensorflow/tfjs-node that runs: make one with node packages/backend-node-gpu/scripts/build-tfjs-node.mjs, or name it in CFE_TFJS_NODE';

export const nodeWebgpu: string | undefined = installed('CFE_NODE_WEBGPU', 'webgpu', 'webgpu/package.json');
export const noNodeWebgpu =
  'no WebGPU for Node: npm install --ignore-scripts --prefix ~/.cache/cfe/webgpu webgpu@0.3.8 @tensorflow/tfjs-backend-webgpu@4.22.0 @tensorflow/tfjs-core@4.22.0, or name such a folder in CFE_NODE_WEBGPU';

/**
 * Where the system has no Vulkan, Chromium's: its loader stays in the process once it was opened (RTLD_NODELETE), so that Dawn
 * finds it by name, and its driver is the software renderer.
 */
export function useVulkanOfChromium(): void {
  const folder = '/usr/lib/chromium';
  const driver = join(folder, 'vk_swiftshader_icd.json');
  if (process.platform !== 'linux' || !existsSync(driver)) return;
  process.env.VK_ICD_FILENAMES ??= driver;
  const [lazy, stay] = [1, 0x1000];
  try {
    process.dlopen({ exports: {} } as NodeJS.Module, join(folder, 'libvulkan.so.1'), lazy | stay);
  } catch {
    // It is no addon of Node's, which is what this says.
  }
}
