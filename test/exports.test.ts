import ts from 'typescript';
import { expect, test } from 'vitest';
import { readWorkspaces } from './support/workspace.ts';

const indexes = readWorkspaces()
  .filter(({ folder }) => folder.startsWith('packages/'))
  .map(({ folder, sources }) => [`${folder}/src/index.ts`, sources.get('src/index.ts')] as const);

test.each(indexes)('%s is a table of contents: named re-exports and nothing else', (path, text) => {
  expect(text, `${path} is missing`).toBeDefined();
  expect(otherStatements(path, text ?? '')).toEqual([]);
});

test('anything else is found', () => {
  const text =
    "export * from './a.ts';\nexport const x = 1;\nimport './b.ts';\nexport { y } from './c.ts';\nexport {};";
  expect(otherStatements('index.ts', text)).toHaveLength(3);
});

/** The statements of an index that are no `export { … } from`, `export type { … } from` or `export {}`, with their lines. */
function otherStatements(path: string, text: string): readonly string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return file.statements
    .filter((statement) => {
      if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) return true;
      if (!ts.isNamedExports(statement.exportClause)) return true;
      return statement.moduleSpecifier === undefined && statement.exportClause.elements.length > 0;
    })
    .map((statement) => {
      const line = file.getLineAndCharacterOfPosition(statement.getStart()).line + 1;
      return `${path}:${line} ${statement.getText().split('\n')[0]}`;
    });
}
