import { createDag, type Dag } from '@cfe/graph';
import { type CsvOptions, parseCsv } from '../parse-csv.ts';
import type { RegimeTarget } from '../regimes.ts';
import { regimesFrom, stackRegimes } from '../regimes-from.ts';
import { columnOf, createTable, selectColumns, selectRows, type Table } from '../table.ts';
import type { DatasetEntry, DatasetFile, DatasetInfo } from './dataset.ts';

const host = 'https://raw.githubusercontent.com';
const examples = `${host}/cmu-phil/example-causal-datasets/a23adc349a23fc34d258193b45c60522ca6355b4/real`;
const rdatasets = `${host}/vincentarelbundock/Rdatasets/1dcc2bf5f955cc1224a3e1307256e1fe86b68dae/csv`;
const sachs2005 = `${host}/juangamella/gnies-paper/fde5a8ed222471b634e4aac35efc316a67c942f6/sachs/sachs_2005`;
const cevae = `${host}/AMLab-Amsterdam/CEVAE/9081f863e24ce21bd34c8d6a41bf0edc7d1b65dd/datasets/IHDP/csv`;
const chambers = `${host}/LinusKuehne/Invariance_and_Generalization_for_Classification/b6eab83933d4bfe462475191ffb931d85662729d/simulation_causal_chambers`;

function entry(info: Omit<DatasetInfo, 'kind'>, load: DatasetEntry['load']): DatasetEntry {
  return { info: { kind: 'table', ...info }, load };
}

const only = (files: readonly DatasetFile[], k = 0): string => (files[k] as DatasetFile).path;

function autoMpg(): DatasetEntry {
  const files: readonly DatasetFile[] = [
    {
      path: 'auto-mpg/auto-mpg.txt',
      sha256: '39f5d63ccbc84fcc0cfb1e8e94e762da89e09a6a2ec79adbac5403a4843e7f42',
      bytes: 10762,
      url: `${examples}/auto-mpg/data/auto-mpg.data.mixed.max.3.categories.txt`,
    },
  ];
  const units = {
    mpg: 'miles per US gallon',
    displacement: 'cubic inch',
    horsepower: 'hp',
    weight: 'pound',
    acceleration: 's to 60 mph',
    modelyear: 'year − 1900',
  };
  return entry(
    {
      name: 'auto-mpg',
      title: 'Auto MPG',
      description:
        'Fuel consumption and seven properties of 392 cars of 1970 to 1982; origin is 1 for the USA, 2 for Europe, 3 for Japan.',
      licence: 'CC0-1.0 (collection); UCI Machine Learning Repository',
      source: 'Quinlan (1993), Combining instance-based and model-based learning',
      rows: 392,
      units,
      truth: 'Tiers by time: an edge from a later tier to an earlier one is wrong. No full graph is known.',
      files,
    },
    async (read) => ({
      table: parseCsv(await read(only(files)), { delimiter: '\t', units, types: { origin: 'categorical' } })
        .table,
      graphs: {},
      facts: {},
      tiers: [
        ['modelyear', 'origin', 'weight'],
        ['cylinders'],
        ['displacement'],
        ['horsepower'],
        ['acceleration', 'mpg'],
      ],
    }),
  );
}

const proteins = ['raf', 'mek', 'erk', 'plcg', 'pip2', 'pip3', 'pkc', 'akt', 'pka', 'jnk', 'p38'] as const;
/** The authors' column names, in the order of `proteins`. */
const measured = ['praf', 'pmek', 'p44/42', 'plcg', 'PIP2', 'PIP3', 'PKC', 'pakts473', 'PKA', 'pjnk', 'P38'];

