import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const request = /^(.*)\?example=(\d+)&lang\.ts$/;

/** How a test imports the example that starts on a line of a file. */
export function exampleRequest(file: string, line: number): string {
  return `${file}?example=${line}&lang.ts`;
}

/** Lets tests import `FILE?example=LINE&lang.ts`: the example in that file, as a module that lies where the file lies. */
export function examplePlugin(): Plugin {
  return {
    name: 'cfe-example',
    enforce: 'pre',
    resolveId(id) {
      return request.test(id) ? id : undefined;
    },
    async load(id) {
      const [, file, line] = request.exec(id) ?? [];
      if (file === undefined) return undefined;
      // Loaded here, since the TypeScript compiler would slow down every start of Vitest.
      const { examplesInMarkdown, examplesInSource, instrumentedModule } = await import('./examples.ts');
      const root = fileURLToPath(new URL('../../', import.meta.url)).replaceAll('\\', '/');
      const path = file.startsWith(root) ? file.slice(root.length) : file;
      const extract = path.endsWith('.md') ? examplesInMarkdown : examplesInSource;
      const example = extract(path, readFileSync(file, 'utf8')).find(
        (candidate) => candidate.line === Number(line),
      );
      if (example === undefined) throw new Error(`${path}:${line}: no example starts here`);
      return instrumentedModule(
        example,
        fileURLToPath(new URL('./recorder.ts', import.meta.url)).replaceAll('\\', '/'),
      );
    },
  };
}
