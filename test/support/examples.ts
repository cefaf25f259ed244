import ts from 'typescript';

/** A piece of documentation that runs: where it starts, what it documents, and its code. */
export interface Example {
  /** Path of the file, relative to the root. */
  readonly path: string;
  /** Line of the file on which the code starts, from 1. */
  readonly line: number;
  readonly name: string;
  readonly code: string;
}

/** The `@example` blocks of a TypeScript file's doc comments, with or without a code fence. */
export function examplesInSource(path: string, text: string): readonly Example[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = new Map<number, Example>();
  const visit = (node: ts.Node, owner: string): void => {
    const own = nameOf(node);
    const name = own === undefined ? owner : owner === '' ? own : `${owner}.${own}`;
    for (const comment of ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)) {
      const first = file.getLineAndCharacterOfPosition(comment.pos).line + 1;
      for (const example of examplesInComment(comment.getText())) {
        const line = first + example.offset;
        if (!found.has(line)) found.set(line, { path, line, name, code: example.code });
      }
    }
    ts.forEachChild(node, (child) => visit(child, name));
  };
  visit(file, '');
  return [...found.values()];
}

/** The ```ts blocks of a Markdown file that import from @cfe, unless they are marked ```ts no-run. */
export function examplesInMarkdown(path: string, text: string): readonly Example[] {
  const lines = text.split(/\r?\n/);
  const found: Example[] = [];
  let heading = path;
  for (let i = 0; i < lines.length; i++) {
    heading = /^#+ (.*)/.exec(lines[i] ?? '')?.[1] ?? heading;
    const fence = /^```ts\b(.*)/.exec(lines[i] ?? '');
    if (fence === null) continue;
    const end = lines.indexOf('```', i + 1);
    if (end === -1) throw new Error(`${path}:${i + 1}: this code block has no end`);
    const code = lines.slice(i + 1, end).join('\n');
    const runs = !fence[1]?.includes('no-run') && /from '@cfe\//.test(code);
    if (runs) found.push({ path, line: i + 2, name: heading, code });
    i = end;
  }
  return found;
}

/**
 * The example as a module whose line numbers are those of its file. Where a statement is followed by `// → value`, its
 * value is recorded beside what was written, on a recorder that the module exports.
 * @param recorderModule - what the module imports `createRecorder` from
 * @throws Error if there is no import, or a `// →` belongs to no statement that has a value
 */
export function instrumentedModule({ path, line, code }: Example, recorderModule: string): string {
  const at = (offset: number): string => `${path}:${line + code.slice(0, offset).split('\n').length - 1}`;
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  if (!file.statements.some(ts.isImportDeclaration)) {
    throw new Error(`${path}:${line}: the example has no import, so nobody can copy and run it`);
  }
  let result = code;
  for (const { start, expected } of [...expectedValues(code)].reverse()) {
    const before = file.statements.filter((statement) => statement.getStart() < start).at(-1);
    if (before === undefined || before.end > start) {
      throw new Error(`${at(start)}: '// →' follows a statement at the top level of the example`);
    }
    const place = JSON.stringify(at(before.end));
    const written = JSON.stringify(expected);
    const replacement = recordingStatement(before, place, written);
    if (replacement === undefined)
      throw new Error(`${at(start)}: '// →' follows an expression or one named constant`);
    result = result.slice(0, before.getStart()) + replacement + result.slice(before.end);
  }
  const setUp = `import { createRecorder as $create } from ${JSON.stringify(recorderModule)}; export const $record = $create();`;
  return '\n'.repeat(line - 1) + setUp + result;
}

function recordingStatement(statement: ts.Statement, place: string, written: string): string | undefined {
  if (ts.isExpressionStatement(statement)) {
    const { expression } = statement;
    if (written.startsWith('"throws '))
      return `await $record.throws(${place}, async () => (${expression.getText()}), ${written});`;
    if (ts.isCallExpression(expression) && expression.expression.getText() === 'console.log') {
      return `$record.printed(${place}, [${expression.arguments.map((part) => part.getText()).join(', ')}], ${written});`;
    }
    return `$record.value(${place}, (${expression.getText()}), ${written});`;
  }
  const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
  const name = declared[0]?.name;
  if (declared.length !== 1 || name === undefined || !ts.isIdentifier(name)) return undefined;
  return `${statement.getText()} $record.value(${place}, ${name.text}, ${written});`;
}

/** What the `// → …` comments say; a comment line that is indented by two spaces or more continues the one before. */
function expectedValues(code: string): readonly { readonly start: number; readonly expected: string }[] {
  const found: { start: number; expected: string }[] = [];
  let position = 0;
  let open = false;
  for (const text of code.split('\n')) {
    const arrow = /\/\/\s*→\s*(.*)$/.exec(text);
    const more = /^\s*\/\/\s{2,}(.*)$/.exec(text);
    const last = found.at(-1);
    if (arrow !== null) found.push({ start: position + arrow.index, expected: arrow[1]?.trim() ?? '' });
    else if (open && more !== null && last !== undefined) last.expected += ` ${more[1]?.trim()}`;
    open = arrow !== null || (open && more !== null);
    position += text.length + 1;
  }
  return found;
}

function examplesInComment(comment: string): readonly { readonly offset: number; readonly code: string }[] {
  const lines = comment
    .replace(/\*\/$/, '')
    .split(/\r?\n/)
    .map((text) => text.replace(/^\s*(?:\/\*\*|\*) ?/, ''));
  const found: { offset: number; code: string }[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (!/^@example\b/.test(lines[i] ?? '')) continue;
    let end = i + 1;
    while (end < lines.length && !/^@[a-zA-Z]+\b/.test(lines[end] ?? '')) end++;
    let first = i + 1;
    const fence = lines.slice(first, end).findIndex((text) => text.startsWith('```'));
    if (fence !== -1) {
      first += fence + 1;
      const close = lines.indexOf('```', first);
      if (close !== -1) end = Math.min(end, close);
    }
    found.push({ offset: first, code: lines.slice(first, end).join('\n').trimEnd() });
  }
  return found;
}

function nameOf(node: ts.Node): string | undefined {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations[0]?.name.getText();
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const documented =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node);
  return documented ? node.name?.getText() : undefined;
}
