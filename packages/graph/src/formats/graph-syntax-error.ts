import { InputError } from '@cfe/base';

/**
 * A graph file cannot be read; `details` has `line` and `column`, both from 1, `format` and, if known, `fileName`.
 *
 * @example
 * import { GraphSyntaxError, parseGraph } from '@cfe/graph';
 * let place: unknown;
 * try {
 *   parseGraph('digraph {\n  a -> a\n}');
 * } catch (error) {
 *   if (error instanceof GraphSyntaxError) place = error.details.line;
 * }
 * place; // → 2
 */
export class GraphSyntaxError extends InputError {
  constructor(
    what: string,
    where: {
      readonly line: number;
      readonly column: number;
      readonly format: string;
      readonly fileName?: string | undefined;
    },
  ) {
    const { line, column, format, fileName } = where;
    super(
      'graph/syntax',
      `parseGraph: ${fileName === undefined ? '' : `${fileName}, `}line ${line}, column ${column}: ${what} (read as ${format}).`,
      { ...where },
    );
  }
}