const conditions: readonly (readonly [
  name: string,
  upstream: string,
  target: string | undefined,
  sha256: string,
  bytes: number,
])[] = [
  [
    '1_cd3cd28',
    '1. cd3cd28',
    undefined,
    'ac8a96c9c700bd24065e411e5bd7832e68e253ad3e79113e65b6ceb492d83ea0',
    44437,
  ],
  [
    '2_cd3cd28icam2',
    '2. cd3cd28icam2',
    undefined,
    '630d70126653cfc16c71c76db0840ad964e32c52465ce4669ba7fd4a0eff39ba',
    46900,
  ],
  [
    '3_cd3cd28_aktinhib',
    '3. cd3cd28+aktinhib',
    'akt',
    '30e1cadb2965f5b6ed6162ef87d32a74d4493d08729fb005386513f91b1ae5db',
    47197,
  ],
  [
    '4_cd3cd28_g0076',
    '4. cd3cd28+g0076',
    'pkc',
    '1cc0a06038711a2b64ccb7b1b954bac9318ebdb1ee83efac72ce74886e12f860',
    34806,
  ],
  [
    '5_cd3cd28_psitect',
    '5. cd3cd28+psitect',
    'pip2',
    'eaa175355e443858f3edc803a3126ebebd7feef481a338513bec4261662d7b6b',
    41911,
  ],
  [
    '6_cd3cd28_u0126',
    '6. cd3cd28+u0126',
    'mek',
    '1808e24b2226c17a42bd4d44b19332053027f5b22cee47946b988c183f8a1259',
    40032,
  ],
  [
    '7_cd3cd28_ly',
    '7. cd3cd28+ly',
    'pip3',
    '75984255c907485f26bf91d93da947f0e27392e04a638ff846b0dabb2f039b4e',
    44247,
  ],
  ['8_pma', '8. pma', 'pkc', 'ac10e073d4fcc2c9c98ff579cbf0ac6134608e16d166b86655d0cf25eceb9d68', 47450],
  ['9_b2camp', '9. b2camp', 'pka', '4eee4457c1623eaf8d9732fb189b96fdc6faf22026866f27daabcb003becc0fb', 34489],
];

/** Edges as "cause>effect" words. */
function proteinGraph(edges: string): Dag {
  return createDag(
    proteins,
    edges.split(' ').map((edge) => edge.split('>') as [string, string]),
  );
}

const shared =
  'mek>erk pka>akt pka>erk pka>jnk pka>mek pka>p38 pka>raf pkc>jnk pkc>mek pkc>p38 pkc>raf plcg>pip2 raf>mek';
const sachsGraphs = (): Readonly<Record<string, Dag>> => ({
  consensus18: proteinGraph(`${shared} pip2>pkc pip3>akt pip3>pip2 pip3>plcg plcg>pkc`),
  bnlearn17: proteinGraph(`${shared} erk>akt pip3>pip2 pkc>pka plcg>pip3`),
  tetrad20: proteinGraph(`${shared} erk>akt pip2>pkc pip3>akt pip3>pip2 pip3>plcg pkc>pka plcg>pkc`),
});

function sachs(): readonly DatasetEntry[] {
  const files = conditions.map(
    ([name, upstream, , sha256, bytes]): DatasetFile => ({
      path: `sachs/conditions/${name}.csv`,
      sha256,
      bytes,
      url: `${sachs2005}/${encodeURIComponent(upstream)}.csv`,
    }),
  );
  const shared = {
    licence: 'BSD-3-Clause (collection); the authors state no licence for the data',
    source: "Sachs, Perez, Pe'er, Lauffenburger and Nolan (2005), Science 308, 523–529",
    units: Object.fromEntries(proteins.map((name) => [name, 'fluorescence, arbitrary'])),
    truth:
      'Papers differ: graphs of 18 (consensus18), 17 (bnlearn17) and 20 (tetrad20) edges. Reagents change activity, so every intervention is soft.',
  };
  const read = (text: string): Table => {
    const table = parseCsv(text, { types: Object.fromEntries(measured.map((name) => [name, 'continuous'])) });
    return createTable(
      proteins.map((name, j) => ({
        variable: { name, kind: 'continuous' },
        values: table.column(measured[j] as string),
        unit: 'fluorescence, arbitrary',
      })),
    );
  };
  const all = entry(
    {
      name: 'sachs',
      title: 'Sachs protein signalling, all nine conditions',
      description:
        'Eleven phosphoproteins and phospholipids in 7,466 human T cells under nine stimulations and inhibitions; raw intensities, positive: take logarithms.',
      rows: 7466,
      files,
      ...shared,
    },
    async (open) => {
      const parts = await Promise.all(
        conditions.map(async ([name, , target], k) => ({
          name,
          table: read(await open(only(files, k))),
          targets: target === undefined ? [] : [{ variable: target, kind: 'soft' } satisfies RegimeTarget],
        })),
      );
      return { table: stackRegimes(parts), graphs: sachsGraphs(), facts: {} };
    },
  );
  const observed = entry(
    {
      name: 'sachs-observational',
      title: 'Sachs protein signalling, the first condition',
      description:
        'The 853 cells under general stimulation alone (condition 1), which most papers call observational.',
      rows: 853,
      files: files.slice(0, 1),
      ...shared,
    },
    async (open) => ({ table: read(await open(only(files))), graphs: sachsGraphs(), facts: {} }),
  );
  return [all, observed];
}

