import { resolve } from 'node:path';
import { buildApi } from './build-api.ts';
import { buildSite } from './build-site.ts';
import { brokenLinks } from './check-links.ts';
import { paths } from './paths.ts';

// npm run docs: the whole site. With `--pages FOLDER`, its pages without the reference, which takes most of the time.
const [flag, folder] = process.argv.slice(2);
const pagesOnly = flag === '--pages' && folder !== undefined;
if (pagesOnly) process.env.CFE_SITE = 'pages';
const output = pagesOnly ? resolve(folder) : paths.output;
const problems = pagesOnly ? 0 : await buildApi();
await buildSite(output);
const broken = await brokenLinks(output, { ignore: pagesOnly ? /^\/api\// : undefined });
for (const line of broken) process.stderr.write(`${line}\n`);
process.stdout.write(`The site is in ${output}\n`);
if (problems + broken.length > 0) process.exitCode = 1;
