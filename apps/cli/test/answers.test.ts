import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRng } from '@cfe/base';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cfe, folderWith, needsBuild } from './support/cfe.ts';
import { cfeInside } from './support/in-process.ts';

/** dose → healed (a category, logistic in the dose) and frail → treated → outcome ← frail, where only the frail are treated. */
function rows(): { readonly doses: string; readonly treated: string } {
  const rng = createRng(1);
  const doses = ['dose,healed'];
  const treated = ['frail,treated,outcome'];
  for (let r = 0; r < 400; r++) {
    const dose = 2 * rng.normal();
    doses.push(`${dose},${rng.uniform() < 1 / (1 + Math.exp(-1.5 * dose)) ? 'yes' : 'no'}`);
    const frail = rng.normal();
    const own = 4 * frail + rng.normal() > 0 ? 1 : 0;
    treated.push(`${frail},${own},${2 * own - frail + rng.normal()}`);
  }
  return { doses: doses.join('\n'), treated: treated.join('\n') };
}

const edges = (...pairs: [string, string][]): string =>
  JSON.stringify({
    nodes: [...new Set(pairs.flat())],
    edges: pairs.map(([from, to]) => ({ from, to })),
  });

let folder: string;
const ask = async (...args: string[]) => {
  const { code, stdout, stderr } = await cfeInside([...args, '--json', '--seed', '1', '--quiet'], folder);
  return { code, stderr, json: code === 0 ? JSON.parse(stdout) : undefined };
};

beforeAll(async () => {
  const { doses, treated } = rows();
  folder = await folderWith({
    'doses.csv': doses,
    'doses.json': edges(['dose', 'healed']),
    'treated.csv': treated,
    'treated.json': edges(['frail', 'treated'], ['frail', 'outcome'], ['treated', 'outcome']),
  });
  // refits run in threads of the built command
  const fitting = ['--mechanism', 'linear', '--replicates', '12', '--seed', '1'];
  for (const name of ['doses', 'treated']) {
    const files = [`${name}.csv`, '--graph', `${name}.json`, '--out', `${name}.model`];
    await cfe(['fit', ...files, ...fitting], folder);
  }
}, 120_000);
beforeEach(needsBuild);

describe('cfe plan for the probability of a category', () => {
  test.each([
    ['P(healed=yes)>=0.8', 'atLeast'],
    ['P( healed = yes ) <= 0.1', 'atMost'],
  ] as const)('%s: what it sets has the probability that it says', async (target, side) => {
    const { code, json } = await ask('plan', 'doses.model', '--target', target);
    expect(code).toBe(0);
    expect(json.reached).toBe(true);
    expect(Object.keys(json.interventions)).toEqual(['dose']);
    const value = json.interventions.dose as number;
    expect(Math.sign(value)).toBe(side === 'atLeast' ? 1 : -1);
    const { probabilities } = (await ask('query', 'doses.model', '--do', `dose=${value}`)).json;
    // sampled by both: 4 standard errors of 1,000 draws
    if (side === 'atLeast') expect(probabilities.healed.yes).toBeGreaterThan(0.8 - 0.051);
    else expect(probabilities.healed.yes).toBeLessThan(0.1 + 0.038);
    // and no dearer than it has to be: the logistic curve of the data is at 0.8 where 1.5 · dose = log 4
    expect(Math.abs(value)).toBeLessThan(side === 'atLeast' ? 1.5 : 2.2);
  });

  test.each([
    ['P(healed=maybe)>=0.8', /"maybe".*"no".*"yes"|"no".*"yes"/],
    ['P(healed)>=0.8', /healed/],
    ['P(healed=yes)>=much', /P\(NAME=LEVEL\)>=NUMBER/],
  ])('%s is refused with what would do', async (target, reason) => {
    const { code, stderr } = await ask('plan', 'doses.model', '--target', target);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
  });
});

