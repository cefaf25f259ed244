import { readFileSync } from 'node:fs';

/** This version of cfe. */
export function ownVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** What a result depends on beside data and seed. */
export function versions(): Readonly<Record<'cfe' | 'node' | 'platform', string>> {
  return { cfe: ownVersion(), node: process.versions.node, platform: `${process.platform}-${process.arch}` };
}
