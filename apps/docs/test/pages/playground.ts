import { mountPlayground } from '../../src/playground/mount.ts';

mountPlayground(document.querySelector<HTMLElement>('.playground')!, {
  cars: async () => (await fetch('/cars.csv')).text(),
});
