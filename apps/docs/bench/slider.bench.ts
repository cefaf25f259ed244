// How long a slider waits for its answer, with 10 variables, in headless Chromium: from the event to the picture that is
// drawn. Beside it the answer with all refits, which is what a page without quick answers would wait for.
// npx vitest bench --run apps/docs/bench/slider.bench.ts
import { simulate, toCsv } from '@cfe/data';
import { edgesOf } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { findChromium, openPage } from '../test/support/browser.ts';
import { servePlayground } from '../test/support/serve-playground.ts';

const chromium = findChromium();
if (chromium === undefined) throw new Error('no Chromium here: install one, or name it in CHROMIUM');
const { table, graph } = simulate({ nodes: 10, degree: 3, mechanism: 'gp', rows: 400, seed: 1 });
const server = await servePlayground('displacement\n1\n2\n');
const page = await openPage(chromium, server.url);
await page.until('document.querySelector(".status")?.textContent');
await page.evaluate(`document.querySelector('[data-key="data own"]').click()`);
await page.until('document.querySelector(`[data-key="file"]`)');
await page.evaluate(`(() => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([${JSON.stringify(toCsv(table))}], 'ten.csv'));
  const input = document.querySelector('[data-key="file"]');
  input.files = transfer.files;
  input.dispatchEvent(new Event('change'));
})()`);
await page.until('document.querySelector(`[data-key="from"]`)');
for (const { from, to } of edgesOf(graph)) {
  await page.evaluate(`(() => {
    document.querySelector('[data-key="from"]').value = '${from}';
    document.querySelector('[data-key="to"]').value = '${to}';
    document.querySelector('[data-key="add"]').click();
  })()`);
}
await page.evaluate(`document.querySelector('[data-key="fit"]').click()`);
await page.until('document.querySelector(".playground").dataset.detail === "full"', 400);
let at = 0;

/** Moves the slider of the first variable, and waits until an answer of that kind is drawn. */
function move(detail: 'quick' | 'full'): Promise<void> {
  at = (at + 37) % 100;
  return page.evaluate(`new Promise((done) => {
    const root = document.querySelector('.playground');
    const slider = root.querySelector('[data-key="value v1"]');
    slider.value = String(Number(slider.min) + ${at / 100} * (Number(slider.max) - Number(slider.min)));
    const seen = new MutationObserver(() => {
      if (root.dataset.detail !== '${detail}') return;
      seen.disconnect();
      requestAnimationFrame(() => setTimeout(done));
    });
    seen.observe(root, { attributes: true, attributeFilter: ['data-milliseconds', 'data-answered'] });
    slider.dispatchEvent(new Event('input'));
  })`);
}

describe('a slider of 10 variables', () => {
  bench('while it moves: the model alone', () => move('quick'), {
    iterations: 40,
    warmupIterations: 5,
    throws: true,
  });
  bench('at rest: with 20 refits, and the pause before it', () => move('full'), {
    iterations: 15,
    warmupIterations: 2,
    throws: true,
    async teardown(_task, mode) {
      if (mode !== 'run') return;
      await page.close();
      server.close();
    },
  });
});