describe('cfe effect on what the data can hardly tell', () => {
  test('rows that could not have had both treatments are named, in the document and in words', async () => {
    const asked = ['--treatment', 'treated=1', '--control', 'treated=0', '--outcome', 'outcome'];
    const { code, json } = await ask('effect', 'treated.model', ...asked);
    expect(code).toBe(0);
    expect(json.positivity.rows.length).toBeGreaterThan(20);
    const frail = (await readFile(join(folder, 'treated.csv'), 'utf8'))
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[0]));
    for (const r of json.positivity.rows) expect(Math.abs(frail[r] as number)).toBeGreaterThan(0.4);
    const named = `rows ${json.positivity.rows[0] + 1}, `;
    expect(json.warnings.join(' ')).toContain(named);
    const { stdout } = await cfeInside(['effect', 'treated.model', ...asked], folder);
    expect(stdout).toContain('Note: ');
    expect(stdout).toContain(named);
  });

  test('a treatment beyond the rows is answered with a note', async () => {
    const asked = ['--treatment', 'frail=40', '--control', 'frail=0', '--outcome', 'outcome'];
    const { code, json } = await ask('effect', 'treated.model', ...asked);
    expect(code).toBe(0);
    expect(json.warnings.join(' ')).toContain('extrapolates');
  });

  test('the outcome itself set: answered by query, refused by effect and plan', async () => {
    const { mean, sd } = (await ask('query', 'treated.model', '--do', 'outcome=3')).json;
    expect(mean.outcome).toBe(3);
    expect(sd.outcome).toBe(0);
    const effect = await ask(
      ...[
        'effect',
        'treated.model',
        '--treatment',
        'outcome=1',
        '--control',
        'outcome=0',
        '--outcome',
        'outcome',
      ],
    );
    expect(effect.code).toBe(2);
    expect(effect.stderr).toContain('both set and asked for');
    const plan = await ask('plan', 'treated.model', '--target', 'outcome>=3', '--may', 'outcome');
    expect(plan.code).toBe(2);
    expect(plan.stderr).toContain('outcome');
  });
});

describe('what an answer rests on reaches the person who asked', () => {
  test('query: intervals of means, what lies beyond the rows, and what is set in vain', async () => {
    const { json } = await ask('query', 'treated.model', '--do', 'frail=40');
    expect(json.warnings.join(' ')).toContain('extrapolates');
    expect(json.identifiedBy).toBe('graph');
    const [low, high] = json.intervals.outcome;
    expect(low).toBeLessThan(json.mean.outcome);
    expect(high).toBeGreaterThan(json.mean.outcome);
    const { stdout } = await cfeInside(['query', 'treated.model', '--do', 'outcome=3'], folder);
    expect(stdout).toContain('90% interval');
    expect(stdout).toMatch(/Note: "outcome" is itself set by the action and moves nothing else/);
    const imagined = ['query', 'treated.model', '--factual', 'frail=0', 'outcome=1', '--do', 'treated=1'];
    expect((await cfeInside(imagined, folder)).stdout).toContain(
      "mechanisms' form, which no data can confirm",
    );
  });

  test('predict: rows beyond the data by number, on stderr beside the CSV', async () => {
    const file = join(folder, 'some.csv');
    await writeFile(file, 'frail,treated,outcome\n0,1,2\n40,1,-38\n');
    const asked = ['predict', 'treated.model', file, '--do', 'treated=0'];
    const { json } = await ask(...asked);
    expect(json.rows).toHaveLength(2);
    expect(json.identifiedBy).toBe('functional-form');
    expect(json.warnings.join(' ')).toContain('1 of 2 rows (2) have some of what was observed beyond');
    const { stdout, stderr } = await cfeInside(asked, folder);
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(stderr).toContain('1 of 2 rows (2)');
    // one by one, where a value is missing
    await writeFile(file, 'frail,outcome\n0,2\n6,-4\n');
    const partial = (await ask(...asked)).json;
    expect(partial.identifiedBy).toBe('functional-form');
    expect(partial.warnings.join(' ')).toContain('"frail" = 6 was observed');
    await writeFile(file, 'frail,outcome\n0,2\n6,99\n');
    const impossible = await ask(...asked);
    expect(impossible.code).toBe(2);
    expect(impossible.stderr).toMatch(/row 2: The evidence is so unlikely/);
  });

  test('plan: what it rests on, for everybody and for one', async () => {
    const target = ['plan', 'treated.model', '--target', 'outcome>=1'];
    expect((await ask(...target, '--may', 'frail')).json.identifiedBy).toBe('graph');
    const file = join(folder, 'one.csv');
    await writeFile(file, 'frail,treated,outcome\n0,0,0\n');
    const { json } = await ask(...target, '--row', file, '--may', 'frail');
    expect(json.identifiedBy).toBe('functional-form');
    expect(json.assumptions.join(' ')).toContain('strictly increasing');
  });

  test('effect: a hidden cause that is feared is refused, adjusted for, or no harm; names are checked', async () => {
    const asked = ['effect', 'treated.model', '--treatment', 'treated=1', '--control', 'treated=0'];
    const on = [...asked, '--outcome', 'outcome', '--confounded'];
    const bow = await ask(...on, 'treated,outcome');
    expect(bow.code).toBe(2);
    expect(bow.stderr).toContain('no data of these variables identify');
    const harmless = (await ask(...on, 'frail,treated')).json;
    expect(harmless.identifiedBy).toBe('graph');
    expect(harmless.assumptions.join(' ')).toContain('but those declared');
    expect((await ask(...on, 'frail,treatde')).stderr).toContain('Did you mean "treated"');
    expect((await ask(...on, 'frail')).stderr).toContain('two names with a comma between');
  });
});
