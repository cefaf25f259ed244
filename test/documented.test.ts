import { posix } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { examplesInSource } from './support/examples.ts';
import { readWorkspaces, type Workspace } from './support/workspace.ts';

// The packages that people install on their own: examples.test.ts runs the examples, this sees that there is one each.
const alone = readWorkspaces().filter(({ folder }) =>
  ['packages/graph', 'packages/scm', 'packages/data'].includes(folder),
);

test.each(alone.map((workspace) => [workspace.manifest.name, workspace] as const))(
  'every function and class of %s has an example',
  (_, workspace) => {
    const exported = exportedValues(workspace);
    expect(exported.length).toBeGreaterThan(20);
    const has = exampleFinder(workspace);
    expect(exported.filter((one) => !has(one)).map(({ name }) => name)).toEqual([]);
  },
);

test('one without is found', () => {
  const sources = new Map([
    ['src/index.ts', "export { a, type B, c } from './a.ts';"],
    [
      'src/a.ts',
      "/** A.\n * @example\n * import 'x';\n */\nexport function a() {}\n/** C. */\nexport function c() {}",
    ],
  ]);
  const workspace = {
    folder: 'p',
    manifest: { name: 'p', exports: { '.': { '@cfe/source': './src/index.ts' } } },
    sources,
  };
  const exported = exportedValues(workspace);
  expect(exported.map(({ name }) => name)).toEqual(['a', 'c']);
  expect(exported.filter(exampleFinder(workspace))).toEqual([{ name: 'a', path: 'src/a.ts' }]);
});

interface Exported {
  readonly name: string;
  /** file that it is re-exported from */
  readonly path: string;
}

/** What the entries of a package re-export that is no type. */
function exportedValues({ manifest, sources }: Workspace): Exported[] {
  const entries = Object.values(manifest.exports ?? {}).flatMap((entry) =>
    typeof entry === 'string' ? [] : [entry['@cfe/source']?.replace('./', '') ?? ''],
  );
  return entries.flatMap((path) => {
    const file = ts.createSourceFile(path, sources.get(path) ?? '', ts.ScriptTarget.Latest, true);
    return file.statements.flatMap((statement) => {
      if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return [];
      const { exportClause, moduleSpecifier } = statement;
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
      if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
      const from = posix.join(posix.dirname(path), moduleSpecifier.text);
      return exportClause.elements
        .filter(({ isTypeOnly }) => !isTypeOnly)
        .map(({ name, propertyName }) => ({ name: (propertyName ?? name).text, path: from }));
    });
  });
}

function exampleFinder({ sources }: Workspace): (exported: Exported) => boolean {
  const named = new Map<string, readonly string[]>();
  return ({ name, path }) => {
    const names =
      named.get(path) ?? examplesInSource(path, sources.get(path) ?? '').map((example) => example.name);
    named.set(path, names);
    return names.some((one) => one === name || one.startsWith(`${name}.`));
  };
}
