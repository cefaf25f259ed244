#!/usr/bin/env node
import { existsSync } from 'node:fs';

// This file is committed, so that installing links the command before anything is built.
const built = new URL('../dist/main.js', import.meta.url);
if (existsSync(built)) {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write(
    'cfe: the command line is not built yet; run "npm run build" in the repository root.\n',
  );
  process.exitCode = 1;
}
