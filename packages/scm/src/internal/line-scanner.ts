import { InputError, quoteName } from '@cfe/base';

export type Operator = '=' | '+=' | '*=' | '~';

/** Reads one short text such as `x+=0.5` from left to right. */
export interface LineScanner {
  /** A name: in quotation marks, or everything before the first operator, blanks around it dropped. */
  name(): string;
  operator(): Operator;
  number(): number;
  /** A number or a name, in quotation marks or up to the next `,`, `:` or `)` in a list, or the end. */
  value(): { readonly text: string; readonly quoted: boolean; readonly number: number | undefined };
  /** lower-case letters and dashes */
  word(): string;
  mark(mark: string): void;
  accept(mark: string): boolean;
  end(): void;
  /** where the last thing read began, from 0 */
  place(): number;
  /** Refuses the text, pointing at where the last thing read began, or at `place`. */
  fail(problem: string, place?: number): never;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export function lineScanner(
  text: string,
  { where, code, index }: { readonly where: string; readonly code: string; readonly index: number },
): LineScanner {
  let at = 0;
  let last = 0;
  let inList = false;

  function fail(problem: string, place = last): never {
    throw new InputError(code, `${where}: ${quoteName(text)}, column ${place + 1}: ${problem}.`, {
      text: text.slice(0, 200),
      index,
      column: place + 1,
    });
  }

  function skip(): void {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
    last = at;
  }

  function quoted(): string {
    const parts: string[] = [];
    for (at++; ; at++) {
      const c = text[at];
      if (c === undefined) return fail('the quotation mark is never closed');
      if (c === '"') break;
      if (c === '\\') {
        at++;
        if (text[at] === undefined) return fail('the quotation mark is never closed');
        parts.push(text[at] as string);
      } else parts.push(c);
    }
    at++;
    return parts.join('');
  }

  function operatorAt(from: number): Operator | undefined {
    const c = text[from];
    if (c === '=' || c === '~') return c;
    return (c === '+' || c === '*') && text[from + 1] === '=' ? `${c}=` : undefined;
  }

  function value(): { readonly text: string; readonly quoted: boolean; readonly number: number | undefined } {
    skip();
    if (text[at] === '"') return { text: quoted(), quoted: true, number: undefined };
    const start = at;
    while (at < text.length && !(inList && ',:)'.includes(text[at] as string))) at++;
    const raw = text.slice(start, at).trim();
    if (raw === '') return fail('a value is missing');
    if (raw.includes('"'))
      return fail('a value with a quotation mark in it must stand in quotation marks, with \\" inside');
    return { text: raw, quoted: false, number: decimal.test(raw) ? Number(raw) : undefined };
  }

  const accept = (mark: string): boolean => {
    skip();
    if (text[at] !== mark) return false;
    at++;
    return true;
  };

  return {
    fail,
    place: () => last,
    value,
    accept,
    name() {
      skip();
      if (text[at] === '"') {
        const name = quoted();
        return name === '' ? fail('the name is empty') : name;
      }
      const start = at;
      while (at < text.length && operatorAt(at) === undefined) at++;
      const name = text.slice(start, at).trim();
      if (name === '') return fail('a name must stand before the operator');
      if (name.includes('"'))
        return fail('a name with a quotation mark in it must stand in quotation marks, with \\" inside');
      return name;
    },
    operator() {
      skip();
      const found = operatorAt(at);
      if (found === undefined) return fail('expected =, +=, *= or ~ after the name');
      at += found.length;
      return found;
    },
    number() {
      const { text: raw, number } = value();
      if (number === undefined) return fail(`expected a number, found ${quoteName(raw)}`);
      return Number.isFinite(number) ? number : fail(`${quoteName(raw)} is too large for a number`);
    },
    word() {
      skip();
      const start = at;
      while (at < text.length && /[a-z-]/.test(text[at] as string)) at++;
      return text.slice(start, at);
    },
    mark(mark) {
      if (!accept(mark)) fail(`expected ${quoteName(mark)}`);
      inList = mark === '(';
    },
    end() {
      skip();
      if (at < text.length) fail(`nothing may follow here, found ${quoteName(text.slice(at))}`);
    },
  };
}

/** Whether a text is read as a number. */
export function looksLikeNumber(text: string): boolean {
  return decimal.test(text);
}
