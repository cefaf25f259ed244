// node scripts/tool.mjs TOOL …: a development tool, with the dependencies in place.
import { binOf, ensureInstalled, runNode } from './setup.mjs';

const packages = { biome: '@biomejs/biome', tsc: 'typescript' };
const [tool, ...args] = process.argv.slice(2);
await ensureInstalled();
const { code } = await runNode([binOf(packages[tool] ?? tool, tool), ...args]);
process.exitCode = code;
