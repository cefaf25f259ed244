import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Playground</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/playground.css">
<style>:root{color-scheme:light dark}body{font-family:sans-serif;margin:16px;background:light-dark(#fff,#1b1b1f)}</style></head>
<body><main><div class="playground"></div></main><script type="module" src="/page.js"></script></body></html>`;

/** The playground from its sources, in a page without the site around it. */
export async function servePlayground(cars: string): Promise<{ readonly url: string; close(): void }> {
  const made = await build({
    root: at(''),
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@cfe/source', ...defaultClientConditions] },
    worker: { format: 'es' },
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      rolldownOptions: {
        input: at('test/pages/playground.ts'),
        output: { entryFileNames: 'page.js', assetFileNames: 'assets/[name][extname]' },
      },
    },
  });
  const [output] = Array.isArray(made) ? made : [made];
  if (output === undefined || !('output' in output)) throw new Error('the playground did not build');
  const files = new Map<string, [type: string, content: string | Uint8Array]>([
    ['/', ['text/html', html]],
    ['/cars.csv', ['text/csv', cars]],
    ['/playground.css', ['text/css', readFileSync(at('site/.vitepress/theme/playground.css'))]],
  ]);
  for (const file of output.output)
    files.set(`/${file.fileName}`, ['text/javascript', file.type === 'chunk' ? file.code : file.source]);
  const server = createServer((request, response) => {
    const found = files.get(new URL(request.url ?? '/', 'http://here').pathname);
    if (found === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': found[0] }).end(found[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
