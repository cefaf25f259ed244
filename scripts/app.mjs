// node scripts/app.mjs NAME …: runs a private app of this workspace.
import { ensureBuilt, runNode } from './setup.mjs';

const [name, ...args] = process.argv.slice(2);
await ensureBuilt();
const { code } = await runNode([`apps/${name}/dist/index.js`, ...args]);
process.exitCode = code;
