import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadNetwork } from '@cfe/network';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import { findChromium, openPage, type Page } from './support/browser.ts';
import { servePlayground } from './support/serve-playground.ts';

const chromium = findChromium();
const noChromium = 'no Chromium here: install one, or name it in CHROMIUM';

/** Eighty made-up vans as a file of one’s own: heavier ones go less far. */
const vans = `origin,weight,power,mpg\n${Array.from({ length: 80 }, (_, i) => {
  const weight = 1000 + 25 * ((i * 37) % 80);
  const power = weight / 20 + ((i * 29) % 17);
  return `${['here', 'there'][i % 2]},${weight},${power},${70 - weight / 100 - power / 5 + ((i * 13) % 7)}`;
}).join('\n')}\n`;

describe('a person’s path through the playground', () => {
  let server: Awaited<ReturnType<typeof servePlayground>>;
  let page: Page;
  const click = (selector: string): Promise<unknown> =>
    page.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
  const press = async (key: string): Promise<void> => {
    await page.send('Input.dispatchKeyEvent', {
      type: 'keyDown',
      key,
      code: key,
      windowsVirtualKeyCode: codes[key],
    });
    await page.send('Input.dispatchKeyEvent', {
      type: 'keyUp',
      key,
      code: key,
      windowsVirtualKeyCode: codes[key],
    });
  };
  const codes: Readonly<Record<string, number>> = { Enter: 13, ArrowRight: 39 };
  const status = (): Promise<string> => page.evaluate('document.querySelector(".status").textContent');
  const addEdge = (from: string, to: string): Promise<unknown> =>
    page.evaluate(`(() => {
      document.querySelector('[data-key="from"]').value = '${from}';
      document.querySelector('[data-key="to"]').value = '${to}';
      document.querySelector('[data-key="add"]').click();
    })()`);
  const edges = (): Promise<string[]> =>
    page.evaluate('[...document.querySelectorAll("[data-edge]")].map((edge) => edge.dataset.edge).sort()');
  const picture = async (name: string): Promise<void> => {
    const folder = process.env.CFE_SCREENSHOTS;
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    for (const [width, theme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [390, 'light'],
    ] as const) {
      const metrics = { width, height: 800, deviceScaleFactor: 1, mobile: width < 500 };
      await page.send('Emulation.setDeviceMetricsOverride', metrics);
      await page.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: theme }],
      });
      await page.evaluate('new Promise((done) => setTimeout(done, 150))');
      const { data } = await page.send('Page.captureScreenshot', { captureBeyondViewport: true });
      writeFileSync(`${folder}/${name}-${width}-${theme}.png`, Buffer.from(data as string, 'base64'));
    }
  };
  /** The same on the cars, to look at. */
  const carsForPictures = async (): Promise<void> => {
    await click('[data-key="learn"]');
    await page.until('document.querySelector("[data-edge]") && document.querySelector(".cancel").hidden');
    await click('[data-key="fit"]');
    await page.until('document.querySelector(".headline")');
    await page.evaluate(`(() => {
      const slider = document.querySelector('[data-key="value weight"]');
      slider.value = '3000';
      slider.dispatchEvent(new Event('input'));
    })()`);
    await page.until('document.querySelector("tr.set")');
    await picture('cars');
  };

  const chooseFile = (): Promise<unknown> =>
    page.evaluate(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(vans)}], 'vans.csv'));
      const input = document.querySelector('[data-key="file"]');
      input.files = transfer.files;
      input.dispatchEvent(new Event('change'));
    })()`);

  beforeAll(async () => {
    if (chromium === undefined) return;
    const cars = fileURLToPath(new URL('../dist/cars.csv', import.meta.url));
    server = await servePlayground(existsSync(cars) ? readFileSync(cars, 'utf8') : 'displacement\n1\n2\n');
    page = await openPage(chromium, server.url);
  }, 120_000);
  afterAll(async () => {
    await page?.close();
    server?.close();
  });

  test('own data, graph, edits, fit, intervention, shared address and saved model', async (context) => {
    if (chromium === undefined) return context.skip(noChromium);
    await page.until('document.querySelector(".status")?.textContent');
    if (process.env.CFE_SCREENSHOTS !== undefined) await carsForPictures();
    await click('[data-key="data own"]');
    await page.until('document.querySelector(`[data-key="file"]`)');
    await chooseFile();
    await page.until('document.querySelector(".status").textContent.startsWith("80 rows")');

    // from here on there is no network: what is learned, fitted and asked is computed in this tab
    const offline = (is: boolean): Promise<unknown> =>
      page.send('Network.emulateNetworkConditions', {
        offline: is,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: -1,
      });
    await offline(true);
    const requested = page.requests.length;
    await click('[data-key="learn"]');
    await page.until('document.querySelector("[data-edge]") && document.querySelector(".cancel").hidden');
    const learned = await edges();
    expect(learned.length).toBeGreaterThan(0);

    // take everything away, then draw weight → power → mpg, the last edge by keyboard on the picture
    for (const edge of learned) await click(`[data-key="remove ${edge.replace('→', ' ')}"]`);
    await addEdge('weight', 'power');
    await addEdge('weight', 'mpg');
    await page.evaluate(`document.querySelector('[data-node="power"]').focus()`);
    await press('Enter');
    await page.evaluate(`document.querySelector('[data-node="mpg"]').focus()`);
    await press('Enter');
    expect(await edges()).toEqual(['power→mpg', 'weight→mpg', 'weight→power']);

    // an edge that closes a cycle is refused with the cycle
    await addEdge('mpg', 'weight');
    expect(await status()).toMatch(
      /the graph has the cycle "weight" → .*"weight"\. Remove one of these edges/,
    );
    expect(await edges()).toEqual(['power→mpg', 'weight→mpg', 'weight→power']);

    // cancel stops a fit, and a fit answers
    await click('[data-key="fit"]');
    await page.until('document.querySelector("progress").value > 0');
    await click('.cancel');
    await page.until('document.querySelector(".status").textContent === "Cancelled."');
    await page.evaluate(`(() => {
      const select = document.querySelector('[data-key="mechanisms"]');
      select.value = 'linear';
      select.dispatchEvent(new Event('change'));
    })()`);
    await click('[data-key="fit"]');
    await page.until('document.querySelector(".headline")');

    // a slider moved by keyboard intervenes, and the cut edges are drawn cut
    await page.evaluate(`document.querySelector('[data-key="value power"]').focus()`);
    const answered = await page.evaluate<number>(
      'Number(document.querySelector(".playground").dataset.answered)',
    );
    for (let i = 0; i < 20; i++) await press('ArrowRight');
    await page.until(`Number(document.querySelector(".playground").dataset.answered) > ${answered}`);
    await page.until(
      `document.querySelector('[aria-label="Answers"] h2').textContent === 'do(power = ' + document.querySelector('[data-key="value power"]').value + ')'`,
    );
    expect(
      await page.evaluate('[...document.querySelectorAll(".edge.cut")].map((e) => e.dataset.edge)'),
    ).toEqual(['weight→power']);
    // weight is above the intervention and stays; mpg is below and moves
    expect(await page.evaluate('document.querySelector("tr[data-variable=weight]").className')).toBe('same');
    expect(await page.evaluate('document.querySelector("tr[data-variable=mpg]").className')).toBe('moved');
    expect(await page.evaluate('document.querySelector(".naive").textContent')).toMatch(/all else equal/);
    // once the slider rests, the refits give every answer its interval
    await page.until('document.querySelector(".playground").dataset.detail === "full"');
    expect(
      await page.evaluate('document.querySelector("tr[data-variable=mpg]").cells[3].textContent'),
    ).toMatch(/ to /);
    await picture('vans');
    for (const value of ['light', 'dark']) {
      await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
      expect(await violations(page), value).toEqual([]);
    }

    // the address brings the same answer back, and the saved model loads in Node
    const said = await page.evaluate<string>('document.querySelector(".headline").textContent');
    const saved = async (button: string): Promise<number[]> => {
      await page.evaluate(`(() => {
        window.saved = new Promise((resolve) => {
          URL.createObjectURL = (blob) => (resolve(blob.arrayBuffer()), 'data:,');
        });
      })()`);
      await click(`[data-key="${button}"]`);
      return page.evaluate<number[]>('saved.then((buffer) => [...new Uint8Array(buffer)])');
    };
    expect(loadNetwork(Uint8Array.from(await saved('save'))).graph.nodes).toEqual([
      'origin',
      'weight',
      'power',
      'mpg',
    ]);
    const report = Buffer.from(await saved('report')).toString();
    expect(report).toMatch(/<h1[^>]*>What if: do\(power = /);
    expect(report).not.toMatch(/<script|src="http/);
    expect(page.requests.slice(requested).filter((url) => !url.startsWith('data:'))).toEqual([]);
    await offline(false);
    await click('[data-key="share"]');
    await page.until('location.hash.startsWith("#p=")');
    await page.send('Page.reload');
    await page.until('window.saved === undefined && document.querySelector(`[data-key="file"]`)');
    await chooseFile(); // the address holds no rows
    await page.until(`document.querySelector(".headline")?.textContent === ${JSON.stringify(said)}`);
    expect(page.problems).toEqual([]);
  }, 120_000);
});
