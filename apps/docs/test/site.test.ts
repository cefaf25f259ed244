import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { brokenLinks } from '../src/check-links.ts';
import { paths } from '../src/paths.ts';
import { violations } from './support/axe.ts';
import { findChromium, openPage, type Page } from './support/browser.ts';
import { finish } from './support/finish.ts';
import { serveFolder } from './support/serve-folder.ts';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const chromium = findChromium();
const folder = mkdtempSync(join(tmpdir(), 'cfe-site-'));

/** A page of each kind. */
const pages = [
  '/index.html',
  '/guide/start.html',
  '/concepts/rungs.html',
  '/recipes/dowhy.html',
  '/reference/cli.html',
  '/contributing/architecture.html',
  '/decisions/README.html',
  '/playground.html',
];

const referencePages = [
  'index.html',
  '@cfe/graph/index.html',
  '@cfe/graph/functions/sid.html',
  '@cfe/structure/interfaces/LearnStructureOptions.html',
];

describe('the site', () => {
  let skipped: string | undefined;
  let server: Awaited<ReturnType<typeof serveFolder>>;
  let page: Page;

  beforeAll(async () => {
    if (!existsSync(at('dist/index.js')) || !existsSync(at('dist/cars.csv'))) {
      skipped = 'no build here: npm run build';
      return;
    }
    const { code, output } = await finish(process.execPath, [at('dist/index.js'), '--pages', folder], at(''));
    if (code !== 0) throw new Error(output);
    server = await serveFolder(folder);
    if (chromium === undefined) skipped = 'no Chromium here: install one, or name it in CHROMIUM';
    else page = await openPage(chromium, `${server.url}/index.html`);
  }, 300_000);
  afterAll(async () => {
    await page?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const skipIfNone = (context: TestContext): void => {
    if (skipped !== undefined) context.skip(skipped);
  };
  const open = async (path: string, width: number, theme: 'light' | 'dark'): Promise<void> => {
    const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
    await page.send('Emulation.setDeviceMetricsOverride', metrics);
    await page.send('Emulation.setEmulatedMedia', {
      features: [
        { name: 'prefers-color-scheme', value: theme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ],
    });
    await page.evaluate('void (window.before = true)');
    await page.send('Page.navigate', { url: server.url + path });
    await page.until('window.before === undefined && document.readyState === "complete"');
    await page.until('document.querySelector(".VPContent")');
    if (path === '/playground.html')
      await page.until('document.querySelector(".playground .status")?.textContent');
    await page.evaluate('document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 300)))');
    await picture(`${path.slice(1, -5).replaceAll('/', '-')}-${width}-${theme}`);
  };
  const picture = async (name: string): Promise<void> => {
    const shots = process.env.CFE_SCREENSHOTS;
    if (shots === undefined) return;
    mkdirSync(shots, { recursive: true });
    const { data } = await page.send('Page.captureScreenshot');
    writeFileSync(`${shots}/${name}.png`, Buffer.from(data as string, 'base64'));
  };

  test.for(pages.flatMap((path) => [['light', path] as const, ['dark', path] as const]))(
    'axe finds nothing serious, %s: %s',
    { timeout: 60_000 },
    async ([theme, path], context) => {
      skipIfNone(context);
      await open(path, 1280, theme);
      expect(await violations(page)).toEqual([]);
    },
  );

  test('on a phone no page scrolls sideways', async (context) => {
    skipIfNone(context);
    for (const path of pages) {
      await open(path, 390, 'light');
      const [wide, screen] = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, innerWidth]',
      );
      expect([path, wide]).toEqual([path, Math.min(wide, screen)]);
    }
  }, 120_000);

  test('the search finds a page by a word in it', async (context) => {
    skipIfNone(context);
    await open('/index.html', 1280, 'light');
    await page.evaluate('document.querySelector(".VPNavBarSearch button").click()');
    await page.until('document.querySelector("#localsearch-input")');
    await page.evaluate(`(() => {
      const input = document.querySelector('#localsearch-input');
      input.value = 'interchange';
      input.dispatchEvent(new Event('input', { bubbles: true }));
    })()`);
    await page.until('document.querySelector(".results a")');
    const found = await page.evaluate<string[]>(
      '[...document.querySelectorAll(".results a")].map((one) => new URL(one.href).pathname)',
    );
    expect(found).toContain('/guide/tfjs.html');
    await picture('search');
  }, 60_000);

  test('nothing is asked of any other host, and no page reports a problem', (context) => {
    skipIfNone(context);
    expect(page.problems).toEqual([]);
    expect(
      page.requests.filter((url) => !url.startsWith(server.url) && !/^(?:data|blob|about|chrome):/.test(url)),
    ).toEqual([]);
    expect(page.requests.length).toBeGreaterThan(pages.length);
  });

  test('a planted dead link is found, to a page, to a file and to a heading', async (context) => {
    if (skipped?.includes('build')) return context.skip(skipped);
    writeFileSync(
      join(folder, 'planted.html'),
      '<a href="/guide/start.html">ok</a> <a href="/nowhere.html">1</a> <img src="./none.svg"> <a href="/guide/start.html#none">3</a>',
    );
    const broken = (await brokenLinks(folder, { ignore: /^\/api\// })).filter((line) =>
      line.startsWith('/planted'),
    );
    rmSync(join(folder, 'planted.html'));
    expect(broken).toEqual([
      '/planted.html: ./none.svg leads nowhere',
      '/planted.html: /guide/start.html#none: there is no heading none',
      '/planted.html: /nowhere.html leads nowhere',
    ]);
  });
});

test('the rules that find something are on: a page without names for its controls fails', async (context) => {
  if (chromium === undefined) return context.skip('no Chromium here: install one, or name it in CHROMIUM');
  const page = await openPage(
    chromium,
    'data:text/html,<html><body><button></button><img src="data:,"></body></html>',
  );
  try {
    await page.until('document.querySelector("button")');
    const found = (await violations(page)).join('\n');
    expect(found).toMatch(/button-name/);
    expect(found).toMatch(/image-alt/);
  } finally {
    await page.close();
  }
}, 60_000);

describe('the reference', () => {
  test('axe finds nothing serious on a page of each kind', async (context) => {
    if (!existsSync(join(paths.output, 'api/index.html')))
      return context.skip('the reference is not built here: npm run docs');
    if (chromium === undefined) return context.skip('no Chromium here: install one, or name it in CHROMIUM');
    const server = await serveFolder(paths.output);
    const page = await openPage(chromium, `${server.url}/api/index.html`);
    try {
      for (const path of referencePages) {
        await page.send('Page.navigate', { url: `${server.url}/api/${path}` });
        await page.until(`location.pathname.endsWith(${JSON.stringify(path)})`);
        await page.until('document.readyState === "complete" && document.querySelector(".VPContent h1")');
        expect([path, await violations(page)]).toEqual([path, []]);
      }
    } finally {
      await page.close();
      server.close();
    }
  }, 120_000);
});
