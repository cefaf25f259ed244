import { barsSvg, type Section } from '@cfe/report';
import { signed } from '../output/numbers.ts';
import type { Findings } from './findings.ts';
import { twinEquations } from './twin.ts';

/** The pipeline held against a world whose truth is known. */
export async function twinSection({ twins }: Findings): Promise<Section> {
  const [twin] = twins;
  const worst = Math.min(...twin.contenders.map(({ asked }) => asked));
  const bars = await barsSvg(
    twin.contenders.map(({ name, asked }) => ({ name, value: asked })),
    {
      title: 'counterfactual skill, smallest over three weights',
      domain: [Math.max(-1, Math.min(0, worst)), 1],
    },
  );
  return {
    title: 'Can it be believed? A twin whose truth is known',
    blocks: [
      {
        kind: 'text',
        text: `Nobody knows the truth about the cars. So the same pipeline ran on ${twin.rows} rows of a simulated twin, columns shuffled, the same order stated, and its answers were held against the twin's own equations on ${twin.unseen} unseen rows. Skill is 1 for a perfect answer, 0 for copying what was, negative for worse than that.`,
      },
      { kind: 'figure', svg: bars, caption: 'Had this row weighed so much: what mpg? Floors in grey.' },
      {
        kind: 'table',
        head: ['', 'Skill', 'Mean change of mpg for 500 lb less', 'Error'],
        numeric: [1, 2, 3],
        rows: [
          ['the truth', '1', signed(fixed(twin.trueEffect)), '0'],
          ...twin.contenders.map(({ name, asked, effect }) => [
            name,
            fixed(asked),
            signed(fixed(effect)),
            signed(fixed(effect - twin.trueEffect)),
          ]),
        ],
      },
      {
        kind: 'table',
        head: ['All causes and effects', ...twins.map(({ rows }) => `${rows} rows`)],
        numeric: [1, 2],
        rows: [
          ['wrongly joined pairs', ...twins.map(({ shd, edges }) => `${shd} of ${edges} edges`)],
          ['median skill', ...twins.map(({ skills }) => fixed(skills[skills.length >> 1]?.skill))],
          ['worst skill', ...twins.map(({ skills }) => fixed(skills[0]?.skill))],
          ['worst pair', ...twins.map(({ skills }) => `${skills[0]?.target} on ${skills[0]?.outcome}`)],
        ],
        caption:
          'Over every cause, every variable downstream of it and three values each. Where effects nearly cancel, as those of weight on acceleration do, little changes and a small error weighs much.',
      },
      { kind: 'details', summary: "The twin's equations", blocks: [{ kind: 'list', items: twinEquations }] },
    ],
  };
}

function fixed(x: number | undefined): string {
  return x === undefined ? '–' : x.toFixed(2).replace('-', '−');
}
