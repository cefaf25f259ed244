export { fileCheckpoints } from './file-checkpoints.ts';
export { fileResults } from './file-results.ts';
export { jsonLog } from './json-log.ts';