function causalChambers(): DatasetEntry {
  const files: readonly DatasetFile[] = [
    {
      path: 'causal-chambers/lt_standard_9vars_9envs.csv',
      sha256: '7604c31854bcc01397d421a8c7e6efde5ac61fb0c3b12c9c24fc5525fca4e9da',
      bytes: 695928,
      url: `${chambers}/dataframe_cont.csv`,
    },
  ];
  const lights = ['red', 'green', 'blue'];
  const sensors = ['ir_1', 'ir_2', 'ir_3', 'vis_1', 'vis_2', 'vis_3'];
  const soft = (...names: string[]): RegimeTarget[] => names.map((variable) => ({ variable, kind: 'soft' }));
  const units = Object.fromEntries([
    ...lights.map((name) => [name, 'set-point, 0 to 255']),
    ...sensors.map((name) => [name, 'sensor count']),
  ]) as Readonly<Record<string, string>>;
  return entry(
    {
      name: 'causal-chambers-light-tunnel',
      title: 'Causal Chambers, light tunnel (nine variables, nine environments)',
      description:
        'Brightness of three light sources and counts of six light sensors along a tunnel: physical measurements, 1,000 rows for each of nine environments.',
      licence: 'CC BY 4.0 (attribution; this is a subset)',
      source:
        'Gamella, Peters and Bühlmann (2025), Causal chambers as a real-world physical testbed for AI methodology, Nature Machine Intelligence',
      rows: 9000,
      units,
      truth:
        'Each light causes each sensor: 18 edges, nothing else. Hidden light sources and polarisers correlate the sensors.',
      files,
    },
    async (read) => ({
      table: regimesFrom(
        parseCsv(await read(only(files)), {
          delimiter: ';',
          decimalComma: false,
          units,
          types: { intervention: 'categorical' },
        }).table,
        {
          column: 'intervention',
          targets: {
            uniform_reference: [],
            uniform_red_mid: ['red'],
            uniform_green_mid: ['green'],
            uniform_blue_mid: ['blue'],
            uniform_t_vis_1_mid: soft('vis_1'),
            uniform_t_vis_2_mid: soft('vis_2'),
            uniform_t_vis_3_mid: soft('vis_3'),
            uniform_t_ir_2_mid: soft('ir_2'),
            uniform_pol_1_strong: soft('ir_3', 'vis_3'),
          },
        },
      ),
      graphs: {
        physical: createDag(
          ['ir_1', ...lights, 'vis_1', 'vis_2', 'vis_3', 'ir_2', 'ir_3'],
          lights.flatMap((light) => sensors.map((sensor): [string, string] => [light, sensor])),
        ),
      },
      facts: {},
    }),
  );
}

const ihdpSums: readonly (readonly [sha256: string, bytes: number])[] = [
  ['2bdc8b94fdf2f669b1d3d49325fd9359d88418566545003867841312a1653411', 161908],
  ['36db2f3d002250bc95e5214477718c939fbe7dfe8df573c4050d8b246d314042', 161741],
  ['bd792ce0642468195b2c3f0cd4c521378d7d52d044f153e844d151a87e067518', 161557],
  ['ac04602a2f052af1211347bcaff87f7bab356a4a7f42f8c6a81edede51549006', 161748],
  ['8f9b3ef4b66e8f9dd240c9851233f4fb483c73c25b6d23c6459c666edb9cd691', 161738],
  ['e05192794201c8a8fe1e4a88f12d3367d3d6b568eadb46365557661bff00712e', 161972],
  ['246684bfc9e1258e5bdc59c3d1c13c0694a331d1f13026ff79f6c4605e6d3678', 162281],
  ['6e88b890ee4ed6274b8ea4285500dd0865ab71e17010ee505f7e2a2d507c4511', 161806],
  ['fe959d86a37be9278ef195fbf139b2b8af1b8246b3518208cd00b295d906a98f', 161720],
];

