import { createDag } from '@cfe/graph';
import { graphSvg } from '@cfe/report';
import ts from 'typescript';
import type { Workspace } from './workspace.ts';

/** Which package imports which, from the imports of their sources, tests left out. */
export function importGraph(workspaces: readonly Workspace[]): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Set(workspaces.map(({ manifest }) => manifest.name));
  return new Map(
    workspaces.map(({ manifest, sources }) => {
      const imported = new Set<string>();
      for (const [path, text] of sources) {
        if (path.endsWith('.test.ts')) continue;
        for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
          const name = fileName.split('/').slice(0, 2).join('/');
          if (known.has(name) && name !== manifest.name) imported.add(name);
        }
      }
      return [manifest.name, imported] as const;
    }),
  );
}

/** What is left of the imports where one that follows from others is not drawn. */
export function withoutDetours(
  graph: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, readonly string[]> {
  const reaches = (from: string, to: string): boolean => {
    const direct = graph.get(from) ?? new Set();
    return direct.has(to) || [...direct].some((next) => reaches(next, to));
  };
  return new Map(
    [...graph].map(([name, imported]) => [
      name,
      [...imported].filter((one) => ![...imported].some((other) => other !== one && reaches(other, one))),
    ]),
  );
}

const colours = { '--ink': '#1f2937', '--muted': '#64748b', '--accent': '#c2410c' } as const;

/** The packages as a drawing: each stands above what it imports; those that people run are outlined. */
export async function architectureSvg(workspaces: readonly Workspace[]): Promise<string> {
  const drawn = withoutDetours(importGraph(workspaces));
  const short = (name: string): string => name.replace('@cfe/', '');
  const edges = [...drawn].flatMap(([name, imported]) =>
    imported.map((one) => [short(name), short(one)] as const),
  );
  const apps = workspaces.filter(({ folder }) => folder.startsWith('apps/'));
  const svg = await graphSvg(createDag([...drawn.keys()].map(short), edges), {
    set: apps.map(({ manifest }) => short(manifest.name)),
  });
  const sentences = [...drawn]
    .filter(([, imported]) => imported.length > 0)
    .map(([name, imported]) => `${short(name)} imports ${imported.map(short).join(', ')}.`);
  return `${Object.entries(colours)
    .reduce((text, [name, colour]) => text.replaceAll(`var(${name})`, colour), svg)
    .replace('aria-label="Causal graph"', 'aria-labelledby="title description" style="background: #fff"')
    .replace(
      /(<svg [^>]*>)/,
      `$1\n<title id="title">The packages and what they import</title>\n<desc id="description">${sentences.join(' ')}</desc>`,
    )
    .trimEnd()}\n`;
}
