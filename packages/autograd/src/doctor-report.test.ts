import { expect, test } from 'vitest';
import type { Backend } from './backend.ts';
import { cpuBackend, referenceBackend } from './builtin-backends.ts';
import { doctorReport } from './doctor-report.ts';

const environment = {};
const broken: Backend = {
  ...cpuBackend(),
  name: 'broken',
  probe: async () => {
    throw new Error('driver missing');
  },
  report: async () => {
    throw new Error('no report');
  },
};
const told: Backend = {
  ...cpuBackend(),
  name: 'told',
  report: async () => ({ facts: { version: '1.2.3' }, advice: ['Buy a faster one.'] }),
};
const lying: Backend = {
  ...cpuBackend(),
  name: 'lying',
  executor: () => {
    throw new Error('out of memory');
  },
};

test('every backend is looked at, and none that fails stops the others', async () => {
  const backends = [broken, lying, told, referenceBackend()];
  const report = await doctorReport({ backends, seconds: 0.05, environment });
  expect(report.backends.map(({ name, available, detail }) => [name, available, detail])).toEqual([
    ['broken', false, 'it failed unexpectedly: driver missing'],
    ['lying', false, 'its executor failed: out of memory'],
    ['told', true, expect.any(String)],
    ['reference', true, expect.any(String)],
  ]);
  const [, , well, reference] = report.backends;
  expect(well?.facts).toEqual({ version: '1.2.3' });
  expect(well?.executor).toBe('cpu/plain');
  expect(well?.stepMicroseconds).toBeGreaterThan(0);
  expect(reference?.stepMicroseconds).toBeGreaterThan(0);
  expect(report.advice).toContain('Buy a faster one.');
});

test('a faster backend than the active one is pointed out', async () => {
  const report = await doctorReport({
    backends: [referenceBackend(), cpuBackend()],
    override: 'reference',
    seconds: 0.2,
    environment,
  });
  expect(report).toMatchObject({ active: 'reference', chosenBy: 'override' });
  expect(report.advice.join()).toMatch(/'cpu' took .* times less time than 'reference'.*CFE_BACKEND=cpu/);
});

test('it is plain data', async () => {
  const report = await doctorReport({ seconds: 0, environment });
  expect(structuredClone(report)).toEqual(report);
  expect(report.active).toBe('cpu');
});
