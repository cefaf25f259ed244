import { InputError } from '@cfe/base';

/** Where in a text something stands, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Token extends Place {
  readonly kind: 'word' | 'text' | 'mark' | 'end';
  readonly value: string;
}

/** Words, quoted texts and single marks, one after the other; knows where each stands. */
export interface Scanner {
  /** the next token, not yet taken */
  readonly token: Token;
  take(): Token;
  /** Takes the next token if it is this mark or word. */
  accept(value: string): boolean;
  /** @throws {@link InputError} if the next token is another */
  expect(value: string, why: string): Token;
  fail(problem: string, at?: Place): never;
}

const marks = new Set('{}()[]|,;');

/**
 * A scanner of BIF text: blanks, line breaks, `//` and block comments separate; `"…"` with backslash escapes is a text;
 * anything else up to a blank or a mark is a word.
 */
export function scannerOf(text: string, where: string, code: string): Scanner {
  let at = 0;
  let line = 1;
  let lineStart = 0;

  function fail(problem: string, place: Place): never {
    throw new InputError(code, `${where}: line ${place.line}, column ${place.column}: ${problem}`, {
      line: place.line,
      column: place.column,
    });
  }

  const here = (): Place => ({ line, column: at - lineStart + 1 });

  function step(): void {
    if (text.charCodeAt(at) === 10) {
      line++;
      lineStart = at + 1;
    }
    at++;
  }

  function skip(): void {
    for (; at < text.length; ) {
      const c = text[at] as string;
      if (c <= ' ' || c === '\u00a0' || c === '\ufeff') step();
      else if (c === '/' && text[at + 1] === '/') while (at < text.length && text[at] !== '\n') at++;
      else if (c === '/' && text[at + 1] === '*') {
        const start = here();
        const end = text.indexOf('*/', at + 2);
        if (end < 0) fail('this comment is never closed. Add */.', start);
        while (at < end + 2) step();
      } else return;
    }
  }

  function read(): Token {
    skip();
    const place = here();
    const c = text[at];
    if (c === undefined) return { kind: 'end', value: '', ...place };
    if (marks.has(c)) {
      at++;
      return { kind: 'mark', value: c, ...place };
    }
    if (c === '"') return quoted(place);
    const start = at;
    while (at < text.length && isWordPart(text[at] as string)) at++;
    return { kind: 'word', value: text.slice(start, at), ...place };
  }

  function quoted(place: Place): Token {
    const parts: string[] = [];
    at++;
    for (;;) {
      const c = text[at];
      if (c === undefined || c === '\n')
        return fail('this text is never closed. Add a quotation mark.', place);
      at++;
      if (c === '"') return { kind: 'text', value: parts.join(''), ...place };
      if (c === '\\') {
        const next = text[at];
        if (next === undefined) return fail('this text is never closed. Add a quotation mark.', place);
        at++;
        parts.push(next === 'n' ? '\n' : next === 't' ? '\t' : next === 'r' ? '\r' : next);
      } else parts.push(c);
    }
  }

  let token = read();
  return {
    get token() {
      return token;
    },
    take() {
      const taken = token;
      token = read();
      return taken;
    },
    accept(value) {
      if (token.kind === 'text' || token.value !== value || token.kind === 'end') return false;
      token = read();
      return true;
    },
    expect(value, why) {
      if (token.kind !== 'text' && token.kind !== 'end' && token.value === value) {
        const taken = token;
        token = read();
        return taken;
      }
      return fail(`expected ${JSON.stringify(value)} ${why}, found ${shown(token)}.`, token);
    },
    fail: (problem, place = token) => fail(problem, place),
  };
}

function isWordPart(c: string): boolean {
  return c > ' ' && c !== '"' && c !== '\u00a0' && c !== '\ufeff' && !marks.has(c);
}

/** A token as it appears in a message. */
export function shown({ kind, value }: Token): string {
  return kind === 'end'
    ? 'the end of the text'
    : JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}…` : value);
}

/** Whether a name reads back as one word without quotation marks. */
export function isPlainWord(name: string): boolean {
  return name !== '' && !name.includes('//') && !name.includes('/*') && Array.from(name).every(isWordPart);
}
