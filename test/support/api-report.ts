import { posix } from 'node:path';
import ts from 'typescript';
import type { Workspace } from './workspace.ts';

/**
 * What a package offers, as declarations without comments, entry by entry and name by name. It needs no build: every
 * declaration follows from its own file, since the sources keep to isolated declarations.
 *
 * @throws Error where an entry names what is not there
 */
export function apiReport({ manifest, folder, sources }: Workspace): string {
  const read = createReader(folder, sources);
  const entries = Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const source = typeof target === 'object' ? target['@cfe/source'] : undefined;
    if (source === undefined) return [];
    const offered = [...read.offered(posix.normalize(source))].sort(([a], [b]) => (a < b ? -1 : 1));
    const title = posix.join(manifest.name, subpath);
    return [`## ${title}\n\n\`\`\`ts\n${offered.map(([, text]) => text).join('\n')}\n\`\`\``];
  });
  return `# ${manifest.name}: what it offers\n\nMade by \`npm run generate\`: a change here is a change for users, and wants a changeset.\n\n${entries.join('\n\n')}\n`;
}

interface Reader {
  /** by the name under which it is offered, what stands in a declaration file */
  offered(path: string): Map<string, string>;
}

function createReader(folder: string, sources: ReadonlyMap<string, string>): Reader {
  const parsed = new Map<string, ts.SourceFile>();
  const printer = ts.createPrinter({ removeComments: true, omitTrailingSemicolon: false });

  function declarations(path: string): ts.SourceFile {
    const known = parsed.get(path);
    if (known !== undefined) return known;
    const text = sources.get(path);
    if (text === undefined) throw new Error(`${folder}: ${path} is not there`);
    const { outputText, diagnostics } = ts.transpileDeclaration(text, {
      fileName: path,
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, strict: true },
      reportDiagnostics: true,
    });
    const [problem] = diagnostics ?? [];
    if (problem !== undefined)
      throw new Error(`${folder}/${path}: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`);
    const file = ts.createSourceFile(path, outputText, ts.ScriptTarget.Latest, true);
    parsed.set(path, file);
    return file;
  }

  function offered(path: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const statement of declarations(path).statements) {
      if (ts.isExportDeclaration(statement)) {
        const from = statement.moduleSpecifier;
        if (statement.exportClause === undefined || !ts.isNamedExports(statement.exportClause)) continue;
        for (const { name, propertyName } of statement.exportClause.elements) {
          const inside = (propertyName ?? name).text;
          const target = from !== undefined && ts.isStringLiteral(from) ? from.text : undefined;
          found.set(name.text, named(path, inside, name.text, target));
        }
      } else {
        for (const name of namesOf(statement))
          if (isExported(statement)) found.set(name, printed(path, name, name));
      }
    }
    return found;
  }

  function named(path: string, inside: string, as: string, target: string | undefined): string {
    if (target === undefined) return printed(path, inside, as);
    if (!target.startsWith('.'))
      return `export { ${inside === as ? as : `${inside} as ${as}`} } from '${target}';`;
    const file = posix.join(posix.dirname(path), target);
    const own = declarations(file).statements.some((statement) => namesOf(statement).includes(inside));
    if (own) return printed(file, inside, as);
    const text = offered(file).get(inside);
    if (text === undefined) throw new Error(`${folder}/${path}: ${target} offers no ${inside}`);
    return text;
  }

  function printed(path: string, name: string, as: string): string {
    const file = declarations(path);
    const own = file.statements.filter((statement) => namesOf(statement).includes(name));
    if (own.length === 0) throw new Error(`${folder}/${path}: there is no ${name}`);
    const texts = own.map((statement) => printer.printNode(ts.EmitHint.Unspecified, statement, file));
    return (as === name ? texts : [...texts, `// offered as ${as}`]).join('\n');
  }

  return { offered };
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}