function ihdp(): readonly DatasetEntry[] {
  const covariates = Array.from({ length: 25 }, (_, k) => `x${k + 1}`);
  return ihdpSums.map(([sha256, bytes], k) => {
    const files: readonly DatasetFile[] = [
      { path: `ihdp/ihdp_npci_${k + 1}.csv`, sha256, bytes, url: `${cevae}/ihdp_npci_${k + 1}.csv` },
    ];
    return entry(
      {
        name: `ihdp-${k + 1}`,
        title: `IHDP, replication ${k + 1} of 9`,
        description:
          'Infant Health and Development Program: 25 covariates of 747 infants and the real treatment, with simulated outcomes; treatment, outcome y, x1 to x6 standardised, x7 to x25 binary.',
        licence: 'Apache-2.0 (collection)',
        source:
          'Hill (2011), Journal of Computational and Graphical Statistics 20, 217–240; Louizos et al. (2017)',
        rows: 747,
        units: {},
        truth: 'The effect of treatment on y is known for every row (`effects`), and so its averages.',
        files,
      },
      async (read) => {
        const names = ['treatment', 'y', 'y_cfactual', 'mu0', 'mu1', ...covariates];
        const whole = parseCsv(await read(only(files)), { names });
        const [mu0, mu1] = [whole.column('mu0'), whole.column('mu1')];
        const effects = mu1.map((value, r) => value - (mu0[r] as number));
        const treated = whole.column('treatment');
        const ofTreated = effects.filter((_, r) => treated[r] === 1);
        return {
          table: selectColumns(whole.table, ['treatment', 'y', ...covariates]),
          graphs: {},
          effects,
          facts: { averageEffect: mean(effects), averageEffectOfTreated: mean(ofTreated) },
        };
      },
    );
  });
}

function lalonde(): readonly DatasetEntry[] {
  const experiment: DatasetFile = {
    path: 'lalonde/nsw_dw.csv',
    sha256: '72efd333a4b94a2bee55149d3542021d0adde03201d010ebe971e3e863360cd6',
    bytes: 29171,
    url: `${rdatasets}/causaldata/nsw_mixtape.csv`,
  };
  const census: DatasetFile = {
    path: 'lalonde/cps_control.csv',
    sha256: 'e357e728bfefa729ff880377aca072aa01563a4b412d956dcf70f2539446cdf5',
    bytes: 1086556,
    url: `${rdatasets}/causaldata/cps_mixtape.csv`,
  };
  const panel: DatasetFile = {
    path: 'lalonde/lalonde_nsw_psid.csv',
    sha256: 'a49703ca0233ba0a27fa9cda959a38a07f6825def0f7743cf2380ce4e57dd3ef',
    bytes: 27509,
    url: `${rdatasets}/MatchIt/lalonde.csv`,
  };
  const units = {
    age: 'year',
    educ: 'year',
    re74: 'USD per year',
    re75: 'USD per year',
    re78: 'USD per year',
  };
  const options: CsvOptions = { units, types: { rownames: 'ignore', data_id: 'ignore' } };
  const info = {
    source:
      'LaLonde (1986), American Economic Review 76, 604–620; Dehejia and Wahba (1999), JASA 94, 1053–1062',
    units,
  };
  const facts = { experimentalEffect: 1794.34 };
  return [
    entry(
      {
        name: 'lalonde-nsw',
        title: 'LaLonde job training, the randomised sample',
        description:
          'National Supported Work: 185 men in training and 260 randomised controls; earnings in 1978 (re78).',
        licence: 'MIT (R package causaldata)',
        rows: 445,
        truth: 'Randomised: the difference of mean re78 is the effect, 1,794.34 USD.',
        files: [experiment],
        ...info,
      },
      async (read) => ({ table: parseCsv(await read(experiment.path), options).table, graphs: {}, facts }),
    ),
    entry(
      {
        name: 'lalonde-cps',
        title: 'LaLonde job training, treated men against a population survey',
        description:
          'The 185 trained men of the experiment and 15,992 others from the Current Population Survey.',
        licence: 'MIT (R package causaldata)',
        rows: 16177,
        truth: 'The experiment found 1,794.34 USD; the naive difference here is −8,497.52 USD.',
        files: [experiment, census],
        ...info,
      },
      async (read) => {
        const men = parseCsv(await read(experiment.path), options).table;
        const others = parseCsv(await read(census.path), options).table;
        const treated = selectRows(
          men,
          [...men.column('treat').keys()].filter((r) => men.column('treat')[r] === 1),
        );
        const { names } = men;
        const columns = names.map((name) =>
          columnOf(men, name, Float64Array.from([...treated.column(name), ...others.column(name)])),
        );
        return { table: createTable(columns), graphs: {}, facts: { ...facts, naiveDifference: -8497.52 } };
      },
    ),
    entry(
      {
        name: 'lalonde-psid',
        title: 'LaLonde job training, treated men against an income panel',
        description:
          'The 185 trained men of the experiment and 429 others from the Panel Study of Income Dynamics.',
        licence: 'GPL-2.0-or-later (R package MatchIt)',
        rows: 614,
        truth: 'The experiment found 1,794.34 USD; the naive difference here is −635.03 USD.',
        files: [panel],
        ...info,
      },
      async (read) => ({
        table: parseCsv(await read(panel.path), { units, types: { rownames: 'ignore' } }).table,
        graphs: {},
        facts: { ...facts, naiveDifference: -635.03 },
      }),
    ),
  ];
}

