import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';

/**
 * The links of a built site that lead nowhere: to a page, file or heading that is not there. Addresses elsewhere are
 * not visited.
 *
 * @returns a line for each, with the page that has it
 */
export async function brokenLinks(
  folder: string,
  { ignore }: { readonly ignore?: RegExp | undefined } = {},
): Promise<readonly string[]> {
  const files = new Set(
    (await readdir(folder, { recursive: true })).map((name) => `/${name.replaceAll('\\', '/')}`),
  );
  const pages = new Map<string, { readonly links: readonly string[]; readonly ids: ReadonlySet<string> }>();
  for (const file of files) {
    if (!file.endsWith('.html')) continue;
    const html = await readFile(join(folder, file), 'utf8');
    pages.set(file, { links: valuesOf(html, 'href|src'), ids: new Set(valuesOf(html, 'id')) });
  }
  const broken: string[] = [];
  for (const [page, { links }] of pages) {
    for (const link of new Set(links)) {
      if (/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(link) || ignore?.test(link)) continue;
      const [path = '', hash = ''] = link.split('#');
      const asked = decodeURIComponent(path.split('?')[0] ?? '');
      const target = asked === '' ? page : posix.normalize(posix.join(posix.dirname(page), '.', asked));
      const absolute = asked.startsWith('/') ? posix.normalize(asked) : target;
      const found = [absolute, `${absolute}.html`, posix.join(absolute, 'index.html')].find((one) =>
        files.has(one),
      );
      if (found === undefined) broken.push(`${page}: ${link} leads nowhere`);
      else if (hash !== '' && pages.get(found)?.ids.has(decodeURIComponent(hash)) === false)
        broken.push(`${page}: ${link}: there is no heading ${hash}`);
    }
  }
  return broken.sort();
}

function valuesOf(html: string, attributes: string): string[] {
  const withoutScripts = html.replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/g, (script) =>
    script.slice(0, script.indexOf('>') + 1),
  );
  return [...withoutScripts.matchAll(new RegExp(`\\s(?:${attributes})="([^"]*)"`, 'g'))].map(([, value]) =>
    (value as string)
      .replaceAll('&amp;', '&')
      .replaceAll('&#39;', "'")
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>'),
  );
}
