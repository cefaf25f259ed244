import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cfe, folderWith, needsBuild } from './support/cfe.ts';

interface Found {
  readonly report: string;
  readonly rows: number;
  readonly answers: {
    readonly total: { readonly value: number; readonly interval: readonly [number, number] };
    readonly counterfactual: Readonly<Record<string, { readonly value: number }>>;
  };
  readonly twins: readonly [
    {
      readonly contenders: readonly { readonly asked: number; readonly effect: number }[];
      readonly trueEffect: number;
    },
  ];
  readonly gradients: { readonly passed: boolean };
}

test('the main job: right about the twin where its floors are not, and a page that stands alone', {
  timeout: 300_000,
}, async (context) => {
  needsBuild(context);
  const folder = await folderWith({});
  const { code, stdout, stderr } = await cfe(['quickstart', '--replicates', '10', '--json'], folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const found = JSON.parse(stdout) as Found;
  expect(found.rows).toBe(392); // of 406, as 8 lack mpg and 6 horsepower

  const [{ contenders, trueEffect }] = found.twins;
  const [ours, ...floors] = contenders as [
    Found['twins'][0]['contenders'][0],
    ...Found['twins'][0]['contenders'][0][],
  ];
  expect(floors).toHaveLength(4);
  expect(ours.asked).toBeGreaterThanOrEqual(0.9);
  for (const floor of floors) {
    expect(floor.asked).toBeLessThan(0.9);
    expect(Math.abs(ours.effect - trueEffect)).toBeLessThan(Math.abs(floor.effect - trueEffect));
  }

  // a lighter car goes further, and what the weight cannot reach stays to the bit
  const { total, counterfactual } = found.answers;
  expect(total.interval[0]).toBeGreaterThan(0);
  expect(counterfactual).toMatchObject({
    year: { value: 1970 },
    cylinders: { value: 8 },
    displacement: { value: 307 },
  });
  expect(found.gradients.passed).toBe(true);

  const page = await readFile(found.report, 'utf8');
  expect(page).toMatch(/^<!doctype html>[\s\S]*Chevrolet Chevelle Malibu[\s\S]*<svg[\s\S]*<\/html>\s*$/);
  expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|<script|src=|NaN|undefined/);
});

test('what computes is one flag, and the answers stay', { timeout: 1_800_000 }, async (context) => {
  needsBuild(context);
  if (process.env.CFE_FULL !== '1') return context.skip('three quickstarts: set CFE_FULL=1');
  const folder = await folderWith({});
  const found: Found[] = [];
  for (const backend of ['reference', 'cpu', 'wasm']) {
    const { code, stdout } = await cfe(
      ['quickstart', '--replicates', '10', '--json', '--backend', backend],
      folder,
    );
    expect(code).toBe(0);
    found.push(JSON.parse(stdout) as Found);
  }
  const [reference, ...others] = found as [Found, ...Found[]];
  for (const other of others) {
    // float32 beside float64: what the fits end at agrees to three digits of the car's figures
    const { total, counterfactual } = reference.answers;
    expect(Math.abs(other.answers.total.value - total.value)).toBeLessThan(1e-3 * Math.abs(total.value));
    for (const [name, { value }] of Object.entries(counterfactual)) {
      const own = other.answers.counterfactual[name]?.value ?? Number.NaN;
      expect(Math.abs(own - value), name).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)));
    }
  }
});

test('a backend that is none is refused in a line', async (context) => {
  needsBuild(context);
  const { code, stderr } = await cfe(['quickstart', '--backend', 'wsam'], await folderWith({}));
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^cfe: .*no backend is called "wsam".*Did you mean "wasm"\?.*\n$/),
  });
});
