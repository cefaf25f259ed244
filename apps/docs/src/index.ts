import { buildApi } from './build-api.ts';
import { buildSite } from './build-site.ts';

const problems = await buildApi();
process.stdout.write(`The site is in ${await buildSite()}\n`);
if (problems > 0) process.exitCode = 1;
