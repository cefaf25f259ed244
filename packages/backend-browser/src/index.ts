export { type BrowserBackendOptions, webglBackend, webgpuBackend } from './browser-backends.ts';
export type { BrowserHost } from './internal/browser-host.ts';
