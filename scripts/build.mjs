import { ensureBuilt } from './setup.mjs';

await ensureBuilt();
