// npm start: the main job on real data, from a fresh clone.
import { ensureBuilt, runNode } from './setup.mjs';

await ensureBuilt();
const { code } = await runNode(['apps/cli/bin/cfe.js', 'quickstart', ...process.argv.slice(2)]);
process.exitCode = code;