/** One row per counted unit. */
function expandCounts(table: Table, count: string): Table {
  const counts = table.column(count);
  const rows = [...counts.keys()].flatMap((r) => new Array<number>(counts[r] as number).fill(r));
  return selectRows(
    selectColumns(
      table,
      table.names.filter((name) => name !== count),
    ),
    rows,
  );
}

function smallTables(): readonly DatasetEntry[] {
  const files: readonly DatasetFile[] = [
    {
      path: 'small-tables/berkeley_admissions.csv',
      sha256: '92ae5a362fd3a09847ee388823286381b847b48fd1c9a1eca387c987a1b5eba3',
      bytes: 590,
      url: `${rdatasets}/datasets/UCBAdmissions.csv`,
    },
  ];
  const berkeley = entry(
    {
      name: 'berkeley-admissions',
      title: 'Berkeley graduate admissions 1973',
      description: 'Admission, gender and department of 4,526 applicants to the six largest departments.',
      licence: 'free to redistribute (R datasets)',
      source: "Bickel, Hammel and O'Connell (1975), Science 187, 398–404",
      rows: 4526,
      units: {},
      truth:
        'Gender → department → admission and gender → admission. Admitted: 44.52 % of men and 30.35 % of women; over the same departments 38.73 % and 43.00 %.',
      files,
    },
    async (read) => ({
      table: expandCounts(parseCsv(await read(only(files)), { types: { rownames: 'ignore' } }).table, 'Freq'),
      graphs: {
        departments: createDag(
          ['Admit', 'Gender', 'Dept'],
          [
            ['Gender', 'Dept'],
            ['Dept', 'Admit'],
            ['Gender', 'Admit'],
          ],
        ),
      },
      facts: { admittedMale: 0.4452, admittedFemale: 0.3035, adjustedMale: 0.3873, adjustedFemale: 0.43 },
    }),
  );
  const stones = entry(
    {
      name: 'kidney-stones',
      title: 'Kidney stone treatments',
      description: 'Stone size, treatment (A open surgery, B percutaneous) and success in 700 patients.',
      licence: 'facts as published',
      source: 'Charig, Webb, Payne and Wickham (1986), BMJ 292, 879–882',
      rows: 700,
      units: {},
      truth:
        'Size → treatment, size → success, treatment → success. Success: A 78.00 %, B 82.57 %; adjusted for size A 83.25 %, B 77.89 %.',
      files: [],
    },
    async () => ({
      table: expandCounts(parseCsv(stoneCounts, { types: { success: 'categorical' } }).table, 'count'),
      graphs: {
        confounded: createDag(
          ['stone_size', 'treatment', 'success'],
          [
            ['stone_size', 'treatment'],
            ['stone_size', 'success'],
            ['treatment', 'success'],
          ],
        ),
      },
      facts: {
        successA: 0.78,
        successB: 0.8257,
        adjustedA: 0.8325,
        adjustedB: 0.7789,
        averageEffect: 0.0537,
      },
    }),
  );
  return [berkeley, stones];
}

const stoneCounts = `stone_size,treatment,success,count
small,A,1,81
small,A,0,6
small,B,1,234
small,B,0,36
large,A,1,192
large,A,0,71
large,B,1,55
large,B,0,25
`;

function mean(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

export function tableDatasets(): readonly DatasetEntry[] {
  return [autoMpg(), ...sachs(), causalChambers(), ...ihdp(), ...lalonde(), ...smallTables()];
}
